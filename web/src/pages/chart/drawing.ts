// The chart itself: the library with our series, panes and marks. Colours are given once; others are another drawing.
import {
  CandlestickSeries, createChart, createSeriesMarkers, createTextWatermark, CrosshairMode, HistogramSeries, type IChartApi, type IPaneApi, type IPriceLine,
  type ISeriesApi, type ISeriesMarkersPluginApi, LineSeries, LineStyle, type MouseEventParams, type Time, type UTCTimestamp,
} from "lightweight-charts";
import { faint } from "../../ui/Plot";
import { indexFrom } from "./candles";
import { decimalsOf, timeOfCrosshair, timeOfTick } from "./labels";
import type { Look } from "./looks";
import { type Mark, nameOf, panesOf } from "./marks";
import { ROW, StripPrimitive, TradesPrimitive } from "./primitives";
import type { Bar, ChartTrade, Indicator } from "./types";

export interface Handlers {
  onPoint: (index: number | null) => void;
  onView: (from: number, to: number) => void;
  onOpen: (id: string) => void;
}

export interface PriceLevel {
  price: number;
  title: string;
  colour: string;
  isDashed: boolean;
}

export interface Indicators {
  indicators: readonly Indicator[];
  colours: ReadonlyMap<string, string>;
  timeframe: string;
  /** Of each condition, and of all together; `conditions` is how many there are. */
  rows: readonly (readonly (boolean | null)[])[];
  conditions: number;
  priceHeight: number;
}

/** The height of a pane of an indicator. */
export const OWN_PANE = 84;

export function stripHeight(conditions: number): number {
  return conditions === 0 ? 0 : 8 + ROW * (conditions > 1 ? conditions + 1 : 1);
}

const seconds = (time: number) => time as UTCTimestamp;

export class Drawing {
  private readonly chart: IChartApi;
  private readonly candles: ISeriesApi<"Candlestick">;
  private readonly volume: ISeriesApi<"Histogram">;
  private readonly marks: ISeriesMarkersPluginApi<Time>;
  private readonly trades: TradesPrimitive;
  private readonly look: Look;
  private readonly observer: ResizeObserver;
  private times: number[] = [];
  /** A stretch that was asked for and is not drawn yet: the library moves with its next frame. */
  private wanted: { from: number; to: number } | null = null;
  private readonly shown = new Map<string, ISeriesApi<"Line">>();
  private strip: StripPrimitive | null = null;
  private signature = "";
  private panes: IPaneApi<Time>[] = [];
  private lines: IPriceLine[] = [];

