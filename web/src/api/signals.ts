// Signals as lists and one by one. The list is kept in step by the stream itself (a row arrives with its event), so
// its key is none that events make old; only a reset fetches it anew.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { ask, query } from "./client";
import { useEvents } from "./live";
import type { Direction, SignalRow, StreamEvent, Weight } from "./types";

export interface SignalFacets {
  symbols: Counted;
  timeframes: Counted;
  hypotheses: Counted;
  fates: Counted;
  states: Counted;
  traded?: Counted;
  directions?: Counted;
}

/** Names, or names with how many signals have them. */
export type Counted = string[] | Record<string, number>;

export interface SignalPage {
  seq: number;
  total: number;
  signals: SignalRow[];
  before: number | null;
  facets: SignalFacets;
  /** Whether there are older ones still that are not listed: only the newest 20,000 are. */
  older_left_out: boolean;
}

export interface Check {
  rule: string;
  value: unknown;
  limit: unknown;
  holds: boolean;
}

export type Values = Record<string, Record<string, number | null>>;

export interface TrackRecord {
  state: string;
  verdict: string;
  run: string | null;
  n: number | null;
  win_rate: number | null;
  win_rate_low: number | null;
  win_rate_high: number | null;
  expectancy_r: number | null;
  mean_win_r: number | null;
  mean_loss_r: number | null;
  cost_r: number | null;
  data_end: string | null;
  days: number | null;
  version: string | null;
}

export interface Evidence {
  entry?: Values;
  confirm?: Values;
  candles?: { timeframe: string; open_time: string; close_time: string; age_minutes: number }[];
  regime?: string | null;
  regimes_declared?: string[];
  funding_rate?: number | null;
  funding_percentile?: number | null;
  volume_ratio?: number | null;
  spread_bps?: number | null;
  quiet_share?: number | null;
  backtest?: TrackRecord | null;
}

/** A signal as other systems consume it: services/signal_document.py. */
export interface SignalDocument {
  id: string;
  timestamp: string;
  signal: string;
  instrument: string;
  symbol: string;
  venue_symbol: string;
  timeframe: string;
  direction: Direction;
  entry: number;
  stop_loss: number;
  targets: number[];
  risk_reward: string | null;
  expires_at: string;
  confidence: number | null;
  evidence: Evidence;
  latency_ms: number | null;
  state: string;
  qualified: boolean;
  warning: string | null;
}

export interface OrderNote {
  at: string;
  order: string;
  what: string;
  quantity: number | null;
  price: number | null;
  fee: number | null;
  is_maker: boolean | null;
  reference: number | null;
  slippage: number | null;
  assumed_slippage: number | null;
  reason: string | null;
}

export interface TradeResult {
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

export interface Traded {
  at: string;
  fate: string;
  rule: string | null;
  value: unknown;
  limit: unknown;
  quantity: number | null;
  sizing: string | null;
  weight: Weight | null;
  checks: Check[];
  orders: OrderNote[];
  result: TradeResult | null;
}

export interface Told {
  message: string;
  title: string;
  channel: string;
  fate: string;
  at: string | null;
  latency_ms: number | null;
  reason: string | null;
}

/** What `edgeproof why ID --json` says. */
export interface Explained {
  id: string;
  fate: string;
  rule: string | null;
  value: unknown;
  limit: unknown;
  decided_at: string;
  checks: Check[];
  signal: SignalDocument;
  trading: Traded | null;
  waits: string | null;
  notifications: Told[];
}

const PAGE = 1000;

/** Pages of signals, newest first; more are fetched as one reads on. */
export function useSignalPages(filters: Record<string, string>) {
  return useInfiniteQuery({
    queryKey: ["signal-list", filters],
    initialPageParam: null as number | null,
    staleTime: 5 * 60_000,
    queryFn: ({ pageParam, signal }) => ask<SignalPage>(`/signals${query({ ...filters, limit: PAGE, before: pageParam })}`, signal),
    getNextPageParam: (last) => last.before,
    placeholderData: (before) => before,
  });
}

/** Everything about one signal; new again whenever something happens to it. */
export function useSignal(id: string | undefined) {
  const queries = useQueryClient();
  useEvents(
    useCallback(
      (events: readonly StreamEvent[]) => {
        const of = (event: StreamEvent) => String(event.document["id"] ?? event.document["order"] ?? "");
        if (id && events.some((each) => of(each).startsWith(id) || each.kind === "delivery")) {
          void queries.invalidateQueries({ queryKey: ["signal", id] });
        }
      },
      [id, queries],
    ),
  );
  return useQuery({
    queryKey: ["signal", id],
    queryFn: ({ signal }) => ask<Explained>(`/signals/${encodeURIComponent(id ?? "")}`, signal),
    enabled: id !== undefined,
  });
}
