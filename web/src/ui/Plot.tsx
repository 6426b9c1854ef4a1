// uPlot in React: a chart of lines that follows its panel's width and the colours of light and dark.
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import uPlot from "uplot";

export interface Colours {
  won: string;
  lost: string;
  warned: string;
  muted: string;
  line: string;
  accent: string;
}

interface Drawn {
  /** Stable (useMemo): another function is another chart. */
  options: (colours: Colours) => Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
  height: number;
  /** What the chart says, for who cannot see it. */
  label: string;
  /** Hear which point the cursor is at; null when it has left. Stable (a state's setter). */
  onPoint?: (index: number | null) => void;
}

/** The chart; new data is drawn into the same one, so that a zoom holds. */
export function Plot({ options, data, height, label, onPoint }: Drawn) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const scheme = useComputedColorScheme("dark");
  const chart = useRef<uPlot | null>(null);
  const newest = useRef(data);
  newest.current = data;
  const isMeasured = width > 0;
  useEffect(() => {
    if (box.current === null || !isMeasured) return;
    const hooks: uPlot.Hooks.Arrays = { setCursor: [(plot) => onPoint?.(plot.cursor.left !== undefined && plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null)] };
    const made = new uPlot({ hooks, ...options(coloursNow()), width: box.current.clientWidth, height }, newest.current, box.current);
    chart.current = made;
    return () => {
      chart.current = null;
      made.destroy();
    };
  }, [box, options, height, scheme, isMeasured, onPoint]);
  useEffect(() => {
    if (isMeasured) chart.current?.setSize({ width, height });
  }, [width, height, isMeasured]);
  useEffect(() => chart.current?.setData(data), [data]);
  return <div ref={box} role="img" aria-label={label} style={{ height, minWidth: 0, overflow: "hidden" }} />;
}

function useWidth(box: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

/** The colours of the theme as they are now: a canvas knows no variables. */
export function coloursNow(): Colours {
  const style = getComputedStyle(document.body);
  const of = (name: string) => style.getPropertyValue(`--${name}`).trim() || "#888888";
  return { won: of("won"), lost: of("lost"), warned: of("warned"), muted: of("muted"), line: of("line"), accent: of("accent") };
}

/** A colour so much seen through; colours are #rrggbb. */
export function faint(colour: string, share: number): string {
  return `${colour}${Math.round(share * 255).toString(16).padStart(2, "0")}`;
}

/** The labels of a time axis in the viewer's zone, by how far apart they are: clock or day. */
export function timeLabels(splits: readonly number[]): string[] {
  const apart = (splits[1] ?? 0) - (splits[0] ?? 0);
  let day = "";
  return splits.map((second) => {
    const time = new Date(second * 1000);
    const ofDay = DAY.format(time);
    const isNew = ofDay !== day;
    day = ofDay;
    return apart >= 86_400 ? ofDay : isNew ? `${CLOCK.format(time)}\n${ofDay}` : CLOCK.format(time);
  });
}

const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit" });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
