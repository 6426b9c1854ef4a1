import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { ask, query } from "../../api/client";
import { useEvents } from "../../api/live";
import { filtersOf, joined, type Asked, type JournalPage } from "./records";

const PAGE = 200;

/** The records that were asked for, older ones as they are wanted, and how many came since. */
export function useRecords(asked: Asked) {
  const filters = filtersOf(asked);
  const found = useInfiniteQuery({
    queryKey: ["journal", filters],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) => ask<JournalPage>(`/journal${query({ ...filters, before: pageParam, limit: PAGE })}`, signal),
    getNextPageParam: (last) => last.before ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // What one left is not what one wants to come back to: the journal has grown.
    gcTime: 0,
  });
  const records = useMemo(() => joined(found.data?.pages ?? []), [found.data]);
  const fresh = useFresh(found.data?.pages[0]?.seq, filters["kind"], filters["symbol"]);
  return { found, records, kinds: found.data?.pages[0]?.kinds ?? {}, ...fresh };
}

/** Which events of the stream are which kinds of the journal. Where names are the same nothing is said. */
const KINDS: Record<string, string> = { signal: "decided", trade_closed: "closed", notice: "noticed", session: "began" };

/** How many records came that are not shown. An estimate by kind: whether the text is in them only the server knows. */
function useFresh(seq: number | undefined, kind: string | undefined, symbol: string | undefined) {
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set());
  useEffect(() => setSeen(new Set()), [seq, kind, symbol]);
  useEvents(
    useCallback(
      (events) => {
        const news = events.filter(
          (event) =>
            event.seq > (seq ?? Infinity) &&
            (kind === undefined || event.kind === kind || KINDS[event.kind] === kind) &&
            (symbol === undefined || event.document["symbol"] === symbol || event.document["instrument"] === symbol),
        );
        if (news.length > 0) setSeen((now) => new Set([...now, ...news.map((event) => event.seq)]));
      },
      [seq, kind, symbol],
    ),
  );
  return { fresh: seen.size, forget: () => setSeen(new Set()) };
}