  constructor(room: HTMLElement, look: Look, handlers: Handlers) {
    this.look = look;
    const isWide = room.clientWidth > 560;
    this.chart = createChart(room, {
      width: room.clientWidth,
      height: room.clientHeight,
      layout: {
        background: { color: look.panel }, textColor: look.muted, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: isWide ? 12 : 11,
        attributionLogo: true, panes: { separatorColor: look.grid, separatorHoverColor: faint(look.accent, 0.3) },
      },
      grid: { vertLines: { color: look.grid }, horzLines: { color: look.grid } },
      rightPriceScale: { borderColor: look.grid, minimumWidth: isWide ? 72 : 52 },
      timeScale: { borderColor: look.grid, timeVisible: true, secondsVisible: false, tickMarkFormatter: timeOfTick, rightOffset: 6, minBarSpacing: 0.4 },
      localization: { timeFormatter: timeOfCrosshair },
      crosshair: { mode: CrosshairMode.Normal, vertLine: { color: look.muted, labelBackgroundColor: look.accent }, horzLine: { color: look.muted, labelBackgroundColor: look.accent } },
      // A finger that moves up or down scrolls the page, not the chart.
      handleScroll: { vertTouchDrag: false },
    });
    this.candles = this.chart.addSeries(CandlestickSeries, {
      upColor: look.up, downColor: look.down, borderVisible: false, wickUpColor: look.up, wickDownColor: look.down, priceLineColor: look.muted,
    });
    this.candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.22 } });
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    this.volume.priceScale().applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.marks = createSeriesMarkers(this.candles, []);
    this.trades = new TradesPrimitive(look);
    this.candles.attachPrimitive(this.trades);
    this.chart.subscribeCrosshairMove((event) => handlers.onPoint(pointed(event)));
    this.chart.subscribeClick((event) => {
      if (typeof event.hoveredObjectId === "string") handlers.onOpen(event.hoveredObjectId);
    });
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      this.wanted = null;
      if (range) handlers.onView(range.from, range.to);
    });
    this.observer = new ResizeObserver(() => this.resize(room.clientWidth, room.clientHeight));
    this.observer.observe(room);
  }

  destroy(): void {
    this.observer.disconnect();
    this.chart.remove();
  }

  /** Another size shows the same candles, wider or narrower: a phone that is turned loses nothing. */
  private resize(width: number, height: number): void {
    const range = this.range();
    this.chart.resize(width, height);
    if (range && width > 0) this.show(range.from, range.to);
  }

  /** All candles. What one looks at stays where it is, wherever candles were added. */
  setBars(bars: readonly Bar[]): void {
    const range = this.range();
    const [old, added] = [this.times, bars.length - this.times.length];
    this.times = bars.map(({ time }) => time);
    const decimals = decimalsOf(bars);
    this.candles.applyOptions({ priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals } });
    this.candles.setData(bars.map(({ time, open, high, low, close }) => ({ time: seconds(time), open, high, low, close })));
    this.volume.setData(bars.map((bar) => this.volumeOf(bar)));
    const before = indexFrom(this.times, old[0] ?? 0);
    if (range && added > 2) this.show(range.from + before, range.to + before);
  }

  /** The candles that are forming: the last, or one more. */
  update(bars: readonly Bar[]): void {
    for (const bar of bars) {
      const last = this.times.at(-1) ?? 0;
      if (bar.time < last) continue;
      if (bar.time > last) this.times = [...this.times, bar.time];
      this.candles.update({ time: seconds(bar.time), open: bar.open, high: bar.high, low: bar.low, close: bar.close });
      this.volume.update(this.volumeOf(bar));
    }
  }

  private volumeOf({ time, open, close, volume }: Bar) {
    return { time: seconds(time), value: volume, color: faint(close >= open ? this.look.up : this.look.down, 0.4) };
  }

  /** Indicators and conditions, in panes from above to below. The same ones get new values only. */
  setIndicators(drawn: Indicators): void {
    const signature = JSON.stringify([drawn.indicators.map((each) => [nameOf(each, drawn.timeframe), each.levels]), drawn.conditions, [...drawn.colours]]);
    if (signature !== this.signature) this.arrange(drawn);
    this.signature = signature;
    drawn.indicators.forEach((each) => this.shown.get(nameOf(each, drawn.timeframe))?.setData(this.pointsOf(each)));
    this.strip?.setRows(drawn.rows);
    this.chart.panes()[0]?.setStretchFactor(drawn.priceHeight);
  }

  private arrange({ indicators, colours, timeframe, conditions }: Indicators): void {
    for (const series of this.shown.values()) this.chart.removeSeries(series);
    for (const pane of this.panes.reverse()) this.chart.removePane(pane.paneIndex());
    this.shown.clear();
    this.panes = [];
    const colourOf = (each: Indicator) => colours.get(nameOf(each, timeframe)) ?? this.look.accent;
    const add = (each: Indicator, pane: number) => this.shown.set(nameOf(each, timeframe), this.lineOf(each, pane, colourOf(each)));
    for (const each of indicators) if (each.pane !== "own") add(each, 0);
    for (const group of panesOf(indicators)) {
      const pane = this.addPane(OWN_PANE);
      for (const each of group) add(each, pane.paneIndex());
      const lines = group.map((each) => ({ text: nameOf(each, timeframe), color: colourOf(each), fontSize: 11 }));
      createTextWatermark(pane, { horzAlign: "left", vertAlign: "top", lines });
    }
    this.strip = conditions > 0 ? new StripPrimitive(this.look) : null;
    if (this.strip) this.addPane(stripHeight(conditions)).attachPrimitive(this.strip);
  }

  private addPane(height: number): IPaneApi<Time> {
    const pane = this.chart.addPane(true);
    pane.setStretchFactor(height);
    this.panes.push(pane);
    return pane;
  }

  private lineOf(indicator: Indicator, pane: number, colour: string): ISeriesApi<"Line"> {
    const options = { color: colour, lineWidth: 2 as const, priceLineVisible: false, lastValueVisible: pane > 0, crosshairMarkerRadius: 3 };
    const scale = indicator.pane === "volume" ? { priceScaleId: "volume", lineWidth: 1 as const } : {};
    const series = this.chart.addSeries(LineSeries, { ...options, ...scale }, pane);
    for (const price of indicator.levels) {
      series.createPriceLine({ price, color: this.look.muted, lineWidth: 1, lineStyle: LineStyle.Dashed, axisLabelVisible: true, title: "" });
    }
    return series;
  }

  private pointsOf(indicator: Indicator) {
    return this.times.map((time, index) => {
      const value = indicator.values[index];
      return value === null || value === undefined ? { time: seconds(time) } : { time: seconds(time), value };
    });
  }

  setMarks(marks: readonly Mark[]): void {
    this.marks.setMarkers(marks.map((each) => ({ ...each, time: seconds(each.time) })));
  }

  setTrades(trades: readonly ChartTrade[]): void {
    this.trades.setTrades(trades, this.times);
  }

  /** Lines across the price: what is open, and what waits. The same ones are only written anew. */
  setLevels(levels: readonly PriceLevel[]): void {
    while (this.lines.length > levels.length) {
      const line = this.lines.pop();
      if (line) this.candles.removePriceLine(line);
    }
    levels.forEach(({ price, title, colour, isDashed }, index) => {
      const options = { price, title, color: colour, lineWidth: 1 as const, lineStyle: isDashed ? LineStyle.Dashed : LineStyle.Solid, axisLabelVisible: true };
      const line = this.lines[index];
      if (line) line.applyOptions(options);
      else this.lines.push(this.candles.createPriceLine(options));
    });
    this.trades.setLevels(levels.map(({ price }) => price));
  }

  /** Show candles from one number to another. */
  show(from: number, to: number): void {
    this.wanted = { from, to };
    this.chart.timeScale().setVisibleLogicalRange({ from, to });
  }

  range(): { from: number; to: number } | null {
    return this.times.length === 0 ? null : (this.wanted ?? this.chart.timeScale().getVisibleLogicalRange());
  }

  newest(): void {
    this.chart.timeScale().scrollToRealTime();
  }

  move(share: number): void {
    const range = this.range();
    if (range) this.show(range.from + (range.to - range.from) * share, range.to + (range.to - range.from) * share);
  }

  zoom(by: number): void {
    const range = this.range();
    if (range) this.show(range.to - Math.max(8, (range.to - range.from) * by), range.to);
  }
}

function pointed(event: MouseEventParams): number | null {
  return event.point === undefined || event.logical === undefined ? null : Math.round(event.logical);
}
