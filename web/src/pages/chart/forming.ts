// The candle that is forming, from the live picture: it has minutes, the chart has any timeframe.
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { usePicture } from "../../api/live";
import { forming, lengthOf, type Minute, minutesOf, withMinute } from "./candles";
import { type Asked, fetchWindow } from "./queries";
import type { Bar } from "./types";

/** The candles that are forming; none while no session paints them. */
export function useForming(asked: Asked, after: number | null): readonly Bar[] {
  const of = `${asked.symbol} ${asked.timeframe}`;
  const length = lengthOf(asked.timeframe);
  const painted = usePicture((picture) => picture.instruments.find(({ symbol }) => symbol === asked.symbol)?.forming ?? null);
  const seen = useRef<{ of: string; minutes: Minute[] }>({ of, minutes: [] });
  if (seen.current.of !== of) seen.current = { of, minutes: [] };
  if (painted) seen.current.minutes = withMinute(seen.current.minutes, painted, length);
  // The minutes of this candle that were before anybody looked.
  const start = painted ? Math.floor(painted.open_time / length) * length : null;
  const number = painted && start !== null ? (painted.open_time - start) / 60_000 : 0;
  const before = useQuery({
    queryKey: ["chart-minutes", asked.symbol, start, painted?.open_time],
    queryFn: async ({ signal }) => ({
      symbol: asked.symbol,
      minutes: minutesOf((await fetchWindow({ ...asked, timeframe: "1m", hypothesis: "" }, undefined, Math.max(2, number + 1), signal)).candles),
    }),
    enabled: number > 0,
    placeholderData: (kept) => (kept?.symbol === asked.symbol ? kept : undefined),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (painted === null || after === null) return [];
  const fetched = (before.data?.minutes ?? []).filter(({ open_time }) => start !== null && open_time >= start);
  // What was fetched is closed and whole, what was seen may have been left before its end; of the last only that is known.
  const minutes = [...seen.current.minutes, ...fetched.filter(({ open_time }) => open_time !== painted.open_time)];
  return forming(minutes, length, after);
}
