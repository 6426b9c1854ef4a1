// What is drawn, from what is known: kept the same as long as it is the same, so that little is drawn anew.
import { useMemo } from "react";
import type { SignalRow } from "../../api/types";
import { percent, price } from "../../ui/format";
import type { Scene } from "./Canvas";
import type { PriceLevel } from "./drawing";
import type { Look } from "./looks";
import { marks, moved, nameOf, signalsIn, together, tradesIn } from "./marks";
import type { ChartPlace } from "./place";
import type { Bar, ChartDocument, ChartTrade } from "./types";

interface Known {
  document: ChartDocument;
  forming: readonly Bar[];
  place: ChartPlace;
  look: Look;
  levels: readonly PriceLevel[];
  priceHeight: number;
}

export function useScene({ document, forming, place, look, levels, priceHeight }: Known): { canvas: Scene; signals: SignalRow[]; trades: ChartTrade[] } {
  const { hypothesis, isAll, signal: chosen } = place;
  const offText = place.off.join("\n");
  const signals = useMemo(() => document.signals.filter((each) => isAll || hypothesis === "" || each.hypothesis === hypothesis), [document.signals, isAll, hypothesis]);
  const trades = useMemo(() => document.trades.filter((each) => isAll || hypothesis === "" || each.hypothesis === hypothesis), [document.trades, isAll, hypothesis]);
  const drawn = useMemo(() => marks(signals, document.candles.time, look, chosen), [signals, document.candles.time, look, chosen]);
  const indicators = useMemo(() => {
    const { timeframe } = document;
    const colours = new Map(document.indicators.map((each, index) => [nameOf(each, timeframe), look.lines[index % look.lines.length] ?? look.accent]));
    const off = new Set(offText.split("\n"));
    const rows = document.conditions.map(({ values }) => values);
    return {
      indicators: document.indicators.filter((each) => !off.has(nameOf(each, timeframe))),
      colours,
      timeframe,
      rows: rows.length > 1 ? [...rows, together(document.conditions)] : rows,
      conditions: rows.length,
      priceHeight,
    };
  }, [document, look, offText, priceHeight]);
  return { canvas: { document, forming, indicators, marks: drawn, trades, levels }, signals, trades };
}

/** What the chart says in sentences, for who cannot see it. */
export function summary(document: ChartDocument, bars: readonly Bar[], view: { from: number; to: number }, signals: readonly SignalRow[], trades: readonly ChartTrade[]): string {
  const seen = bars.slice(Math.max(0, Math.ceil(view.from)), Math.max(0, Math.floor(view.to) + 1));
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) return `${document.symbol}, ${document.timeframe}: no candles in view.`;
  const stretch = { from: first.time, to: last.time + document.timeframe_ms / 1000 };
  const high = Math.max(...seen.map(({ high }) => high));
  const low = Math.min(...seen.map(({ low }) => low));
  const [fired, traded] = [signalsIn(signals, stretch).length, tradesIn(trades, stretch).length];
  return `${document.symbol}, ${seen.length} candles of ${document.timeframe}: from ${price(first.open)} to ${price(last.close)} (${percent(moved([first.open, last.close]), 2, true)}), between ${price(low)} and ${price(high)}; ${plural(fired, "signal")}, ${plural(traded, "trade")}.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
