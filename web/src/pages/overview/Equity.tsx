// What trading made, beside the backtest of the same trades and what the backtest led to expect of them.
import { Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import type uPlot from "uplot";
import { type Curve, useEquity } from "../../api/equity";
import { money, multiple, percent } from "../../ui/format";
import { formatTime } from "../../ui/Moment";
import { Empty, Panel, Shown } from "../../ui/parts";
import { type Colours, faint, Plot, timeLabels } from "../../ui/Plot";
import { type Column, columns, lastOf, standing } from "./equity";

type Unit = "money" | "r";

export function EquityPanel({ session }: { session: string | null }) {
  const [unit, setUnit] = useState<Unit>("money");
  const [of, setOf] = useState("all");
  const equity = useEquity(of);
  const aside = (
    <Group gap="xs">
      {session !== null && (
        <Select
          aria-label="Of which sessions"
          size="xs"
          w={132}
          allowDeselect={false}
          value={of}
          onChange={(value) => setOf(value ?? "all")}
          data={[{ value: "all", label: "all sessions" }, { value: "last", label: "the last one" }]}
        />
      )}
      <SegmentedControl
        size="xs"
        aria-label="Unit"
        value={unit}
        onChange={(value) => setUnit(value as Unit)}
        data={[{ value: "money", label: "USD" }, { value: "r", label: "R" }]}
      />
    </Group>
  );
  return (
    <Panel title="Equity against what was expected" aside={aside}>
      <Shown of={equity} lines={9}>
        {({ curve, why }) => (curve === null ? <Empty title="Nothing to draw yet">{why}</Empty> : <CurveOf curve={curve} unit={unit} />)}
      </Shown>
    </Panel>
  );
}

function CurveOf({ curve, unit }: { curve: Curve; unit: Unit }) {
  const found = useMemo(() => columns(curve, unit), [curve, unit]);
  const data = useMemo<uPlot.AlignedData>(
    () => [found.time, found.high, found.low, found.middle, found.backtest, found.live],
    [found],
  );
  const options = useMemo(() => optionsOf(unit), [unit]);
  const shown = unit === "money" ? (value: number | null) => money(value, true) : multiple;
  const [point, setPoint] = useState<number | null>(null);
  const live = lastOf(found.live);
  const at = (column: Column) => shown(point === null ? lastOf(column) : (column[point] ?? null));
  const time = point === null ? undefined : found.time[point];
  const stands = standing(live, lastOf(found.low), lastOf(found.high));
  const { band } = curve[unit];
  return (
    <Stack gap="xs">
      <Group gap="lg" component="ul" className="legend">
        <Key look="live" name="live" value={at(found.live)} />
        {curve[unit].backtest && <Key look="backtest" name="the same trades in the backtest" value={at(found.backtest)} />}
        {band && <Key look="band" name="expected, 90 of 100" value={`${at(found.low)} to ${at(found.high)}`} />}
        {time !== undefined && <li className="muted">{formatTime(new Date(time * 1000))}</li>}
      </Group>
      <Plot
        options={options}
        data={data}
        height={250}
        onPoint={setPoint}
        label={`Made by ${curve.n} trades: ${shown(live)}${stands ? `, ${stands} what was to be expected` : ""}`}
      />
      <Text size="xs" c="dimmed">
        {curve.n} {curve.n === 1 ? "trade" : "trades"}
        {band && stands && (
          <>
            {", "}
            <span className={stands === "below" ? "lost" : undefined}>{stands} the band</span>: {percent(band.share_below, 0)} of the draws
            ended lower
          </>
        )}
        .
        {curve.untested.length > 0 && ` Without a tested record: ${curve.untested.join(", ")}.`}
      </Text>
    </Stack>
  );
}

function Key({ look, name, value }: { look: string; name: string; value: string }) {
  return (
    <li>
      <span className={`legend-mark ${look}`} aria-hidden />
      <span className="muted">{name}</span> <strong>{value}</strong>
    </li>
  );
}

function optionsOf(unit: Unit) {
  const digits = unit === "money" ? 0 : 1;
  return (colours: Colours): Omit<uPlot.Options, "width" | "height"> => ({
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    bands: [{ series: [1, 2], fill: faint(colours.accent, 0.14) }],
    scales: { y: { range: (_, low, high) => padded(low, high) } },
    axes: [
      { stroke: colours.muted, grid: { show: false }, ticks: { stroke: colours.line, size: 4 }, font: FONT, space: 70, values: (_, splits) => timeLabels(splits) },
      {
        stroke: colours.muted,
        grid: { stroke: colours.line, width: 1 },
        ticks: { show: false },
        font: FONT,
        size: 58,
        values: (_, splits) => splits.map((each) => each.toLocaleString("en-US", { maximumFractionDigits: digits })),
      },
    ],
    series: [
      {},
      { stroke: faint(colours.accent, 0.35), width: 1, points: { show: false } },
      { stroke: faint(colours.accent, 0.35), width: 1, points: { show: false } },
      { stroke: faint(colours.accent, 0.7), width: 1, dash: [2, 3], points: { show: false } },
      { stroke: colours.warned, width: 1.5, dash: [6, 4], points: { show: false } },
      { stroke: colours.won, width: 2, points: { show: false } },
    ],
  });
}

const FONT = "11px Inter, system-ui, sans-serif";

function padded(low: number | null, high: number | null): [number, number] {
  const [from, to] = [Math.min(0, low ?? 0), Math.max(0, high ?? 0)];
  const room = (to - from || 1) * 0.06;
  return [from - room, to + room];
}
