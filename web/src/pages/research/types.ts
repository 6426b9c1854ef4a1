// What /api/runs and /api/compare say.
export interface Run {
  id: string;
  version: string;
  at: string | null;
  seed: number | null;
  instruments: string[];
  start: string | null;
  end: string | null;
  hypotheses: number;
  results: number;
  has_edge: boolean;
  qualified: number | null;
  other_version: boolean;
}

/** A run that is damaged, or half written. */
export interface UnreadableRun {
  id: string;
  problem: string;
}

export interface RunList {
  runs: Run[];
  unreadable: UnreadableRun[];
  left_out: number;
}

export interface Analysis {
  hypothesis: string;
  scope: string;
  timeframe: string;
  direction: string;
  family: string;
  state: string;
  verdict: string;
  n: number | null;
  needed_trades: number | null;
  win_rate: number | null;
  win_rate_low: number | null;
  win_rate_high: number | null;
  bar: number | null;
  p_value: number | null;
  q_value: number | null;
  expectancy_r: number | null;
  expectancy_low: number | null;
  expectancy_high: number | null;
  profit_factor: number | null;
  cost_r: number | null;
  out_of_sample: { n: number; win_rate: number | null; expectancy_r: number | null } | null;
}

export interface Certificate {
  instrument: string;
  base_timeframe: string;
  start: string;
  end: string;
  candles: number;
  missing: number;
  coverage: number;
  gap_count: number;
  outlier_count: number;
  funding: string;
  funding_reason: string | null;
  objections: string[];
}

export interface RunDetail {
  run: Run;
  data: Certificate[];
  analyses: Analysis[];
  states: Record<string, number>;
  ledger: { trials: number; new?: number; family?: number } | null;
  placebos?: { count: number; passed: number; tested: number } | null;
  self_checks?: { checks: number; differences: number } | null;
}

export interface Compared {
  hypothesis: string;
  scope: string;
  a: Analysis | null;
  b: Analysis | null;
  change: { win_rate: number | null; expectancy_r: number | null; state: readonly [string, string] | null };
}

export interface Comparison {
  a: Run;
  b: Run;
  differs: string[];
  rows: Compared[];
}
