// What the chart fetches: the choices, and windows of candles put together as one goes back and as new closes come.
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ask, query } from "../../api/client";
import { usePicture } from "../../api/live";
import { endOf, joined, lengthOf, touches } from "./candles";
import type { ChartDocument, Choices } from "./types";

export interface Asked {
  symbol: string;
  timeframe: string;
  hypothesis: string;
}

/** So many candles a window has. */
const WINDOW = 600;
/** So many candles are shown after a moment that was asked for. */
const AFTER = 120;

export function useChoices() {
  return useQuery({ queryKey: ["instruments"], queryFn: ({ signal }) => ask<Choices>("/instruments", signal) });
}

export function fetchWindow({ symbol, timeframe, hypothesis }: Asked, end: string | undefined, count: number, signal?: AbortSignal): Promise<ChartDocument> {
  return ask<ChartDocument>(`/chart${query({ symbol, timeframe, hypothesis, end, count })}`, signal);
}

interface Kept {
  of: string;
  document: ChartDocument;
}

export interface Candles {
  document: ChartDocument | null;
  error: unknown;
  /** Why what is shown may be old, null while it is not. */
  trouble: string | null;
  /** Whether what is shown goes on to the newest candle. */
  isLive: boolean;
  isLoading: boolean;
  refetch: () => void;
  loadEarlier: () => void;
  loadLater: () => void;
}

/**
 * The candles asked for: the newest, kept in step, with all earlier ones that were looked at. With `moment`
 * (milliseconds) those around it, until one has scrolled from there to the newest.
 */
export function useCandles(asked: Asked, moment: number | null): Candles {
  const of = `${asked.symbol} ${asked.timeframe} ${asked.hypothesis} ${moment ?? ""}`;
  const [kept, setKept] = useState<Kept | null>(null);
  const [isLoading, setLoading] = useState(false);
  const busy = useRef("");
  const evaluated = usePicture((picture) => picture.instruments.find(({ symbol }) => symbol === asked.symbol)?.evaluated_until ?? null);
  const newest = useQuery({
    queryKey: ["chart", asked.symbol, asked.timeframe, asked.hypothesis],
    queryFn: ({ signal }) => fetchWindow(asked, undefined, WINDOW, signal),
    enabled: asked.symbol !== "",
  });
  const around = useQuery({
    queryKey: ["chart-around", asked.symbol, asked.timeframe, asked.hypothesis, moment],
    queryFn: ({ signal }) => fetchWindow(asked, after(moment ?? 0, AFTER, asked.timeframe), WINDOW, signal),
    enabled: asked.symbol !== "" && moment !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (moment !== null && around.data) setKept((now) => ({ of, document: now?.of === of ? joined(now.document, around.data) : around.data }));
  }, [around.data, of, moment]);
  useEffect(() => {
    const fresh = newest.data;
    if (fresh) setKept((now) => taken(now, of, fresh, moment !== null));
  }, [newest.data, of, moment]);
  useClosesAsTheyCome(evaluated, newest.data, () => void newest.refetch());
  const document = kept?.of === of ? kept.document : null;
  const load = useCallback(
    (end: string) => {
      const key = `${of} ${end}`;
      if (busy.current === key) return;
      busy.current = key;
      setLoading(true);
      fetchWindow(asked, end, WINDOW)
        .then((found) => setKept((now) => (now?.of === of ? { of, document: joined(now.document, found) } : now)))
        // Scrolling on asks again; the newest candles say what is wrong with the server.
        .catch(() => setTimeout(() => (busy.current = ""), 2000))
        .finally(() => setLoading(false));
    },
    [of], // all of `asked` is in it
  );
  const isLive = document !== null && (newest.data === undefined || endOf(document) >= endOf(newest.data));
  return {
    document,
    error: document === null ? (newest.error ?? around.error) : null,
    trouble: document !== null && newest.error ? newest.error.message : null,
    isLive,
    isLoading: isLoading || newest.isPending,
    refetch: () => void newest.refetch(),
    loadEarlier: () => {
      const first = document?.candles.time[0];
      if (document?.earlier && first !== undefined) load(new Date(first * 1000).toISOString());
    },
    loadLater: () => {
      if (document !== null && !isLive) load(new Date(endOf(document) * 1000 + WINDOW * document.timeframe_ms).toISOString());
    },
  };
}

/** The newest candles taken to what is kept; where a hole would be between them, what was looked for stays alone. */
function taken(now: Kept | null, of: string, fresh: ChartDocument, hasMoment: boolean): Kept | null {
  if (now?.of !== of) return hasMoment ? now : { of, document: fresh };
  if (touches(now.document, fresh)) return { of, document: joined(now.document, fresh) };
  return hasMoment ? now : { of, document: fresh };
}

function after(moment: number, candles: number, timeframe: string): string {
  return new Date(moment + candles * lengthOf(timeframe)).toISOString();
}

/** A close is fetched when the session has evaluated the instrument to the end of the next candle. */
function useClosesAsTheyCome(evaluated: string | null, document: ChartDocument | undefined, refetch: () => void): void {
  const latest = useRef(refetch);
  latest.current = refetch;
  const due = document === undefined ? Number.POSITIVE_INFINITY : endOf(document) * 1000 + document.timeframe_ms;
  const isDue = evaluated !== null && Date.parse(evaluated) >= due;
  useEffect(() => {
    if (isDue) latest.current();
  }, [isDue, evaluated]);
}
