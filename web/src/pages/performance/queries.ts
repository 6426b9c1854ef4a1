import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask, query } from "../../api/client";
import type { Grouping, OnePerformance, Performances } from "./types";

export function usePerformance(by: Grouping) {
  return useQuery({
    queryKey: ["performance", by],
    queryFn: ({ signal }) => ask<Performances>(`/performance${query({ by })}`, signal),
    placeholderData: keepPreviousData,
  });
}

export function useHypothesis(name: string) {
  return useQuery({ queryKey: ["performance", "one", name], queryFn: ({ signal }) => ask<OnePerformance>(`/performance/${encodeURIComponent(name)}`, signal) });
}
