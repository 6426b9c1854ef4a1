// Times and prices on the axes of the chart.
import { TickMarkType, type Time } from "lightweight-charts";
import type { Bar } from "./types";

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const MONTH = new Intl.DateTimeFormat(undefined, { month: "short" });
const WHOLE = new Intl.DateTimeFormat(undefined, { month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** A mark of the time axis, in the viewer's zone. */
export function timeOfTick(time: Time, kind: TickMarkType): string {
  const at = new Date(Number(time) * 1000);
  if (kind === TickMarkType.Year) return String(at.getFullYear());
  if (kind === TickMarkType.Month) return MONTH.format(at);
  return kind === TickMarkType.DayOfMonth ? DAY.format(at) : CLOCK.format(at);
}

/** The time the crosshair points at, in the viewer's zone. */
export function timeOfCrosshair(time: Time): string {
  return WHOLE.format(new Date(Number(time) * 1000));
}

/** As many decimals as the last prices have, at most eight. */
export function decimalsOf(bars: readonly Bar[]): number {
  const digits = bars.slice(-60).flatMap(({ open, close }) => [open, close]).map((price) => (String(price).split(".")[1] ?? "").length);
  return Math.min(8, Math.max(0, ...digits));
}
