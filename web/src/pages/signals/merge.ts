// The list as fetched, kept in step by the stream: rows arrive with their events, what trading made of them after them.
import type { SignalPage } from "../../api/signals";
import type { SignalRow, StreamEvent, TradeOfSignal } from "../../api/types";
import { type Filters, matches } from "./filters";

/** So many events are kept for lists that are still being fetched. */
const KEPT = 2_000;

/** What came by the stream that a list can need, the newest last. */
export function keep(before: readonly StreamEvent[], come: readonly StreamEvent[]): readonly StreamEvent[] {
  const own = come.filter((each) => each.kind === "signal" || each.kind === "traded");
  return own.length === 0 ? before : [...before, ...own].slice(-KEPT);
}

export interface Merged {
  rows: SignalRow[];
  total: number;
}

/** The rows of the pages and of the events after them, newest first, each once. */
export function merged(pages: readonly SignalPage[], events: readonly StreamEvent[], filters: Filters): Merged {
  const [first] = pages;
  if (first === undefined) return { rows: [], total: 0 };
  const fetched = pages.flatMap((page) => page.signals);
  const later = events.filter((each) => each.seq > first.seq);
  if (later.length === 0) return { rows: fetched, total: first.total };
  const trades = new Map<string, TradeOfSignal>();
  const arrived: SignalRow[] = [];
  for (const event of later) {
    if (event.kind === "traded") trades.set(String(event.document["id"]), event.document as unknown as TradeOfSignal);
    else arrived.push({ seq: event.seq, ...(event.document as unknown as SignalRow) });
  }
  const traded = (row: SignalRow): SignalRow => {
    const trade = trades.get(row.id);
    return trade === undefined ? row : { ...row, trade };
  };
  const known = new Set(fetched.map((row) => row.id));
  const fresh = arrived.filter((row) => !known.has(row.id)).map(traded).filter((row) => matches(row, filters)).reverse();
  return { rows: [...fresh, ...(trades.size === 0 ? fetched : fetched.map(traded))], total: first.total + fresh.length };
}

/** How many rows are newer than the one that was the newest when one began to read. */
export function newerThan(rows: readonly SignalRow[], anchor: string | null): number {
  if (anchor === null) return 0;
  const at = rows.findIndex((row) => row.id === anchor);
  return Math.max(0, at);
}
