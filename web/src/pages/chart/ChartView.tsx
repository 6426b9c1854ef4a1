// The chart of one place: what was fetched and what is live, made into a scene and drawn.
import { Button, Group, Switch } from "@mantine/core";
import { useDebouncedValue, useHotkeys, useMediaQuery, useViewportSize } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight, IconPlayerTrackNext } from "@tabler/icons-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Empty, Failure, Waiting } from "../../ui/parts";
import { Canvas } from "./Canvas";
import { barsOf, indexAt } from "./candles";
import type { Drawing } from "./drawing";
import { useForming } from "./forming";
import { InView } from "./InView";
import { CandleLegend, ConditionList, IndicatorChips } from "./Legend";
import type { Look } from "./looks";
import { neighbour } from "./marks";
import type { Change, ChartPlace } from "./place";
import { OpenOnes, useLevels } from "./OpenOnes";
import { useCandles } from "./queries";
import { summary, useScene } from "./scene";
import type { ChartDocument } from "./types";

interface Viewed {
  place: ChartPlace;
  change: (change: Change) => void;
  look: Look;
  /** When the signal was that is looked for. */
  moment: number | null;
}

export function ChartView(viewed: Viewed) {
  const { place, moment } = viewed;
  const candles = useCandles(place, moment);
  // While other candles come, those before stay.
  const last = useRef<ChartDocument | null>(null);
  if (candles.document) last.current = candles.document;
  const document = candles.document ?? last.current;
  if (candles.error && candles.document === null) return <Failure error={candles.error} retry={candles.refetch} />;
  if (document === null) return <div className="panel"><Waiting lines={14} /></div>;
  if (document.candles.time.length === 0) {
    return (
      <Empty title={`No candles of ${place.symbol} in ${place.timeframe}`}>
        Download some: <code>edgeproof data download --instrument {place.symbol}</code>
      </Empty>
    );
  }
  return <Drawn {...viewed} document={document} candles={candles} />;
}

function Drawn({ place, change, look, moment, document, candles }: Viewed & { document: ChartDocument; candles: ReturnType<typeof useCandles> }) {
  const navigate = useNavigate();
  const isPhone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const { height } = useViewportSize();
  const [point, setPoint] = useState<number | null>(null);
  const [view, setView] = useState({ from: 0, to: 0 });
  const [settled] = useDebouncedValue(view, 150);
  const handle = useRef<Drawing | null>(null);
  const isShown = document.symbol === place.symbol && document.timeframe === place.timeframe;
  const forming = useForming(place, isShown && candles.isLive ? (document.candles.time.at(-1) ?? null) : null);
  const levels = useLevels(document, look);
  const scene = useScene({ document, forming, place, look, levels, priceHeight: isPhone ? 300 : Math.max(360, height - 400) });
  const bars = useMemo(() => [...barsOf(document.candles), ...forming], [document.candles, forming]);
  const width = isPhone ? 64 : 150;
  const middle = moment === null ? -1 : indexAt(document.candles.time, moment / 1000 - 0.001);
  const at = Math.min(bars.length - 1, Math.max(0, point ?? (middle < 0 ? bars.length - 1 : middle)));
  const first = middle < 0 ? { from: bars.length - width, to: bars.length + (isPhone ? 3 : 6) } : { from: middle - width / 2, to: middle + width / 2 };
  const onView = (from: number, to: number) => {
    setView({ from, to });
    if (from < 40) candles.loadEarlier();
    if (to > bars.length - 20) candles.loadLater();
  };
  const step = useCallback(
    (by: 1 | -1) => {
      const middle = bars[Math.round((settled.from + settled.to) / 2)]?.time ?? 0;
      const found = neighbour(scene.signals, place.signal, middle, by);
      if (found) change({ signal: found.id, symbol: document.symbol, timeframe: document.timeframe });
    },
    [bars, settled, scene.signals, place.signal, change, document.symbol, document.timeframe],
  );
  useHotkeys([["[", () => step(-1)], ["]", () => step(1)]]);
  const toggle = (name: string) => change({ off: place.off.includes(name) ? place.off.filter((each) => each !== name) : [...place.off, name] });
  const stretch = { from: bars[Math.max(0, Math.ceil(settled.from))]?.time ?? 0, to: (bars[Math.min(bars.length - 1, Math.floor(settled.to))]?.time ?? 0) + document.timeframe_ms / 1000 };
  const said = summary(document, bars, settled, scene.signals, scene.trades);
  return (
    <>
      <section className="panel chart-panel" aria-label={`${document.symbol} ${document.timeframe}`} aria-busy={candles.isLoading}>
        <Group justify="space-between" gap={4} align="flex-start" wrap="nowrap" className="chart-top">
          <CandleLegend bar={bars[at]} before={bars[at - 1]} isForming={at >= document.candles.time.length} />
          <Group gap={4} wrap="nowrap">
            <Button size="compact-xs" variant="default" aria-label="Signal before" title="Signal before  [" onClick={() => step(-1)}>
              <IconChevronLeft size={14} aria-hidden />
            </Button>
            <Button size="compact-xs" variant="default" aria-label="Next signal" title="Next signal  ]" onClick={() => step(1)}>
              <IconChevronRight size={14} aria-hidden />
            </Button>
            <Button
              size="compact-xs" variant="default" aria-label="To the newest candle" title="To the newest candle"
              onClick={() => (place.signal === null ? handle.current?.newest() : change({ signal: null, symbol: document.symbol, timeframe: document.timeframe }))}
            >
              <IconPlayerTrackNext size={14} aria-hidden />
            </Button>
          </Group>
        </Group>
        {candles.trouble && <p className="warned small chart-said" role="status">The newest candles could not be fetched: {candles.trouble}</p>}
        <IndicatorChips indicators={document.indicators} colours={scene.canvas.indicators.colours} timeframe={document.timeframe} index={at} off={place.off} toggle={toggle} />
        <Canvas
          scene={scene.canvas}
          look={look}
          label={said}
          view={`${document.symbol} ${document.timeframe} ${moment ?? ""}`}
          first={first}
          handle={handle}
          onPoint={setPoint}
          onView={onView}
          onOpen={(id) => navigate(`/signals/${encodeURIComponent(id)}`)}
        />
        <div className="chart-below">
          <ConditionList conditions={document.conditions} index={at} isForming={at >= document.candles.time.length} />
          <ShapesLegend />
          {place.hypothesis && (
            <Switch size="xs" label="signals and trades of all hypotheses" checked={place.isAll} onChange={(event) => change({ all: event.currentTarget.checked ? "1" : null })} />
          )}
        </div>
      </section>
      <OpenOnes document={document} />
      <InView said={said} signals={scene.signals} trades={scene.trades} stretch={stretch} chosen={place.signal} choose={(id) => change({ signal: id, symbol: document.symbol, timeframe: document.timeframe })} />
    </>
  );
}

/** What the shapes mean. */
function ShapesLegend() {
  return (
    <p className="chart-shapes">
      <span><b className="rises">▲</b> told, long</span>
      <span><b className="falls">▼</b> told, short</span>
      <span><b className="warned">■</b> vetoed</span>
      <span><b className="muted">●</b> void or expired</span>
      <span><b className="entered">▲</b> filled</span>
      <span><b className="entered">□</b> out</span>
    </p>
  );
}
