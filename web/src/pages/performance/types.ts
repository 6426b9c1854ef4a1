// What /api/performance says: services/stats_document.py, services/dashboard/performance.py.
import type { Trade, Weight } from "../../api/types";

export const GROUPINGS = ["instrument", "day", "hour", "regime", "hypothesis"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Figures {
  n: number;
  n_wins: number;
  win_rate: number | null;
  win_rate_low: number | null;
  win_rate_high: number | null;
  profit_factor: number | null;
  profit_factor_r: number | null;
  expectancy: number | null;
  expectancy_r: number | null;
  total_r: number | null;
  mean_win_r: number | null;
  mean_loss_r: number | null;
  net_pnl: number;
  gross_pnl: number;
  fees: number;
  funding: number;
  slippage_cost: number | null;
  assumed_cost: number | null;
  slippage_bps: number | null;
  assumed_bps: number | null;
  funding_incomplete: number;
}

export interface Tested {
  n: number | null;
  win_rate: number | null;
  profit_factor: number | null;
  expectancy_r: number | null;
  versions: string[];
}

export interface HypothesisStats {
  hypothesis: string;
  state: string | null;
  weight: Weight | null;
  signals: number;
  taken: number;
  watched_days: number;
  expected_trades: number | null;
  live: Figures;
  against_tested: { verdict: string; difference: number | null; tested: Tested | null };
}

export interface Account {
  start_equity: number | null;
  equity: number | null;
  open_pnl: number | null;
  drawdown: { deepest: number | null; peak_at: string | null; trough_at: string | null; longest_ms: number | null; current: number | null; current_since: string | null };
  days: number;
  sharpe: number | null;
  sortino: number | null;
  calmar: number | null;
  growth_a_year: number | null;
}

export interface Stats {
  start: string;
  until: string;
  sessions: number;
  command: string | null;
  venue: string | null;
  account: Account | null;
  trades: Figures;
  exposure: number | null;
  streaks: { wins: number; losses: number; current: number };
  hypotheses: HypothesisStats[];
  by: Grouping;
  /** Labels are names; of hours, their numbers. */
  groups: ({ label: string | number } & Figures)[];
}

export interface DriftRow extends Weight {
  hypothesis: string;
}

export interface StateRow {
  hypothesis: string;
  instruments: string[];
  state: string;
  verdict: string;
  run: string | null;
  data_end: string | null;
  version: string | null;
  n?: number | null;
  win_rate?: number | null;
  win_rate_low?: number | null;
  win_rate_high?: number | null;
  expectancy_r?: number | null;
  mean_win_r?: number | null;
  mean_loss_r?: number | null;
  cost_r?: number | null;
  days?: number | null;
  is_watched: boolean;
}

export interface Parity {
  at: string;
  start: string;
  end: string;
  unexplained: number;
  signals: number | null;
  matched: number | null;
  trades: {
    compared: number;
    matched: number;
    net: number;
    backtest_net: number;
    difference: number;
    r: number | null;
    backtest_r: number | null;
    causes: Record<string, { trades: number; money: number }>;
    unexplained: number;
    unexplained_money: number;
    not_taken?: Record<string, { trades: number; r: number | null; money: number | string | null }>;
  } | null;
}

export interface Performances {
  seq: number;
  stats: Stats | null;
  why: string | null;
  parity: Parity | null;
  drift: DriftRow[];
  states: StateRow[];
}

export interface OnePerformance {
  seq: number;
  hypothesis: string;
  definition: string | null;
  row: HypothesisStats | null;
  trades: Trade[];
  cumulative_r: [number, number][];
  tested: Tested | null;
  drift: DriftRow | null;
  states: StateRow[];
}
