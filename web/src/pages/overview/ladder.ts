// A trade as a ladder of prices: where the mark stands between the stop and the last target.
import type { Direction, Position } from "../../api/types";

export interface Rung {
  what: "stop" | "entry" | "mark" | "target";
  price: number;
  /** From 0, at the stop's end, to 1. */
  at: number;
  isDone: boolean;
}

/** The rungs of a position; null where neither a stop nor a target says what it runs between. */
export function ladder(position: Position): Rung[] | null {
  const targets = position.targets.map((each) => each.price);
  const known = [position.stop, position.entry_price, position.mark_price, ...targets].filter((each) => each !== null);
  if (position.stop === null && targets.length === 0) return null;
  const low = Math.min(...known);
  const high = Math.max(...known);
  if (!(high > low)) return null;
  const place = (price: number) => (position.direction === "long" ? price - low : high - price) / (high - low);
  const rungs: Rung[] = [];
  if (position.stop !== null) rungs.push({ what: "stop", price: position.stop, at: place(position.stop), isDone: false });
  rungs.push({ what: "entry", price: position.entry_price, at: place(position.entry_price), isDone: false });
  for (const each of position.targets) rungs.push({ what: "target", price: each.price, at: place(each.price), isDone: each.is_done });
  if (position.mark_price !== null) rungs.push({ what: "mark", price: position.mark_price, at: place(position.mark_price), isDone: false });
  return rungs;
}

/** How far a price may still go against the position to reach another, as a fraction; negative once it is past it. */
export function room(mark: number | null, stop: number | null, direction: Direction): number | null {
  if (mark === null || stop === null || mark === 0) return null;
  return (direction === "long" ? mark - stop : stop - mark) / mark;
}

/** The next target not yet filled. */
export function nextTarget(position: Position): number | null {
  return position.targets.find((each) => !each.is_done)?.price ?? null;
}

/** How far the mark is from the next target, as a fraction of the mark. */
export function toTarget(position: Position): number | null {
  const target = nextTarget(position);
  const left = room(position.mark_price, target, position.direction);
  return left === null ? null : -left;
}
