// The equity curve as columns that the chart draws.
import type { Curve } from "../../api/equity";

export type Column = (number | null)[];

export interface Columns {
  time: number[];
  live: Column;
  backtest: Column;
  low: Column;
  middle: Column;
  high: Column;
}

/** Times from a first one and differences. */
export function unpacked(steps: readonly number[]): number[] {
  let at = 0;
  return steps.map((step) => (at += step));
}

/** The columns of a curve in money or in R; what there is none of is null throughout. */
export function columns(curve: Curve, unit: "money" | "r"): Columns {
  const of = curve[unit];
  const none: Column = of.live.map(() => null);
  return {
    time: unpacked(curve.t),
    live: of.live,
    backtest: of.backtest ?? none,
    low: of.band?.low ?? none,
    middle: of.band?.middle ?? none,
    high: of.band?.high ?? none,
  };
}

/** The last known value of a column. */
export function lastOf(column: Column): number | null {
  return column.findLast((each) => each !== null) ?? null;
}

/** Where the trades ended among what was to be expected, in words. */
export function standing(live: number | null, low: number | null, high: number | null): "below" | "within" | "above" | null {
  if (live === null || low === null || high === null) return null;
  return live < low ? "below" : live > high ? "above" : "within";
}
