import { describe, expect, it } from "vitest";
import type { Analysis, Compared } from "./types";
import { byChange, choices, EVERYTHING, filtered, isChanged, lengthOf, sorted } from "./verdicts";

function row(change: Partial<Analysis> = {}): Analysis {
  return {
    hypothesis: "A", scope: "BTC/USD:USD", timeframe: "5m", direction: "long", family: "trend", state: "tested", verdict: "unproven",
    n: 10, needed_trades: null, win_rate: 0.5, win_rate_low: 0.4, win_rate_high: 0.6, bar: 0.4, p_value: null, q_value: null,
    expectancy_r: 0.1, expectancy_low: 0, expectancy_high: 0.2, profit_factor: 1, cost_r: 0.1, out_of_sample: null, ...change,
  };
}

function pair(change: Partial<Compared>): Compared {
  return { hypothesis: "A", scope: "", a: row(), b: row(), change: { win_rate: 0, expectancy_r: 0, state: null }, ...change };
}

describe("filtered", () => {
  it("wants every word, anywhere", () => {
    const rows = [row({ hypothesis: "Demo_Fade", verdict: "qualified: good" }), row({ hypothesis: "Other" })];
    expect(filtered(rows, { ...EVERYTHING, text: "fade GOOD" })).toHaveLength(1);
  });
  it("wants state, family and timeframe together", () => {
    const rows = [row(), row({ state: "rejected" }), row({ timeframe: "1h" })];
    expect(filtered(rows, { ...EVERYTHING, state: "tested", family: "trend", timeframe: "5m" })).toHaveLength(1);
  });
});

describe("sorted", () => {
  it("puts what is not known last both ways", () => {
    const rows = [row({ win_rate: null }), row({ win_rate: 0.2 }), row({ win_rate: 0.9 })];
    expect(sorted(rows, { by: "win_rate", isDown: true }).map((each) => each.win_rate)).toEqual([0.9, 0.2, null]);
    expect(sorted(rows, { by: "win_rate", isDown: false }).map((each) => each.win_rate)).toEqual([0.2, 0.9, null]);
  });
  it("puts proven first, and among equals the better", () => {
    const rows = [row({ state: "rejected" }), row({ state: "tested", expectancy_r: 0 }), row({ state: "tested" }), row({ state: "qualified" })];
    expect(sorted(rows, { by: "state", isDown: false }).map((each) => [each.state, each.expectancy_r])).toEqual([
      ["qualified", 0.1], ["tested", 0.1], ["tested", 0], ["rejected", 0.1],
    ]);
  });
  it("knows how long timeframes are", () => {
    expect(choices([row({ timeframe: "1h" }), row({ timeframe: "15m" }), row({ timeframe: "4h" })], "timeframe")).toEqual(["15m", "1h", "4h"]);
    expect(lengthOf("1d")).toBe(86_400);
  });
});

describe("a comparison", () => {
  it("is not changed by the last digits", () => {
    expect(isChanged(pair({ change: { win_rate: 1e-15, expectancy_r: null, state: null } }))).toBe(false);
    expect(isChanged(pair({ change: { win_rate: 0.01, expectancy_r: null, state: null } }))).toBe(true);
    expect(isChanged(pair({ b: null }))).toBe(true);
  });
  it("begins with changes of state", () => {
    const rows = [
      pair({ hypothesis: "small", change: { win_rate: 0, expectancy_r: 0.5, state: null } }),
      pair({ hypothesis: "gone", b: null }),
      pair({ hypothesis: "state", change: { win_rate: 0, expectancy_r: 0, state: ["tested", "qualified"] } }),
    ];
    expect(byChange(rows).map((each) => each.hypothesis)).toEqual(["state", "gone", "small"]);
  });
});
