// Where things stand on the chart: signals as marks, indicators in panes, what is in view. Pure.
import type { SignalRow } from "../../api/types";
import { indexAt } from "./candles";
import type { Look } from "./looks";
import type { ChartTrade, Condition, Indicator } from "./types";

export type Shape = "arrowUp" | "arrowDown" | "square" | "circle";

export interface Mark {
  id: string;
  time: number;
  shape: Shape;
  position: "aboveBar" | "belowBar";
  color: string;
  size: number;
  text: string;
}

/** Signals as marks: told ones are arrows, vetoed ones squares, void and expired ones circles; longs below, shorts above. */
export function marks(signals: readonly SignalRow[], times: readonly number[], look: Look, chosen: string | null): Mark[] {
  const found: Mark[] = [];
  for (const signal of signals) {
    // A signal is there when its candle ends: it belongs to the candle before that moment.
    const time = times[indexAt(times, Date.parse(signal.at) / 1000 - 0.001)];
    if (time === undefined) continue;
    const isLong = signal.direction === "long";
    found.push({
      id: signal.id,
      time,
      position: isLong ? "belowBar" : "aboveBar",
      ...shapeOf(signal, isLong, look),
      ...(signal.id === chosen ? { size: 2.2, text: signal.hypothesis } : { text: "" }),
    });
  }
  return found.sort((a, b) => a.time - b.time);
}

function shapeOf(signal: SignalRow, isLong: boolean, look: Look): { shape: Shape; color: string; size: number } {
  if (signal.fate === "told") return { shape: isLong ? "arrowUp" : "arrowDown", color: isLong ? look.up : look.down, size: 1.3 };
  if (signal.fate === "vetoed") return { shape: "square", color: look.warned, size: 0.8 };
  return { shape: "circle", color: look.muted, size: 0.7 };
}

/** Indicators of a pane of their own: those that are compared share one, and those that measure the same (rsi(7) and rsi(14)). */
export function panesOf(indicators: readonly Indicator[]): Indicator[][] {
  const panes: Indicator[][] = [];
  for (const each of indicators) {
    if (each.pane !== "own") continue;
    const of = panes.filter((pane) => pane.some((other) => other.group === each.group || measured(other) === measured(each)));
    const joined = [...of.flat(), each];
    const first = of[0];
    if (first === undefined) panes.push(joined);
    else panes.splice(panes.indexOf(first), 1, joined);
    for (const pane of of.slice(1)) panes.splice(panes.indexOf(pane), 1);
  }
  return panes;
}

/** What an indicator measures: the name of one that is called with numbers only, on whatever timeframe. */
function measured({ label }: Indicator): string {
  return /^(?:at\('\w+', )?([a-z]\w*)\([\d., ]*\)+$/i.exec(label)?.[1] ?? label;
}

/** What an indicator is called in the address and in the legend. */
export function nameOf({ label, timeframe }: Indicator, ownTimeframe: string): string {
  return timeframe === ownTimeframe ? label : `${label} ${timeframe}`;
}

/** Whether all conditions held, candle by candle: false as soon as one is false, not known while one is not. */
export function together(conditions: readonly Condition[]): (boolean | null)[] {
  const length = conditions[0]?.values.length ?? 0;
  return Array.from({ length }, (_, index) => {
    const values = conditions.map(({ values }) => values[index] ?? null);
    return values.includes(false) ? false : values.includes(null) ? null : true;
  });
}

export interface View {
  from: number;
  to: number;
}

/** Signals within a stretch of time (seconds), the newest first. */
export function signalsIn(signals: readonly SignalRow[], { from, to }: View): SignalRow[] {
  return signals.filter(({ at }) => isIn(Date.parse(at) / 1000, from, to)).reverse();
}

/** Trades of which a part lies within a stretch of time, the newest first. */
export function tradesIn(trades: readonly ChartTrade[], { from, to }: View): ChartTrade[] {
  return trades
    .filter((each) => Date.parse(each.opened_at) / 1000 <= to && (each.closed_at === null || Date.parse(each.closed_at) / 1000 >= from))
    .reverse();
}

function isIn(time: number, from: number, to: number): boolean {
  return time >= from && time <= to;
}

/** The signal before or after where one looks; null where there is none. */
export function neighbour(signals: readonly SignalRow[], chosen: string | null, middle: number, step: 1 | -1): SignalRow | null {
  const at = signals.findIndex(({ id }) => id === chosen);
  if (at >= 0) return signals[at + step] ?? null;
  const time = (each: SignalRow) => Date.parse(each.at) / 1000;
  return (step > 0 ? signals.find((each) => time(each) > middle) : signals.findLast((each) => time(each) < middle)) ?? null;
}

/** How much the price moved over what is in view, and where it went to: what the chart says in a sentence. */
export function moved(closes: readonly number[]): number | null {
  const [first, last] = [closes[0], closes.at(-1)];
  return first === undefined || last === undefined || first === 0 ? null : last / first - 1;
}
