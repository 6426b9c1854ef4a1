// Windows of candles put together, and the candle that is forming; pure, so that they can be proven.
import type { LiveInstrument } from "../../api/types";
import type { Bar, ChartDocument, Columns } from "./types";

/** A forming minute as the session paints it. */
export type Minute = NonNullable<LiveInstrument["forming"]>;

/** When the last candle of a window ends, in seconds. */
export function endOf(document: ChartDocument): number {
  return (document.candles.time.at(-1) ?? 0) + document.timeframe_ms / 1000;
}

/** Whether two windows of one chart leave no hole between them. */
export function touches(one: ChartDocument, other: ChartDocument): boolean {
  const [first, second] = [one, other].sort((a, b) => (a.candles.time[0] ?? 0) - (b.candles.time[0] ?? 0)) as [ChartDocument, ChartDocument];
  return (second.candles.time[0] ?? 0) <= endOf(first);
}

/** Two windows that touch as one. Where both know a candle, the one fetched last (`newer`) is right. */
export function joined(kept: ChartDocument, newer: ChartDocument): ChartDocument {
  if (newer.candles.time.length === 0) return { ...kept, earlier: isBefore(newer, kept) ? newer.earlier : kept.earlier };
  if (kept.candles.time.length === 0) return newer;
  const cut = cutsOf(kept.candles.time, newer.candles.time);
  const join = <T>(old: readonly T[], fresh: readonly T[]): T[] => [...old.slice(0, cut.before), ...fresh, ...old.slice(cut.after)];
  const names = Object.keys(newer.candles) as (keyof Columns)[];
  const candles = Object.fromEntries(names.map((name) => [name, join<unknown>(kept.candles[name] ?? [], newer.candles[name])])) as unknown as Columns;
  const isNewest = endOf(newer) >= endOf(kept);
  return {
    ...newer,
    candles,
    indicators: newer.indicators.map((each) => {
      const old = kept.indicators.find(({ label, timeframe }) => label === each.label && timeframe === each.timeframe);
      return { ...each, values: join(old?.values ?? unknown(kept), each.values) };
    }),
    conditions: newer.conditions.map((each, at) => {
      const old = kept.conditions[at];
      return { ...each, values: join(old?.text === each.text ? old.values : unknown(kept), each.values) };
    }),
    signals: byId(kept.signals, newer.signals, ({ at }) => at),
    trades: byId(kept.trades, newer.trades, ({ opened_at }) => opened_at),
    position: isNewest ? newer.position : kept.position,
    earlier: cut.before > 0 ? kept.earlier : newer.earlier,
  };
}

function isBefore(newer: ChartDocument, kept: ChartDocument): boolean {
  return newer.candles.time.length === 0 && !newer.earlier && kept.earlier;
}

function unknown(document: ChartDocument): null[] {
  return document.candles.time.map(() => null);
}

/** How many of the old are before the fresh ones, and where those after them begin. */
function cutsOf(old: readonly number[], fresh: readonly number[]): { before: number; after: number } {
  return { before: indexFrom(old, fresh[0] ?? 0), after: indexFrom(old, (fresh.at(-1) ?? 0) + 1) };
}

function byId<T extends { id: string }>(old: readonly T[], fresh: readonly T[], at: (each: T) => string): T[] {
  const found = new Map([...old, ...fresh].map((each) => [each.id, each]));
  return [...found.values()].sort((a, b) => at(a).localeCompare(at(b)));
}

/** The first index whose time is not before `time`; times ascend. */
export function indexFrom(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the candle that is open at a time (seconds); -1 before the first. */
export function indexAt(times: readonly number[], time: number): number {
  const found = indexFrom(times, time);
  return times[found] === time ? found : found - 1;
}

/** The candles of a window, one by one. */
export function barsOf({ time, open, high, low, close, volume }: Columns): Bar[] {
  return time.map((at, index) => ({
    time: at, open: open[index] ?? 0, high: high[index] ?? 0, low: low[index] ?? 0, close: close[index] ?? 0, volume: volume[index] ?? 0,
  }));
}

/** The minutes of a one-minute window, as the session paints them. */
export function minutesOf(candles: Columns): Minute[] {
  return barsOf(candles).map(({ time, ...bar }) => ({ open_time: time * 1000, ...bar }));
}

/**
 * The candles that are forming, or formed and not fetched yet: minutes folded into the timeframe, those after the last
 * candle that is closed (`after`, seconds). Of a minute that comes twice the later counts.
 */
export function forming(minutes: readonly Minute[], timeframeMs: number, after: number): Bar[] {
  const known = [...new Map(minutes.map((each) => [each.open_time, each])).values()].sort((a, b) => a.open_time - b.open_time);
  const bars = new Map<number, Bar>();
  for (const minute of known) {
    const time = (Math.floor(minute.open_time / timeframeMs) * timeframeMs) / 1000;
    if (time > after) bars.set(time, folded(bars.get(time), minute, time));
  }
  return [...bars.values()];
}

function folded(bar: Bar | undefined, minute: Minute, time: number): Bar {
  const { open, high, low, close, volume } = minute;
  if (bar === undefined) return { time, open, high, low, close, volume };
  return {
    time, open: bar.open, high: Math.max(bar.high, high), low: Math.min(bar.low, low), close, volume: bar.volume + volume,
  };
}

/** A minute taken to those known; only those that can still matter (two candles' worth) are kept. */
export function withMinute(minutes: readonly Minute[], minute: Minute, timeframeMs: number): Minute[] {
  const from = (Math.floor(minute.open_time / timeframeMs) - 1) * timeframeMs;
  return [...minutes.filter((each) => each.open_time >= from && each.open_time !== minute.open_time), minute];
}

/** A timeframe in milliseconds. */
export function lengthOf(timeframe: string): number {
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }[timeframe.at(-1) ?? ""] ?? 60_000;
  return (Number.parseInt(timeframe, 10) || 1) * unit;
}
