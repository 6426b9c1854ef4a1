// What the chart library does not draw by itself: trades with their levels, and the strip of conditions.
import type { IPanePrimitive, IPrimitivePaneRenderer, ISeriesPrimitive, Logical, PaneAttachedParameter, SeriesAttachedParameter, Time } from "lightweight-charts";
import { multiple } from "../../ui/format";
import { indexAt } from "./candles";
import type { Look } from "./looks";
import type { ChartTrade } from "./types";

type Target = Parameters<IPrimitivePaneRenderer["draw"]>[0];
type Context = CanvasRenderingContext2D;

const FONT = "11px Inter, system-ui, sans-serif";
/** Within so many pixels of a fill, a click means its trade. */
const REACH = 8;

/** Trades: the risk and what was aimed at as areas, the stop as it moved, targets, fills, and what it came to. */
export class TradesPrimitive implements ISeriesPrimitive<Time> {
  private parts: SeriesAttachedParameter<Time> | null = null;
  private trades: readonly ChartTrade[] = [];
  private times: readonly number[] = [];
  private levels: readonly number[] = [];
  private readonly look: Look;

  constructor(look: Look) {
    this.look = look;
  }

  attached(parts: SeriesAttachedParameter<Time>): void {
    this.parts = parts;
  }

  detached(): void {
    this.parts = null;
  }

  setTrades(trades: readonly ChartTrade[], times: readonly number[]): void {
    this.trades = trades;
    this.times = times;
    this.parts?.requestUpdate();
  }

  /** Prices of what is open, to be kept in view beside the newest candle. */
  setLevels(levels: readonly number[]): void {
    this.levels = levels;
    this.parts?.requestUpdate();
  }

  autoscaleInfo(start: Logical, end: Logical) {
    const [from, to] = [this.times[Math.max(0, Math.floor(start))] ?? 0, this.times[Math.min(this.times.length - 1, Math.ceil(end))] ?? 0];
    const prices = this.trades.filter((each) => opened(each) <= to && closed(each) >= from).flatMap((each) => [each.entry_price, ...each.stops.slice(0, 1).map(({ price }) => price), ...each.targets.slice(0, 1)]);
    if (end >= this.times.length - 1) prices.push(...this.levels);
    if (prices.length === 0) return null;
    return { priceRange: { minValue: Math.min(...prices), maxValue: Math.max(...prices) } };
  }

  paneViews() {
    const view = (order: "bottom" | "top", draw: (context: Context, trade: ChartTrade) => void) => ({
      zOrder: () => order,
      renderer: () => ({ draw: (target: Target) => target.useMediaCoordinateSpace(({ context }) => this.each(context, draw)) }),
    });
    return [view("bottom", (context, trade) => this.drawLevels(context, trade)), view("top", (context, trade) => this.drawFills(context, trade))];
  }

  hitTest(x: number, y: number) {
    for (const trade of this.trades) {
      for (const fill of trade.fills) {
        const [left, top] = [this.x(Date.parse(fill.at) / 1000), this.y(fill.price)];
        if (left !== null && top !== null && Math.hypot(left - x, top - y) <= REACH) return { externalId: trade.id, cursorStyle: "pointer", zOrder: "top" as const };
      }
    }
    return null;
  }

  /** Where a moment is, also within a candle. */
  private x(time: number): number | null {
    const index = indexAt(this.times, time);
    const at = this.times[index];
    if (this.parts === null || at === undefined) return null;
    const scale = this.parts.chart.timeScale();
    const step = (this.times[1] ?? at + 60) - (this.times[0] ?? at);
    const part = Math.min(1, (time - at) / step) - 0.5;
    const middle = scale.logicalToCoordinate(index as Logical);
    return middle === null ? null : middle + part * scale.options().barSpacing;
  }

  private y(price: number): number | null {
    return this.parts?.series.priceToCoordinate(price) ?? null;
  }

  private each(context: Context, draw: (context: Context, trade: ChartTrade) => void): void {
    context.save();
    for (const trade of this.trades) draw(context, trade);
    context.restore();
  }

  private span(trade: ChartTrade): { left: number; right: number; entry: number } | null {
    const [left, right, entry] = [this.x(opened(trade)), this.x(closed(trade)), this.y(trade.entry_price)];
    return left === null || right === null || entry === null ? null : { left, right, entry };
  }

  private drawLevels(context: Context, trade: ChartTrade): void {
    const span = this.span(trade);
    if (span === null) return;
    const { left, right, entry } = span;
    const { up, down, muted } = this.look;
    const first = trade.stops[0];
    const last = trade.targets.at(-1);
    if (first) this.area(context, left, right, entry, this.y(first.price), down);
    if (last !== undefined) this.area(context, left, right, entry, this.y(last), up);
    this.line(context, [[left, entry], [right, entry]], muted, [1, 3]);
    for (const target of trade.targets) this.level(context, left, right, target, up, [6, 3]);
    this.stops(context, trade, left, right);
  }

  private drawFills(context: Context, trade: ChartTrade): void {
    const span = this.span(trade);
    if (span === null) return;
    this.result(context, trade, span.left, span.entry, span.right);
    for (const fill of trade.fills) this.fill(context, trade, fill.what === "entry", this.x(Date.parse(fill.at) / 1000), this.y(fill.price));
  }

  private area(context: Context, left: number, right: number, from: number, to: number | null, colour: string): void {
    if (to === null) return;
    context.globalAlpha = 0.13;
    context.fillStyle = colour;
    context.fillRect(left, Math.min(from, to), Math.max(2, right - left), Math.abs(to - from));
    context.globalAlpha = 1;
  }

