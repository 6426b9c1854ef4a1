import { describe, expect, it } from "vitest";
import { chosen, said } from "./chosen";
import { keyBytes, labelOf, standing, type Surroundings } from "./push";
import type { Setting } from "./types";

function setting(key: string, change: Partial<Setting> = {}): Setting {
  return { key, value: "1", default: "1", source: "default", is_secret: false, help: null, ...change };
}

const SECTIONS = [
  { name: "risk", settings: [setting("risk.a"), setting("risk.b", { source: "file line 3", help: "Share of equity" })] },
  { name: "gates", settings: [setting("gates.c", { is_secret: true, value: "hidden" })] },
];

describe("chosen", () => {
  it("puts what was changed first", () => {
    expect(chosen(SECTIONS, "", false)[0]?.settings.map((each) => each.key)).toEqual(["risk.b", "risk.a"]);
  });
  it("leaves out sections without any", () => {
    expect(chosen(SECTIONS, "", true).map((each) => each.name)).toEqual(["risk"]);
    expect(chosen(SECTIONS, "equity line", false)).toHaveLength(1);
  });
  it("does not search what is secret", () => {
    expect(chosen(SECTIONS, "hidden", false)).toEqual([]);
  });
});

describe("said", () => {
  it("says limits in words", () => {
    expect(said(null)).toBe("off");
    expect(said({ day_loss: [0.01, 0.02] })).toBe("day loss 0.01, 0.02");
  });
});

const WELL: Surroundings = {
  isSecure: true, isApple: false, isInstalled: false, isAble: true, isOffered: true, permission: "default", hasWorker: true,
};

describe("standing", () => {
  it("says the first thing that stands in the way", () => {
    expect(standing(WELL)).toBe("ready");
    expect(standing({ ...WELL, isSecure: false, isAble: false })).toBe("insecure");
    expect(standing({ ...WELL, isAble: false, isApple: true })).toBe("apple");
    expect(standing({ ...WELL, isAble: false, isApple: true, isInstalled: true })).toBe("unsupported");
    expect(standing({ ...WELL, isOffered: false })).toBe("off");
    expect(standing({ ...WELL, permission: "denied" })).toBe("denied");
    expect(standing({ ...WELL, hasWorker: false })).toBe("worker");
  });
});

describe("a device", () => {
  it("has a name", () => {
    expect(labelOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")).toBe("Chrome on Linux");
    expect(labelOf("Mozilla/5.0 (iPhone) Version/17 Safari/604")).toBe("Safari on iOS");
  });
  it("has a key of bytes", () => {
    expect([...keyBytes("-_8")]).toEqual([251, 255]);
  });
});
