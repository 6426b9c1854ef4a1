import { describe, expect, it } from "vitest";
import type { Day, Position } from "../../api/types";
import { gauge, share } from "./breaker";
import { standing, unpacked } from "./equity";
import { ladder, nextTarget, room, toTarget } from "./ladder";

const POSITION = {
  direction: "short", entry_price: 100, mark_price: 98, stop: 104,
  targets: [{ price: 96, quantity: 1, filled: 1, is_done: true }, { price: 94, quantity: 1, filled: 0, is_done: false }],
} as Position;

describe("the ladder of a position", () => {
  it("runs from the stop to the last target, whichever way the trade goes", () => {
    expect(ladder(POSITION)?.map((rung) => [rung.what, rung.at])).toEqual([
      ["stop", 0], ["entry", 0.4], ["target", 0.8], ["target", 1], ["mark", 0.6],
    ]);
    const long = { ...POSITION, direction: "long", stop: 96, entry_price: 100, mark_price: 98, targets: [] } as Position;
    expect(ladder(long)?.map((rung) => [rung.what, rung.at])).toEqual([["stop", 0], ["entry", 1], ["mark", 0.5]]);
  });

  it("is none without a stop and a target", () => {
    expect(ladder({ ...POSITION, stop: null, targets: [] })).toBeNull();
  });

  it("measures what is left to the stop and to the next target", () => {
    expect(nextTarget(POSITION)).toBe(94);
    expect(room(98, 104, "short")).toBeCloseTo(6 / 98);
    expect(room(95, 96, "long")).toBeLessThan(0);
    expect(toTarget(POSITION)).toBeCloseTo(4 / 98);
    expect(toTarget({ ...POSITION, mark_price: null })).toBeNull();
  });
});

describe("the breaker", () => {
  const day = {
    opening_equity: 10_000, pnl: -150,
    levels: [{ level: "warn", limit: 0.015, left: 0, is_reached: true }, { level: "flatten", limit: 0.03, left: 150, is_reached: false }],
  } as unknown as Day;

  it("places the loss on a scale that ends at the last level", () => {
    expect(gauge(day)).toMatchObject({ loss: 0.015, end: 0.03, levels: [{ at: 0.5 }, { at: 1 }] });
    expect(gauge({ ...day, pnl: 80 })?.loss).toBe(0);
    expect(gauge({ ...day, pnl: null })?.loss).toBeNull();
    expect(gauge({ ...day, levels: [] })).toBeNull();
  });

  it("knows no share of a limit that is off", () => {
    expect([share(1, 4), share(9, 4), share(1, null), share(null, 4), share(1, 0)]).toEqual([0.25, 1, null, null, null]);
  });
});

describe("equity", () => {
  it("adds up the steps of time", () => expect(unpacked([10, 2, 5])).toEqual([10, 12, 17]));
  it("says where the trades ended", () => {
    expect([standing(1, 2, 3), standing(2, 2, 3), standing(4, 2, 3), standing(4, null, 3)]).toEqual(["below", "within", "above", null]);
  });
});
