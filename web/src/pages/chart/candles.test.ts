import { describe, expect, it } from "vitest";
import { endOf, forming, indexAt, joined, type Minute, touches, withMinute } from "./candles";
import type { ChartDocument } from "./types";

function window(times: number[], change: Partial<ChartDocument> = {}, price = 1): ChartDocument {
  const same = times.map(() => price);
  return {
    symbol: "BTC/USD:USD", timeframe: "1m", timeframe_ms: 60_000, seq: 1,
    candles: { time: times, open: same, high: same, low: same, close: same, volume: same, filled: times.map(() => false) },
    indicators: [{ label: "sma(2)", pane: "price", group: 0, timeframe: "1m", values: same, levels: [] }],
    conditions: [{ text: "close > 1", values: times.map(() => true) }],
    signals: [], trades: [], position: null, earlier: true, ...change,
  };
}

function minute(open_time: number, open: number, high: number, low: number, close: number): Minute {
  return { open_time, open, high, low, close, volume: 1 };
}

describe("windows", () => {
  it("earlier ones go before, and say whether there is more", () => {
    const found = joined(window([120, 180], {}, 2), window([0, 60], { earlier: false }));
    expect(found.candles.time).toEqual([0, 60, 120, 180]);
    expect(found.indicators[0]?.values).toEqual([1, 1, 2, 2]);
    expect(found.earlier).toBe(false);
  });

  it("of a candle that both have, the one fetched last counts", () => {
    const found = joined(window([0, 60, 120]), window([60, 120, 180], { earlier: true }, 7));
    expect(found.candles.close).toEqual([1, 7, 7, 7]);
    expect(found.conditions[0]?.values).toHaveLength(4);
  });

  it("a later one in the middle leaves what is around it", () => {
    expect(joined(window([0, 60, 120]), window([60], {}, 3)).candles.close).toEqual([1, 3, 1]);
  });

  it("an empty earlier one ends the way back", () => {
    expect(joined(window([60]), window([], { earlier: false })).earlier).toBe(false);
  });

  it("position is that of the newest candles", () => {
    const open = { position: [{ id: "a" }] as unknown as ChartDocument["position"] };
    expect(joined(window([60], open), window([0])).position).toHaveLength(1);
    expect(joined(window([0], open), window([60])).position).toBeNull();
  });

  it("touch only without a hole", () => {
    expect(touches(window([0, 60]), window([120]))).toBe(true);
    expect(touches(window([180]), window([0, 60]))).toBe(false);
    expect(endOf(window([0, 60]))).toBe(120);
  });

  it("indexAt finds the candle open at a time", () => {
    expect([-1, 0, 59, 60, 500].map((time) => indexAt([0, 60, 120], time))).toEqual([-1, 0, 0, 1, 2]);
  });
});

describe("the forming candle", () => {
  it("folds minutes into the timeframe", () => {
    const found = forming([minute(300_000, 5, 8, 4, 6), minute(360_000, 6, 9, 5, 7)], 300_000, 0);
    expect(found).toEqual([{ time: 300, open: 5, high: 9, low: 4, close: 7, volume: 2 }]);
  });

  it("is none once its candle is closed", () => {
    expect(forming([minute(300_000, 5, 8, 4, 6)], 300_000, 300)).toEqual([]);
  });

  it("keeps one that has formed until it is fetched, and begins the next", () => {
    const found = forming([minute(540_000, 1, 2, 1, 2), minute(600_000, 2, 3, 2, 3)], 300_000, 0);
    expect(found.map(({ time }) => time)).toEqual([300, 600]);
  });

  it("takes the later of a minute that came twice, in any order of minutes", () => {
    const found = forming([minute(60_000, 3, 3, 3, 3), minute(0, 1, 1, 1, 1), minute(60_000, 3, 6, 3, 4)], 300_000, -1);
    expect(found).toEqual([{ time: 0, open: 1, high: 6, low: 1, close: 4, volume: 2 }]);
  });

  it("forgets minutes that cannot matter any more", () => {
    const kept = withMinute([minute(0, 1, 1, 1, 1), minute(300_000, 1, 1, 1, 1), minute(600_000, 1, 1, 1, 1)], minute(600_000, 1, 2, 1, 2), 300_000);
    expect(kept.map(({ open_time }) => open_time)).toEqual([300_000, 600_000]);
    expect(kept.at(-1)?.high).toBe(2);
  });
});
