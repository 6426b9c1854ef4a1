// What the API says; docs/reference/api.md. Times are ISO 8601 UTC text, what is not known is null.

export type Direction = "long" | "short";
export type Role = "operator" | "viewer";

export interface Me {
  name: string;
  role: Role;
  csrf: string;
  needs_login: boolean;
  version: string;
  build: string;
  now: string;
  home: string;
  journal: string;
  push: { available: boolean };
}

export interface TradeOfSignal {
  fate: string;
  rule: string | null;
  quantity: number | null;
  weight: number | null;
}

export interface SignalRow {
  seq?: number;
  id: string;
  at: string;
  symbol: string;
  instrument: string;
  venue_symbol: string;
  timeframe: string;
  direction: Direction;
  hypothesis: string;
  state: string;
  qualified: boolean;
  warning: string | null;
  fate: string;
  rule: string | null;
  entry: number;
  stop_loss: number;
  targets: number[];
  risk_reward: string | null;
  confidence: number | null;
  expires_at: string;
  decided_at: string;
  latency_ms: number;
  regime: string | null;
  trade: TradeOfSignal | null;
}

export interface Named {
  id: string;
  signal: string;
  instrument: string;
  symbol: string;
  venue_symbol: string;
  direction: Direction;
}

export interface Trade extends Named {
  opened_at: string;
  closed_at: string;
  quantity: number;
  entry_price: number;
  exit_price: number;
  reason: string;
  stop_kind: string;
  fees: number;
  funding: number;
  is_funding_complete: boolean;
  net_pnl: number;
  risk: number;
  r_multiple: number | null;
}

export interface Target {
  price: number;
  quantity: number | null;
  filled: number;
  is_done: boolean;
}

export interface Position extends Named {
  opened_at: string;
  quantity: number;
  entered: number;
  entry_price: number;
  mark_price: number | null;
  stop: number | null;
  stop_kind: string | null;
  protection: string;
  targets: Target[];
  realized_pnl: number;
  unrealized_pnl: number | null;
  unrealized_r: number | null;
  net_pnl: number | null;
  net_r: number | null;
  open_risk: number | null;
  fees: number;
  funding: number;
  is_funding_complete: boolean;
  liquidation_price: number | null;
  liquidation_distance: number | null;
  closes_at: string | null;
  is_closing: boolean;
}

export interface Resting extends Named {
  quantity: number;
  filled: number;
  price: number;
  mark_price: number | null;
  stop: number;
  targets: number[];
  open_risk: number;
  expires_at: string;
  is_accepted: boolean;
}

export interface Level {
  level: string;
  limit: number;
  left: number | null;
  is_reached: boolean;
}

export interface Day {
  start: string;
  opening_equity: number | null;
  realized_pnl: number;
  open_pnl: number | null;
  pnl: number | null;
  level: string;
  levels: Level[];
}

/** How trading stands: what `edgeproof positions --json` prints. */
export interface Trading {
  at: string;
  status: { state: string; cause: string | null; since: string | null; by: string | null; why: string | null };
  cash: number;
  equity: number | null;
  peak_equity: number | null;
  drawdown: number | null;
  max_drawdown: number | null;
  day: Day | null;
  open_risk: number | null;
  open_risk_share: number | null;
  max_open_risk: number | null;
  leverage: number | null;
  max_leverage: number | null;
  instruments: number;
  max_positions: number | null;
  losses_in_a_row: number;
  cooldown_until: string | null;
  orders_last_minute: number;
  max_orders_a_minute: number | null;
  positions: Position[];
  resting: Resting[];
  offers: { id: string; signal: string; symbol: string; direction: Direction; expires_at: string }[];
}

export interface Wish {
  id: string;
  at: string;
  wish: WishWord;
  target: string | null;
  by: string;
  why: string | null;
}

export type WishWord = "close" | "close_all" | "stop" | "halt" | "resume" | "take" | "skip";

export interface Notice {
  at: string;
  kind: string;
  detail: string;
  symbol: string | null;
}

export interface Overview {
  seq: number;
  now: string;
  state: "running" | "ended" | "killed" | "none";
  held_by: string | null;
  traded_by: string | null;
  session: {
    id: string;
    command: string;
    venue: string;
    version: string;
    began: string;
    ended: string | null;
    reason: string | null;
    hypotheses: number;
    instruments: number;
  } | null;
  other_version: boolean;
  trading: Trading | null;
  taken_until: Record<string, string>;
  funnel: {
    /** Whether all of the day are counted: no more than its newest 20,000 are. */
    is_whole: boolean;
    day: string;
    fired: number;
    fates: Record<string, number>;
    vetoed_by: Record<string, number>;
    traded: Record<string, number>;
    denied_by: Record<string, number>;
  };
  last_signals: SignalRow[];
  last_trades: Trade[];
  notices: Notice[];
  missed_today: { closes: number; by_reason: Record<string, number> };
  parity: { at: string; start: string; end: string; unexplained: number } | null;
  told: { channel: string; words: string }[];
  wishes: Wish[];
  offers: SignalRow[];
}

export interface LiveInstrument {
  symbol: string;
  instrument: string;
  last: number | null;
  bid: number | null;
  ask: number | null;
  mark: number | null;
  funding_rate: number | null;
  funding_percentile: number | null;
  regime: string;
  evaluated_until: string | null;
  signals_today: number;
  is_stale: boolean;
  forming: { open_time: number; open: number; high: number; low: number; close: number; volume: number } | null;
}

export interface Weight {
  weight: number;
  stage: string;
  value: number | null;
  limit: number | null;
  trades: number;
  note: string | null;
}

/** How the session stands right now; painted by it while somebody looks. */
export interface Picture {
  at: string;
  session: string;
  command: string;
  venue: string;
  venue_time: string;
  feed: {
    is_connected: boolean;
    is_well: boolean;
    problems: string[];
    skew_ms: number | null;
    facts_per_second: number;
    incidents: Record<string, number>;
  };
  instruments: LiveInstrument[];
  trading: Trading | null;
  previews: {
    hypothesis: string;
    symbol: string;
    timeframe: string;
    direction: Direction;
    closes_at: string;
    reference_price: number;
    stop_loss: number;
    targets: number[];
  }[];
  closes: number;
  closes_in_time: number;
  missed: Record<string, number>;
  fates: Record<string, number>;
  latency_ms: { p50: number; p90: number; p99: number } | null;
  weights: Record<string, Weight>;
  channels: { name: string; words: string; waiting: number }[];
  watched: { states: Record<string, number>; warming_up: Record<string, string>; left_out: Record<string, string> };
}

export interface StreamEvent {
  seq: number;
  kind: string;
  document: Record<string, unknown>;
}

export type Frame =
  | { type: "hello"; seq: number; build: string; version: string; now: string; reset: boolean }
  | { type: "events"; seq: number; events: StreamEvent[] }
  | { type: "live"; document: Picture | null }
  | { type: "trouble"; words: string | null };
