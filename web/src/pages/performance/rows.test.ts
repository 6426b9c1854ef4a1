import { describe, expect, it } from "vitest";
import { breakEven, filtered, nearness, type Row, rowsOf, sorted } from "./rows";
import type { Performances } from "./types";

const FIGURES = { n: 3, win_rate: 0.6, net_pnl: 5, expectancy_r: 0.1, profit_factor: null };
const DOCUMENT = {
  seq: 1, why: null, parity: null,
  stats: { hypotheses: [{ hypothesis: "A", state: "qualified", weight: null, expected_trades: 6, live: FIGURES, against_tested: { verdict: "as tested", tested: { win_rate: 0.7, expectancy_r: 0.5 } } }] },
  drift: [{ hypothesis: "A", weight: 0.5, stage: "half", value: 9, limit: 18, trades: 3, note: null }],
  states: [
    { hypothesis: "A", state: "qualified", verdict: "", instruments: [], is_watched: true, mean_win_r: 1.5, mean_loss_r: -1 },
    { hypothesis: "B", state: "tested", verdict: "unproven: needs 10 trades", instruments: [], is_watched: false },
  ],
} as unknown as Performances;

function row(hypothesis: string, change: Partial<Row>): Row {
  return { hypothesis, state: "tested", verdict: "", stage: "", value: null, limit: null, expectancy: null, isLive: true, isWatched: true, ...change } as Row;
}

describe("rows of hypotheses", () => {
  it("join what trades, how it drifts and what was tested", () => {
    const [first, second] = rowsOf(DOCUMENT);
    expect(first).toMatchObject({ hypothesis: "A", verdict: "as tested", stage: "half", n: 3, expected: 6, testedRate: 0.7, breakEven: 0.4, net: 5 });
    expect(second).toMatchObject({ hypothesis: "B", verdict: "needs 10 trades", isLive: false, n: 0, net: null, winRate: null });
  });

  it("leave out what is neither traded nor watched until all are asked for", () => {
    const rows = rowsOf(DOCUMENT);
    expect(filtered(rows, { text: "", state: null, isAll: false }).map(({ hypothesis }) => hypothesis)).toEqual(["A"]);
    expect(filtered(rows, { text: "needs b", state: "tested", isAll: true }).map(({ hypothesis }) => hypothesis)).toEqual(["B"]);
  });

  it("are sorted with what is not known last, both ways", () => {
    const rows = [row("none", {}), row("small", { expectancy: -1 }), row("large", { expectancy: 2 })];
    expect(sorted(rows, { by: "expectancy", isDown: true }).map(({ hypothesis }) => hypothesis)).toEqual(["large", "small", "none"]);
    expect(sorted(rows, { by: "expectancy", isDown: false }).map(({ hypothesis }) => hypothesis)).toEqual(["small", "large", "none"]);
  });
});

describe("figures", () => {
  it("break-even is where wins and losses cancel, and not known without both", () => {
    expect(breakEven({ mean_win_r: 2, mean_loss_r: -1 })).toBeCloseTo(1 / 3);
    expect(breakEven({ mean_win_r: null, mean_loss_r: -1 })).toBeNull();
    expect(breakEven(undefined)).toBeNull();
  });

  it("nearness to the kill limit stays between 0 and 1", () => {
    expect([nearness(9, 18), nearness(-1, 18), nearness(40, 18), nearness(1, 0), nearness(null, 3)]).toEqual([0.5, 0, 1, null, null]);
  });
});