  private level(context: Context, left: number, right: number, price: number, colour: string, dash: number[]): void {
    const y = this.y(price);
    if (y !== null) this.line(context, [[left, y], [right, y]], colour, dash);
  }

  /** Where the stop stood, as it moved. */
  private stops(context: Context, trade: ChartTrade, left: number, right: number): void {
    const points: [number, number][] = [];
    trade.stops.forEach((stop, number) => {
      const next = trade.stops[number + 1];
      const from = number === 0 ? left : (this.x(Date.parse(stop.at) / 1000) ?? left);
      const to = next ? (this.x(Date.parse(next.at) / 1000) ?? right) : right;
      const y = this.y(stop.price);
      if (y !== null) points.push([from, y], [to, y]);
    });
    this.line(context, points, this.look.down, [], 1.6);
  }

  private result(context: Context, trade: ChartTrade, left: number, entry: number, right: number): void {
    if (trade.exit_price === null) return;
    const y = this.y(trade.exit_price);
    if (y === null) return;
    const colour = trade.net_pnl === null ? this.look.muted : trade.net_pnl >= 0 ? this.look.up : this.look.down;
    this.line(context, [[left, entry], [right, y]], colour, [4, 3], 1.6);
    const text = [multiple(trade.r_multiple), (trade.reason ?? "").replaceAll("_", " ")].join(" ");
    context.font = FONT;
    context.textBaseline = "middle";
    const width = context.measureText(text).width;
    // Beside the way out, above what was won and below what was lost; where that would be cut off, before it.
    const fits = right + 18 + width < (this.parts?.chart.timeScale().width() ?? 0);
    const [start, middle] = [fits ? right + 10 : right - width - 18, y + (y < entry ? -14 : 14)];
    context.fillStyle = this.look.panel;
    context.globalAlpha = 0.7;
    context.fillRect(start, middle - 8, width + 8, 16);
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillText(text, start + 4, middle);
  }

  /** An entry is a full triangle that points the way of the trade, a way out an empty square. */
  private fill(context: Context, trade: ChartTrade, isEntry: boolean, x: number | null, y: number | null): void {
    if (x === null || y === null) return;
    context.beginPath();
    if (isEntry) {
      const tip = trade.direction === "long" ? -5 : 5;
      context.moveTo(x - 5, y - tip);
      context.lineTo(x + 5, y - tip);
      context.lineTo(x, y + tip);
      context.closePath();
    } else context.rect(x - 4, y - 4, 8, 8);
    context.lineWidth = 1.6;
    context.setLineDash([]);
    context.strokeStyle = this.look.accent;
    context.fillStyle = isEntry ? this.look.accent : this.look.panel;
    context.fill();
    context.stroke();
  }

  private line(context: Context, points: readonly (readonly [number, number])[], colour: string, dash: number[], width = 1.2): void {
    if (points.length === 0) return;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    points.forEach(([x, y], number) => (number === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
    context.stroke();
    context.setLineDash([]);
  }
}

function opened(trade: ChartTrade): number {
  return Date.parse(trade.opened_at) / 1000;
}

function closed(trade: ChartTrade): number {
  return trade.closed_at === null ? Number.MAX_SAFE_INTEGER : Date.parse(trade.closed_at) / 1000;
}

export const ROW = 15;

/** Conditions over time, a row each: a block where one held, a thin line where it did not, nothing where it is not known. */
export class StripPrimitive implements IPanePrimitive<Time> {
  private parts: PaneAttachedParameter<Time> | null = null;
  private rows: readonly (readonly (boolean | null)[])[] = [];
  private readonly look: Look;

  constructor(look: Look) {
    this.look = look;
  }

  attached(parts: PaneAttachedParameter<Time>): void {
    this.parts = parts;
  }

  detached(): void {
    this.parts = null;
  }

  setRows(rows: readonly (readonly (boolean | null)[])[]): void {
    this.rows = rows;
    this.parts?.requestUpdate();
  }

  paneViews() {
    return [{ renderer: () => ({ draw: (target: Target) => target.useMediaCoordinateSpace(({ context }) => this.draw(context)) }) }];
  }

  private draw(context: Context): void {
    const scale = this.parts?.chart.timeScale();
    const range = scale?.getVisibleLogicalRange();
    if (!scale || !range) return;
    const spacing = scale.options().barSpacing;
    this.rows.forEach((values, row) => {
      const isLast = row === this.rows.length - 1 && this.rows.length > 1;
      const top = 4 + row * ROW;
      const from = Math.max(0, Math.floor(range.from));
      const to = Math.min(values.length - 1, Math.ceil(range.to));
      for (let index = from; index <= to; ) {
        const value = values[index];
        let end = index;
        while (end < to && values[end + 1] === value) end++;
        const left = (scale.logicalToCoordinate(index as Logical) ?? 0) - spacing / 2;
        const width = Math.max(1, (end - index + 1) * spacing - (spacing > 4 ? 1 : 0));
        context.fillStyle = value ? (isLast ? this.look.warned : this.look.accent) : this.look.muted;
        context.globalAlpha = value ? 1 : 0.4;
        if (value === true) context.fillRect(left, top, width, ROW - 5);
        else if (value === false) context.fillRect(left, top + (ROW - 6) / 2, width, 1);
        index = end + 1;
      }
      this.name(context, isLast ? "all" : String(row + 1), top);
    });
  }

  private name(context: Context, text: string, top: number): void {
    context.globalAlpha = 0.85;
    context.font = FONT;
    context.fillStyle = this.look.panel;
    context.fillRect(0, top - 2, context.measureText(text).width + 8, ROW - 1);
    context.globalAlpha = 1;
    context.fillStyle = this.look.text;
    context.textBaseline = "middle";
    context.fillText(text, 3, top + (ROW - 5) / 2);
  }
}
