// The drawing in React: what it is given is drawn into it, and it is made anew only for other colours.
import { type KeyboardEvent, useEffect, useRef } from "react";
import { barsOf } from "./candles";
import { Drawing, type Handlers, type Indicators, OWN_PANE, type PriceLevel, stripHeight } from "./drawing";
import type { Look } from "./looks";
import { type Mark, panesOf } from "./marks";
import type { Bar, ChartDocument, ChartTrade } from "./types";

export interface Scene {
  document: ChartDocument;
  forming: readonly Bar[];
  indicators: Indicators;
  marks: readonly Mark[];
  trades: readonly ChartTrade[];
  levels: readonly PriceLevel[];
}

interface Drawn extends Handlers {
  scene: Scene;
  look: Look;
  label: string;
  /** What is looked at: with another, the view begins anew. */
  view: string;
  /** Candles to show at first, and whenever `view` or this changes. */
  first: { from: number; to: number };
  /** Filled with ways to move the chart. */
  handle: { current: Drawing | null };
}

export function Canvas({ scene, look, label, view, first, handle, ...handlers }: Drawn) {
  const room = useRef<HTMLDivElement>(null);
  const latest = useRef(handlers);
  latest.current = handlers;
  const held = useRef<{ view: string; range: { from: number; to: number } | null }>({ view: "", range: null });
  const drawing = useDrawing(room, look, latest, handle, held);
  useEffect(() => drawing()?.setBars([...barsOf(scene.document.candles), ...scene.forming]), [scene.document, look]); // eslint-disable-line -- forming ones come by themselves
  useEffect(() => drawing()?.update(scene.forming), [scene.forming, look]); // eslint-disable-line
  useEffect(() => drawing()?.setIndicators(scene.indicators), [scene.indicators, scene.document, look]); // eslint-disable-line
  useEffect(() => drawing()?.setMarks(scene.marks), [scene.marks, look]); // eslint-disable-line
  useEffect(() => drawing()?.setTrades(scene.trades), [scene.trades, scene.document, look]); // eslint-disable-line
  useEffect(() => drawing()?.setLevels(scene.levels), [scene.levels, look]); // eslint-disable-line
  useEffect(() => {
    const range = held.current.view === view ? held.current.range : first;
    if (range) drawing()?.show(range.from, range.to);
    held.current = { view, range: null };
  }, [view, look]); // eslint-disable-line -- `first` belongs to `view`
  const { priceHeight, conditions, indicators } = scene.indicators;
  const height = priceHeight + panesOf(indicators).length * OWN_PANE + stripHeight(conditions) + 30;
  return (
    <div
      ref={room}
      className="chart-room"
      style={{ height }}
      role="group"
      aria-roledescription="chart"
      aria-label={`${label} Arrow keys move it, plus and minus zoom, End goes to the newest candle.`}
      tabIndex={0}
      onKeyDown={(event) => onKey(event, handle.current)}
    />
  );
}

function useDrawing(
  room: React.RefObject<HTMLDivElement | null>,
  look: Look,
  handlers: React.RefObject<Handlers>,
  handle: { current: Drawing | null },
  held: React.RefObject<{ view: string; range: { from: number; to: number } | null }>,
): () => Drawing | null {
  useEffect(() => {
    if (room.current === null) return;
    const made = new Drawing(room.current, look, {
      onPoint: (index) => handlers.current.onPoint(index),
      onView: (from, to) => handlers.current.onView(from, to),
      onOpen: (id) => handlers.current.onOpen(id),
    });
    handle.current = made;
    return () => {
      held.current.range = made.range();
      handle.current = null;
      made.destroy();
    };
  }, [room, look, handlers, handle, held]);
  return () => handle.current;
}

function onKey(event: KeyboardEvent, drawing: Drawing | null): void {
  const acts: Record<string, (drawing: Drawing) => void> = {
    ArrowLeft: (each) => each.move(-0.1),
    ArrowRight: (each) => each.move(0.1),
    "+": (each) => each.zoom(0.8),
    "=": (each) => each.zoom(0.8),
    "-": (each) => each.zoom(1.25),
    End: (each) => each.newest(),
  };
  const act = acts[event.key];
  if (drawing === null || act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(drawing);
}
