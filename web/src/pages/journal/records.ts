// What is asked of the journal, and how its answers become one list. Pure.
import { query } from "../../api/client";

export interface JournalRecord {
  seq: number;
  at: string;
  kind: string;
  session: string;
  symbol: string | null;
  words: string;
  document: Record<string, unknown>;
}

export interface JournalPage {
  seq: number;
  records: JournalRecord[];
  before: number | null;
  kinds: Record<string, number>;
}

export interface Asked {
  text: string;
  kind: string;
  symbol: string;
  /** As the fields of the page have it: local time, no zone. */
  start: string;
  end: string;
}

const NAMES = ["text", "kind", "symbol", "start", "end"] as const;

export function askedIn(address: URLSearchParams): Asked {
  const [text, kind, symbol, start, end] = NAMES.map((name) => address.get(name) ?? "");
  return { text: text ?? "", kind: kind ?? "", symbol: symbol ?? "", start: start ?? "", end: end ?? "" };
}

/** What the API is asked: times of the viewer's zone become UTC; what is no time is left out. */
export function filtersOf(asked: Asked): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ["text", "kind", "symbol"] as const) if (asked[name].trim()) found[name] = asked[name].trim();
  for (const name of ["start", "end"] as const) {
    const time = new Date(asked[name]).getTime();
    if (Number.isFinite(time)) found[name] = new Date(time).toISOString();
  }
  return found;
}

export function exportLink(asked: Asked, format: "csv" | "jsonl"): string {
  return `/api/journal/export${query({ format, ...filtersOf(asked) })}`;
}

/** Pages as one list, newest first; a record that came on two pages is in it once. */
export function joined(pages: readonly JournalPage[]): JournalRecord[] {
  const found: JournalRecord[] = [];
  for (const page of pages) {
    for (const record of page.records) {
      const last = found.at(-1);
      if (last === undefined || record.seq < last.seq) found.push(record);
    }
  }
  return found;
}

export interface Field {
  name: string;
  depth: number;
  /** Null for the head of a group. */
  value: string | null;
}

const DEEPEST = 8;

/** A document as lines: names as people write them, groups with their fields beneath. */
export function fieldsOf(document: unknown, depth = 0): Field[] {
  if (typeof document !== "object" || document === null) return [];
  const isList = Array.isArray(document);
  return Object.entries(document).flatMap(([key, value]): Field[] => {
    const name = isList ? `${Number(key) + 1}.` : key.replaceAll("_", " ");
    if (isPlain(value)) return [{ name, depth, value: said(value) }];
    if (Array.isArray(value) && value.every(isPlain)) return [{ name, depth, value: value.map(said).join(", ") || "none" }];
    if (depth >= DEEPEST) return [{ name, depth, value: JSON.stringify(value) }];
    return [{ name, depth, value: null }, ...fieldsOf(value, depth + 1)];
  });
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null || Object.keys(value).length === 0;
}

function said(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "object" ? "none" : String(value);
}
