// What is fetched, under which key; and which events of the stream make it old.
import { QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError, ask, keepToken, send } from "./client";
import { live } from "./live";
import type { Me, Overview, StreamEvent, Wish, WishWord } from "./types";

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

/** The first word of every key says which events make it old. */
const OLD_BY: Record<string, readonly string[]> = {
  signal: ["overview", "signals", "chart"],
  traded: ["overview", "signals", "chart"],
  trade_closed: ["overview", "performance", "equity", "chart", "signals"],
  order: ["overview", "chart"],
  standing: ["overview"],
  notice: ["overview"],
  missed: ["overview"],
  asked: ["overview", "actions"],
  delivery: ["overview"],
  session: ["overview", "settings", "instruments", "performance", "equity"],
  parity: ["overview", "performance"],
};

/** So often, at most, events make fetched things old: a burst of a hundred is one fetch. */
const SETTLE = 400;

/** Keep what was fetched in step with the stream. */
export function useFreshness(): void {
  const queries = useQueryClient();
  useEffect(() => {
    let old = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      for (const key of old) void queries.invalidateQueries({ queryKey: [key] });
      old = new Set();
    };
    const stopListening = live.listen((events: readonly StreamEvent[]) => {
      for (const event of events) for (const key of OLD_BY[event.kind] ?? []) old.add(key);
      if (old.size > 0) timer ??= setTimeout(refresh, SETTLE);
    });
    const stopResetting = live.onReset(() => void queries.invalidateQueries());
    return () => {
      stopListening();
      stopResetting();
      clearTimeout(timer);
    };
  }, [queries]);
}

/** Who looks, and what may be done. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const me = await ask<Me>("/me", signal);
      keepToken(me.csrf);
      return me;
    },
  });
}

/** Whether the one who looks may steer. */
export function useIsOperator(): boolean {
  return useMe().data?.role === "operator";
}

export function useOverview() {
  return useQuery({ queryKey: ["overview"], queryFn: ({ signal }) => ask<Overview>("/overview", signal) });
}

export interface Answered {
  wish: Wish;
  state: "granted" | "kept" | "unanswered";
  outcome: string | null;
  held_by: string | null;
}

/** Ask something of the session; what came of it. */
export function useAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (asked: { wish: WishWord; target?: string; why?: string }) =>
      send<Answered>("POST", "/actions", { target: "", why: "", ...asked }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["overview"] }),
  });
}
