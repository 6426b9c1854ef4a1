// Which verdicts are shown, and in which order. Pure: the table only draws them.
import type { Analysis, Compared } from "./types";

export interface Filter {
  text: string;
  state: string | null;
  family: string | null;
  timeframe: string | null;
}

export const EVERYTHING: Filter = { text: "", state: null, family: null, timeframe: null };

export type SortKey =
  | "state" | "hypothesis" | "timeframe" | "n" | "win_rate" | "expectancy_r" | "profit_factor" | "q_value" | "cost_r";

export interface Sort {
  by: SortKey;
  isDown: boolean;
}

/** Proven first: what a reader came for. */
const RANK = ["live", "paper", "qualified", "probation", "tested", "draft", "rejected", "killed"];

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A timeframe in seconds, so that 15m sorts before 1h. */
export function lengthOf(timeframe: string): number {
  return Number.parseInt(timeframe, 10) * (UNITS[timeframe.slice(-1)] ?? 0);
}

export function filtered(rows: readonly Analysis[], filter: Filter): Analysis[] {
  const wanted = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (filter.state !== null && row.state !== filter.state) return false;
    if (filter.family !== null && row.family !== filter.family) return false;
    if (filter.timeframe !== null && row.timeframe !== filter.timeframe) return false;
    const text = `${row.hypothesis} ${row.scope} ${row.verdict} ${row.family}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** In order; what is not known comes last, whichever way it is turned. */
export function sorted(rows: readonly Analysis[], { by, isDown }: Sort): Analysis[] {
  const sign = isDown ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [left, right] = [valueOf(one, by), valueOf(other, by)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const order = typeof left === "string" || typeof right === "string" ? String(left).localeCompare(String(right)) : left - right;
    return order === 0 ? (other.expectancy_r ?? -Infinity) - (one.expectancy_r ?? -Infinity) || 0 : sign * order;
  });
}

function valueOf(row: Analysis, by: SortKey): number | string | null {
  if (by === "state") {
    const rank = RANK.indexOf(row.state);
    return rank === -1 ? RANK.length : rank;
  }
  return by === "timeframe" ? lengthOf(row.timeframe) : row[by];
}

/** The values a filter can take, in order. */
export function choices(rows: readonly Analysis[], of: "state" | "family" | "timeframe"): string[] {
  const found = [...new Set(rows.map((row) => row[of]))].filter(Boolean);
  return of === "timeframe" ? found.sort((a, b) => lengthOf(a) - lengthOf(b)) : found.sort();
}

/** Less than this is the last digits of floating point, not a change. */
const NOTHING = 1e-9;

export function isChanged(row: Compared): boolean {
  const { win_rate, expectancy_r, state } = row.change;
  return (
    row.a === null || row.b === null || state !== null || Math.abs(win_rate ?? 0) > NOTHING || Math.abs(expectancy_r ?? 0) > NOTHING ||
    row.a.n !== row.b.n
  );
}

/** Changes of state first, then what is only in one of them, then the largest change of expectancy. */
export function byChange(rows: readonly Compared[]): Compared[] {
  const weight = (row: Compared) => (row.change.state ? 2000 : row.a === null || row.b === null ? 1000 : Math.abs(row.change.expectancy_r ?? 0));
  return [...rows].sort((one, other) => weight(other) - weight(one) || one.hypothesis.localeCompare(other.hypothesis));
}
