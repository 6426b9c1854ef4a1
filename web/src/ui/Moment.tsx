import { useSyncExternalStore } from "react";
import { serverNow } from "../api/live";
import { span } from "./format";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DATE_AND_CLOCK = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const SHORT = new Intl.DateTimeFormat(undefined, {
  month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

type Look = "clock" | "short" | "full" | "ago";

/** A time in the viewer's zone; UTC on hover. "ago" counts by the server's clock. */
export function Moment({ at, look = "short" }: { at: string | null | undefined; look?: Look }) {
  if (!at) return <span className="muted">–</span>;
  const time = new Date(at);
  return (
    <time dateTime={at} title={`${at.slice(0, 19).replace("T", " ")} UTC (shown in ${ZONE})`}>
      {look === "ago" ? <Ago at={time.getTime()} /> : formatTime(time, look)}
    </time>
  );
}

/** A time as text in the viewer's zone, for places where no element can stand. */
export function formatTime(time: Date, look: Exclude<Look, "ago"> = "short"): string {
  const format = look === "clock" ? CLOCK : look === "full" ? DATE_AND_CLOCK : SHORT;
  return format.format(time);
}

function Ago({ at }: { at: number }) {
  const now = useSeconds();
  const gone = now - at;
  return <>{gone >= 0 ? `${span(gone)} ago` : `in ${span(-gone)}`}</>;
}

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  timer ??= setInterval(() => watchers.forEach((each) => each()), 1000);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in milliseconds, new every second. One timer for all who look. */
export function useSeconds(): number {
  return useSyncExternalStore(watch, () => Math.floor(serverNow() / 1000) * 1000);
}
