// The colours of the chart, light and dark, and the choice that people who do not tell red from green can read.
import { useComputedColorScheme } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useMemo } from "react";

export type Palette = "usual" | "safe";

export interface Look {
  up: string;
  down: string;
  text: string;
  muted: string;
  grid: string;
  panel: string;
  accent: string;
  warned: string;
  /** Of indicators, one after the other. */
  lines: readonly string[];
}

const SHARED = {
  dark: { text: "#c9d3de", muted: "#98a5b5", grid: "#1a242f", panel: "#121922", accent: "#7ab8ff", warned: "#f5b647", lines: ["#7ab8ff", "#f5b647", "#c792ff", "#5fd7e0", "#ff9fd0", "#b6d15a"] },
  light: { text: "#28323d", muted: "#56616f", grid: "#eaeef3", panel: "#ffffff", accent: "#0f5fc2", warned: "#8a5300", lines: ["#0f5fc2", "#a05a00", "#7a3fc4", "#0b7285", "#b02a78", "#5a6b00"] },
} as const;

const CANDLES = {
  usual: { dark: { up: "#2dd4a7", down: "#ff7b8b" }, light: { up: "#047857", down: "#c81e3a" } },
  safe: { dark: { up: "#56b4e9", down: "#f0902e" }, light: { up: "#0064a8", down: "#b35300" } },
} as const;

export function lookOf(palette: Palette, scheme: "dark" | "light"): Look {
  return { ...SHARED[scheme], ...CANDLES[palette][scheme] };
}

/** The colours now, and how to choose others; the choice stays on this device. */
export function useLook(): { look: Look; palette: Palette; setPalette: (palette: Palette) => void } {
  const [palette, setPalette] = useLocalStorage<Palette>({ key: "edgeproof.chart.colours", defaultValue: "usual", getInitialValueInEffect: false });
  const scheme = useComputedColorScheme("dark");
  const look = useMemo(() => lookOf(palette === "safe" ? "safe" : "usual", scheme), [palette, scheme]);
  return { look, palette, setPalette };
}
