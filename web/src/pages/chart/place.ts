// What the chart shows: all of it is in the address.
import { useCallback } from "react";
import { useSearchParams } from "react-router";
import type { Choices } from "./types";

/** The timeframes that have a button and a key, 1 to 8. */
export const TIMEFRAMES = ["1m", "2m", "5m", "15m", "30m", "1h", "4h", "1d"] as const;

export interface ChartPlace {
  symbol: string;
  timeframe: string;
  hypothesis: string;
  /** The signal that is looked for. */
  signal: string | null;
  /** Indicators that are switched off. */
  off: readonly string[];
  /** Whether the signals of other hypotheses are shown beside those of the chosen one. */
  isAll: boolean;
}

export type Change = Partial<Record<"symbol" | "timeframe" | "hypothesis" | "signal" | "all", string | null>> & { off?: readonly string[] };

/** What the address says, completed from what there is: the first watched instrument, the hypothesis' own timeframe. */
export function placeOf(params: URLSearchParams, choices: Choices | undefined, of?: { symbol: string; timeframe: string }): ChartPlace {
  const hypothesis = params.get("hypothesis") ?? "";
  const watched = choices?.instruments.find(({ is_watched }) => is_watched) ?? choices?.instruments[0];
  const own = choices?.hypotheses.find(({ name }) => name === hypothesis)?.timeframe;
  return {
    symbol: params.get("symbol") ?? of?.symbol ?? watched?.symbol ?? "",
    timeframe: params.get("timeframe") ?? of?.timeframe ?? own ?? "5m",
    hypothesis,
    signal: params.get("signal"),
    off: params.getAll("off"),
    isAll: params.get("all") === "1",
  };
}

/** The address with a change: what belonged to what is left goes with it. */
export function changed(params: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    if (name === "off") continue;
    if (value === null || value === "") next.delete(name);
    else next.set(name, String(value));
  }
  if (change.off !== undefined) {
    next.delete("off");
    for (const each of change.off) next.append("off", each);
  }
  if (change.symbol !== undefined || change.timeframe !== undefined) if (change.signal === undefined) next.delete("signal");
  if (change.hypothesis !== undefined) next.delete("off");
  return next;
}

export function useParams(): [URLSearchParams, (change: Change) => void] {
  const [params, setParams] = useSearchParams();
  const change = useCallback((change: Change) => setParams((now) => changed(now, change), { replace: true }), [setParams]);
  return [params, change];
}
