// The list of signals as the page needs it: fetched in pages, kept in step by the stream.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useEvents } from "../../api/live";
import { useSignalPages } from "../../api/signals";
import type { StreamEvent } from "../../api/types";
import type { Filters } from "./filters";
import { keep, merged } from "./merge";

export function useSignals(filters: Filters) {
  const key = JSON.stringify(filters);
  const stable = useMemo(() => JSON.parse(key) as Filters, [key]);
  const queries = useQueryClient();
  const [events, setEvents] = useState<readonly StreamEvent[]>([]);
  // A row that was left out when the list was fetched may belong to it once it is traded: only the server knows it.
  const isByTrade = stable.traded !== undefined || stable.text !== undefined;
  useEvents(
    useCallback(
      (come: readonly StreamEvent[]) => {
        setEvents((before) => keep(before, come));
        if (isByTrade && come.some((each) => each.kind === "traded")) void queries.invalidateQueries({ queryKey: ["signal-list"] });
      },
      [queries, isByTrade],
    ),
  );
  const pages = useSignalPages(stable as Record<string, string>);
  const found = useMemo(() => merged(pages.data?.pages ?? [], events, stable), [pages.data, events, stable]);
  return { ...found, pages, facets: pages.data?.pages[0]?.facets, isCut: pages.data?.pages[0]?.older_left_out === true };
}

/** A text that follows another a moment later: a search is not asked for at every letter. */
export function useSettled(value: string, settle: (value: string) => void): [string, (value: string) => void] {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => settle(typed), 250);
    return () => clearTimeout(timer);
  }, [typed, value, settle]);
  return [typed, setTyped];
}
