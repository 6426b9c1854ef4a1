// What trading made one trade after the other: research/report/session/curve.py.
import { useQuery } from "@tanstack/react-query";
import { ask } from "./client";

export interface Band {
  low: (number | null)[];
  middle: (number | null)[];
  high: (number | null)[];
  share_below: number | null;
  outside: number | null;
}

export interface Curves {
  live: (number | null)[];
  drawdown: (number | null)[];
  backtest: (number | null)[] | null;
  band: Band | null;
}

export interface Curve {
  /** Seconds: the first, then every difference. */
  t: number[];
  n: number;
  tested: number;
  untested: string[];
  money: Curves;
  r: Curves;
}

export interface Equity {
  seq: number;
  curve: Curve | null;
  why: string | null;
}

export function useEquity(session: string) {
  return useQuery({
    queryKey: ["equity", session],
    queryFn: ({ signal }) => ask<Equity>(`/equity?session=${encodeURIComponent(session)}`, signal),
  });
}
