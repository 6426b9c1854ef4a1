// What /api/chart and /api/instruments say.
import type { Direction, Position, SignalRow } from "../../api/types";

export interface InstrumentRow {
  symbol: string;
  instrument: string;
  venue_symbol: string;
  timeframes: string[];
  first: string | null;
  last: string | null;
  is_watched: boolean;
}

export interface HypothesisRow {
  name: string;
  timeframe: string;
  direction: string;
  family: string;
  state: string;
}

export interface Choices {
  instruments: InstrumentRow[];
  hypotheses: HypothesisRow[];
}

/** Candles in columns. `time` is when they open, in seconds; `filled` says that nothing was traded in one. */
export interface Columns {
  time: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
  filled: boolean[];
}

export interface Indicator {
  label: string;
  /** Where it belongs: among the candles, over their volume, or below. */
  pane: "price" | "volume" | "own";
  /** Numbers that conditions compare with one another are of one group. */
  group: number;
  timeframe: string;
  values: (number | null)[];
  levels: number[];
}

export interface Condition {
  text: string;
  values: (boolean | null)[];
}

export interface Fill {
  at: string;
  price: number;
  quantity: number;
  what: string;
  is_maker: boolean | null;
}

export interface StopMove {
  at: string;
  price: number;
  kind: string;
}

export interface ChartTrade {
  id: string;
  hypothesis: string;
  direction: Direction;
  opened_at: string;
  closed_at: string | null;
  entry_price: number;
  exit_price: number | null;
  reason: string | null;
  net_pnl: number | null;
  r_multiple: number | null;
  fills: Fill[];
  stops: StopMove[];
  targets: number[];
}

export interface ChartDocument {
  symbol: string;
  timeframe: string;
  timeframe_ms: number;
  seq: number;
  candles: Columns;
  indicators: Indicator[];
  conditions: Condition[];
  signals: SignalRow[];
  trades: ChartTrade[];
  position: Position | Position[] | null;
  earlier: boolean;
}

/** A candle as the chart draws it; `time` in seconds. */
export interface Bar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}
