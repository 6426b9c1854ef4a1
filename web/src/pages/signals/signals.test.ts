import { describe, expect, it } from "vitest";
import type { SignalPage } from "../../api/signals";
import type { SignalRow, StreamEvent } from "../../api/types";
import { choices, filtersOf, matches, withFilter } from "./filters";
import { keep, merged, newerThan } from "./merge";

const row = (id: string, more: Partial<SignalRow> = {}): SignalRow =>
  ({ id, symbol: "BTC/USD:USD", instrument: "BTCUSDT.P", venue_symbol: "PF_XBTUSD", timeframe: "5m", direction: "long", hypothesis: "Fade", state: "qualified", fate: "told", rule: null, regime: "trending", trade: null, ...more }) as SignalRow;
const page = (seq: number, ...signals: SignalRow[]): SignalPage =>
  ({ seq, total: signals.length, signals, before: null, older_left_out: false, facets: { symbols: [], timeframes: [], hypotheses: [], fates: {}, states: {} } });
const came = (seq: number, of: SignalRow): StreamEvent => ({ seq, kind: "signal", document: of as unknown as Record<string, unknown> });
const traded = (seq: number, id: string, fate: string): StreamEvent => ({ seq, kind: "traded", document: { id, fate, rule: null } });

describe("filters", () => {
  it("are in the address, empty ones not, and what else is there stays", () => {
    const search = new URLSearchParams("fate=told&text=+&other=1");
    expect(filtersOf(search)).toEqual({ fate: "told" });
    expect(withFilter(search, "fate", null).toString()).toBe("text=+&other=1");
    expect(withFilter(new URLSearchParams(), "text", " fade ").toString()).toBe("text=fade");
  });

  it("decide as the server does", () => {
    expect(matches(row("a"), { symbol: "PF_XBTUSD", fate: "told", traded: "none", text: "FADE" })).toBe(true);
    expect(matches(row("a"), { direction: "short" })).toBe(false);
    expect(matches(row("a", { trade: { fate: "denied", rule: "open_risk", quantity: null, weight: 1 } }), { traded: "denied", text: "open_risk" })).toBe(true);
    expect(matches(row("a"), { text: "zzz" })).toBe(false);
  });

  it("offer what there is, most first, and always what is chosen", () => {
    expect(choices({ told: 3, no_entry: 1200 }, undefined).map((each) => each.label)).toEqual(["no entry (1,200)", "told (3)"]);
    expect(choices(["5m"], "1h").map((each) => each.value)).toEqual(["5m", "1h"]);
  });
});

describe("the list and the stream", () => {
  it("puts what arrived after the fetch in front, once, newest first", () => {
    const events = [came(9, row("old")), came(11, row("c")), came(12, row("d")), came(13, row("e", { direction: "short" }))];
    const { rows, total } = merged([page(10, row("b"), row("a"))], [...events, came(14, row("b"))], { direction: "long" });
    expect(rows.map((each) => each.id)).toEqual(["d", "c", "b", "a"]);
    expect(total).toBe(4);
  });

  it("says what trading made of rows of either kind", () => {
    const events = [traded(11, "a", "denied"), came(12, row("c")), traded(13, "c", "taken"), traded(9, "b", "taken")];
    const { rows } = merged([page(10, row("b"), row("a"))], events, {});
    expect(rows.map((each) => each.trade?.fate ?? null)).toEqual(["taken", null, "denied"]);
    expect(merged([page(10, row("b"))], events, { traded: "taken" }).rows.map((each) => each.id)).toEqual(["c", "b"]);
  });

  it("keeps only what a list needs", () => {
    expect(keep([], [traded(1, "a", "taken"), { seq: 2, kind: "notice", document: {} }])).toHaveLength(1);
    const before: StreamEvent[] = [];
    expect(keep(before, [{ seq: 2, kind: "notice", document: {} }])).toBe(before);
  });

  it("counts what is newer than where one reads", () => {
    expect([newerThan([row("c"), row("b"), row("a")], "a"), newerThan([row("a")], null), newerThan([row("a")], "zz")]).toEqual([2, 0, 0]);
  });
});
