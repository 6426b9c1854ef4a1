import { describe, expect, it } from "vitest";
import { changed, placeOf } from "./place";
import type { Choices } from "./types";

const CHOICES = {
  instruments: [{ symbol: "A/USD:USD", is_watched: false }, { symbol: "B/USD:USD", is_watched: true }],
  hypotheses: [{ name: "H", timeframe: "15m" }],
} as unknown as Choices;

describe("the place of the chart", () => {
  it("is the first watched instrument where nothing is asked for", () => {
    expect(placeOf(new URLSearchParams(), CHOICES)).toMatchObject({ symbol: "B/USD:USD", timeframe: "5m", hypothesis: "", signal: null });
  });

  it("has the timeframe of the hypothesis, or that of the signal", () => {
    expect(placeOf(new URLSearchParams("hypothesis=H"), CHOICES).timeframe).toBe("15m");
    expect(placeOf(new URLSearchParams("signal=x"), CHOICES, { symbol: "A/USD:USD", timeframe: "1h" })).toMatchObject({ symbol: "A/USD:USD", timeframe: "1h" });
  });

  it("forgets the signal with another instrument, and switched off indicators with another hypothesis", () => {
    const now = new URLSearchParams("symbol=A&signal=x&hypothesis=H&off=rsi(14)");
    expect(changed(now, { symbol: "B" }).toString()).toBe("symbol=B&hypothesis=H&off=rsi%2814%29");
    expect(changed(now, { hypothesis: "" }).toString()).toBe("symbol=A&signal=x");
    expect(changed(now, { off: ["a", "b"] }).getAll("off")).toEqual(["a", "b"]);
  });
});
