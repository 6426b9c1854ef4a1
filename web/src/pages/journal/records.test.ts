import { describe, expect, it } from "vitest";
import { askedIn, exportLink, fieldsOf, filtersOf, joined, type JournalPage } from "./records";

const NOTHING = { text: "", kind: "", symbol: "", start: "", end: "" };

function page(...seqs: number[]): JournalPage {
  const records = seqs.map((seq) => ({ seq, at: "", kind: "order", session: "", symbol: null, words: "", document: {} }));
  return { seq: 9, records, before: null, kinds: {} };
}

describe("what is asked", () => {
  it("comes from the address", () => {
    expect(askedIn(new URLSearchParams("kind=order&text=a b"))).toEqual({ ...NOTHING, kind: "order", text: "a b" });
  });
  it("leaves out what is empty or no time", () => {
    expect(filtersOf({ ...NOTHING, text: "  ", start: "yesterday" })).toEqual({});
  });
  it("turns local times into UTC", () => {
    expect(filtersOf({ ...NOTHING, start: "2026-02-03T10:30" })).toEqual({ start: new Date("2026-02-03T10:30").toISOString() });
  });
  it("is kept by the export", () => {
    expect(exportLink({ ...NOTHING, kind: "order" }, "csv")).toBe("/api/journal/export?format=csv&kind=order");
  });
});

describe("joined", () => {
  it("has a record once", () => {
    expect(joined([page(9, 8), page(8, 7)]).map((each) => each.seq)).toEqual([9, 8, 7]);
  });
});

describe("fieldsOf", () => {
  it("shows groups with their fields beneath", () => {
    expect(fieldsOf({ is_maker: false, trade: { net_pnl: "-2" }, targets: [1, 2], why: null })).toEqual([
      { name: "is maker", depth: 0, value: "no" },
      { name: "trade", depth: 0, value: null },
      { name: "net pnl", depth: 1, value: "-2" },
      { name: "targets", depth: 0, value: "1, 2" },
      { name: "why", depth: 0, value: "–" },
    ]);
  });
  it("numbers what stands in a list", () => {
    expect(fieldsOf({ checks: [{ rule: "age" }] }).map((each) => each.name)).toEqual(["checks", "1.", "rule"]);
  });
});
