import { describe, expect, it } from "vitest";
import { money, multiple, percent, price, span } from "./format";

describe("figures", () => {
  it("says that something is not known", () => {
    expect([money(null), price(undefined), percent(Number.NaN), multiple(null), span(null)]).toEqual(
      Array(5).fill("–"),
    );
  });

  it("shows prices of any size with what matters of them", () => {
    expect([price(64123.5), price(1203.11), price(90.367), price(0.00001234)]).toEqual([
      "64,123.50",
      "1,203.11",
      "90.367",
      "0.00001234",
    ]);
  });

  it("signs what was won and lost", () => {
    expect([money(12.3, true), money(-12.3, true), multiple(0.5), percent(-0.051, 1, true)]).toEqual([
      "+12.30",
      "−12.30",
      "+0.50 R",
      "−5.1 %",
    ]);
  });

  it("says spans in two units", () => {
    expect([span(350), span(59_000), span(125_000), span(7_500_000), span(200_000_000)]).toEqual([
      "350 ms",
      "59 s",
      "2 min 05 s",
      "2 h 05 min",
      "2 d 7 h",
    ]);
  });
});
