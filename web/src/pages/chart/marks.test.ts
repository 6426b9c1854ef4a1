import { describe, expect, it } from "vitest";
import type { SignalRow } from "../../api/types";
import { lookOf } from "./looks";
import { marks, moved, nameOf, neighbour, panesOf, signalsIn, together, tradesIn } from "./marks";
import type { ChartTrade, Indicator } from "./types";

const LOOK = lookOf("usual", "dark");

function signal(id: string, seconds: number, change: Partial<SignalRow> = {}): SignalRow {
  return { id, at: new Date(seconds * 1000).toISOString(), direction: "long", fate: "told", hypothesis: "H", ...change } as SignalRow;
}

let groups = 0;

function indicator(label: string, pane: Indicator["pane"] = "own", group = ++groups): Indicator {
  return { label, pane, group, timeframe: "5m", values: [], levels: [] };
}

function labels(panes: Indicator[][]): string[][] {
  return panes.map((pane) => pane.map(({ label }) => label));
}

describe("marks of signals", () => {
  it("stand at the candle that ended", () => {
    expect(marks([signal("a", 600)], [0, 300, 600], LOOK, null)[0]?.time).toBe(300);
  });

  it("differ in shape and side by fate and direction", () => {
    const found = marks([signal("a", 300), signal("b", 300, { fate: "vetoed", direction: "short" }), signal("c", 300, { fate: "void" })], [0], LOOK, null);
    expect(found.map(({ shape, position }) => [shape, position])).toEqual([["arrowUp", "belowBar"], ["square", "aboveBar"], ["circle", "belowBar"]]);
  });

  it("leave out what is before the first candle and name the chosen one", () => {
    const found = marks([signal("a", 10), signal("b", 700)], [300, 600], LOOK, "b");
    expect(found.map(({ id, text }) => [id, text])).toEqual([["b", "H"]]);
  });
});

describe("indicators", () => {
  it("that measure the same share a pane, those of the price and of the volume have none", () => {
    const found = panesOf([indicator("rsi(14)"), indicator("at('1h', adx(14))"), indicator("rsi(7)"), indicator("at('1h', rsi(14))"), indicator("sma(volume, 20)", "volume"), indicator("sma(9)", "price")]);
    expect(labels(found)).toEqual([["rsi(14)", "rsi(7)", "at('1h', rsi(14))"], ["at('1h', adx(14))"]]);
  });

  it("that are compared share a pane, whatever they are called", () => {
    const found = panesOf([indicator("upper_wick", "own", 1), indicator("abs(close - open)", "own", 2), indicator("2 * body", "own", 1), indicator("abs(high - low)", "own", 3)]);
    expect(labels(found)).toEqual([["upper_wick", "2 * body"], ["abs(close - open)"], ["abs(high - low)"]]);
  });

  it("that join two panes make one of them, where the first was", () => {
    const found = panesOf([indicator("obv()", "own", 1), indicator("rsi(7)", "own", 2), indicator("sma(obv(), 20)", "own", 3), indicator("obv()", "own", 3)]);
    expect(labels(found)).toEqual([["obv()", "sma(obv(), 20)", "obv()"], ["rsi(7)"]]);
  });

  it("of another timeframe say so", () => {
    expect(nameOf(indicator("rsi(14)"), "5m")).toBe("rsi(14)");
    expect(nameOf(indicator("rsi(14)"), "1m")).toBe("rsi(14) 5m");
  });

  it("conditions hold together only if each is known to hold", () => {
    const found = together([{ text: "a", values: [true, true, null, null] }, { text: "b", values: [true, false, true, false] }]);
    expect(found).toEqual([true, false, null, false]);
  });
});

describe("what is in view", () => {
  it("are signals of the stretch, newest first, and trades that reach into it", () => {
    expect(signalsIn([signal("a", 10), signal("b", 20), signal("c", 99)], { from: 5, to: 50 }).map(({ id }) => id)).toEqual(["b", "a"]);
    const trade = (id: string, opened: number, closed: number | null) => ({ id, opened_at: new Date(opened * 1000).toISOString(), closed_at: closed === null ? null : new Date(closed * 1000).toISOString() }) as ChartTrade;
    const found = tradesIn([trade("over", 1, 4), trade("reaches", 1, 6), trade("open", 40, null), trade("later", 60, null)], { from: 5, to: 50 });
    expect(found.map(({ id }) => id)).toEqual(["open", "reaches"]);
  });

  it("goes from signal to signal", () => {
    const all = [signal("a", 10), signal("b", 20), signal("c", 30)];
    expect(neighbour(all, "b", 0, 1)?.id).toBe("c");
    expect(neighbour(all, null, 25, -1)?.id).toBe("b");
    expect(neighbour(all, "c", 0, 1)).toBeNull();
  });

  it("has moved from its first close to its last", () => {
    expect(moved([100, 90, 110])).toBeCloseTo(0.1);
    expect(moved([])).toBeNull();
  });
});
