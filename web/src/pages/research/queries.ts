import { useQuery } from "@tanstack/react-query";
import { ask, query } from "../../api/client";
import type { Comparison, RunDetail, RunList } from "./types";

export function useRuns() {
  return useQuery({ queryKey: ["runs"], queryFn: ({ signal }) => ask<RunList>("/runs", signal) });
}

export function useRun(id: string) {
  return useQuery({
    queryKey: ["runs", id],
    queryFn: ({ signal }) => ask<RunDetail>(`/runs/${encodeURIComponent(id)}`, signal),
    // A run is written once.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useComparison(a: string, b: string) {
  return useQuery({
    queryKey: ["runs", "compare", a, b],
    queryFn: ({ signal }) => ask<Comparison>(`/compare${query({ a, b })}`, signal),
    enabled: a !== "" && b !== "" && a !== b,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
