// The loss of the day against the levels of the breaker.
import type { Day, Level } from "../../api/types";

export interface Gauge {
  /** The loss as a fraction of the day's opening equity; 0 on a day that gained. */
  loss: number | null;
  /** The end of the scale: the last level. */
  end: number;
  levels: (Level & { at: number })[];
}

/** The gauge of a day; null while no level is set. */
export function gauge(day: Day): Gauge | null {
  const end = Math.max(0, ...day.levels.map((each) => each.limit));
  if (end === 0) return null;
  const opening = day.opening_equity;
  const loss = day.pnl === null || opening === null || opening <= 0 ? null : Math.max(0, -day.pnl / opening);
  return { loss, end, levels: day.levels.map((each) => ({ ...each, at: each.limit / end })) };
}

/** A share of a limit for a bar, held between 0 and 1; null where there is no limit or no value. */
export function share(value: number | null | undefined, limit: number | null | undefined): number | null {
  if (value === null || value === undefined || limit === null || limit === undefined || limit <= 0) return null;
  return Math.min(1, Math.max(0, value / limit));
}

/** The tone of a used share: from where one should look. */
export function toneOfShare(used: number | null): "well" | "warned" | "bad" {
  return used === null || used < 0.6 ? "well" : used < 0.9 ? "warned" : "bad";
}
