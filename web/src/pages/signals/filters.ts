// What of the signals is shown: kept in the address, so that a link shows the same and the way back leads to it.
import type { Counted } from "../../api/signals";
import type { SignalRow } from "../../api/types";

export const FILTERS = ["text", "symbol", "timeframe", "direction", "hypothesis", "fate", "traded", "state"] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Partial<Record<Filter, string>>;

/** The filters in an address. */
export function filtersOf(search: URLSearchParams): Filters {
  const found: Filters = {};
  for (const name of FILTERS) {
    const value = search.get(name)?.trim();
    if (value) found[name] = value;
  }
  return found;
}

/** The address with a filter set, or without it; what else is in it stays. */
export function withFilter(search: URLSearchParams, name: Filter, value: string | null): URLSearchParams {
  const changed = new URLSearchParams(search);
  if (value?.trim()) changed.set(name, value.trim());
  else changed.delete(name);
  return changed;
}

/** Whether a signal is among those that are shown; as the server decides it, for those that arrive by the stream. */
export function matches(row: SignalRow, filters: Filters): boolean {
  const { text, traded } = filters;
  const same: [string | undefined, string][] = [
    [filters.timeframe, row.timeframe],
    [filters.direction, row.direction],
    [filters.hypothesis, row.hypothesis],
    [filters.fate, row.fate],
    [filters.state, row.state],
  ];
  if (same.some(([wanted, found]) => wanted !== undefined && wanted !== found)) return false;
  if (filters.symbol !== undefined && ![row.symbol, row.instrument, row.venue_symbol].includes(filters.symbol)) return false;
  if (traded !== undefined && (row.trade?.fate ?? "none") !== traded) return false;
  return text === undefined || haystack(row).includes(text.toLowerCase());
}

function haystack(row: SignalRow): string {
  const parts = [row.id, row.symbol, row.instrument, row.venue_symbol, row.hypothesis, row.rule, row.fate, row.trade?.fate, row.trade?.rule, row.state, row.regime];
  return parts.filter(Boolean).join(" ").toLowerCase();
}

export interface Choice {
  value: string;
  label: string;
}

/** The choices of a facet, with how many there are where the server says so; a chosen one is always among them. */
export function choices(counted: Counted | undefined, chosen: string | undefined): Choice[] {
  const entries: [string, number | null][] = Array.isArray(counted)
    ? counted.map((name) => [name, null])
    : Object.entries(counted ?? {}).sort((one, other) => other[1] - one[1]);
  const found = entries.map(([value, times]) => ({
    value,
    label: value.replaceAll("_", " ") + (times === null ? "" : ` (${times.toLocaleString("en-US")})`),
  }));
  if (chosen && !found.some((each) => each.value === chosen)) found.push({ value: chosen, label: chosen.replaceAll("_", " ") });
  return found;
}
