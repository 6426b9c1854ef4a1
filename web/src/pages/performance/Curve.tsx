// What the trades of a hypothesis made in R, one after the other, beside what its test led to expect of as many.
import { useMemo, useState } from "react";
import uPlot from "uplot";
import { multiple } from "../../ui/format";
import { formatTime, Moment } from "../../ui/Moment";
import { Panel } from "../../ui/parts";
import { type Colours, faint, Plot } from "../../ui/Plot";
import { NoTrades } from "./TradeTable";
import type { OnePerformance } from "./types";

export function Curve({ one }: { one: OnePerformance }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const points = one.cumulative_r;
  const expected = one.tested?.expectancy_r ?? null;
  const data = useMemo<uPlot.AlignedData>(
    () => [
      [0, ...points.map((_, index) => index + 1)],
      [0, ...points.map((_, index) => (expected === null ? null : expected * (index + 1)))],
      [0, ...points.map(([, r]) => r)],
    ],
    [points, expected],
  );
  const number = pointed === null || pointed === 0 ? points.length : pointed;
  const at = points[number - 1];
  const last = points.at(-1);
  if (at === undefined || last === undefined) {
    return (
      <Panel title="Cumulative R">
        <NoTrades />
      </Panel>
    );
  }
  const tested = expected === null ? "" : `; as tested they would have made ${multiple(expected * points.length)}`;
  return (
    <Panel title="Cumulative R" aside={<span className="strong">{multiple(last[1])}</span>}>
      <Plot
        options={options}
        data={data}
        height={250}
        label={`${points.length} trades made ${multiple(last[1])} until ${formatTime(new Date(last[0]), "full")}${tested}.`}
        onPoint={setPointed}
      />
      <p className="small muted performance-note">
        Trade {number}, <Moment at={new Date(at[0]).toISOString()} look="full" />: <b className="won">━</b> live {multiple(at[1])}
        {expected !== null && (
          <>
            {" "}
            <b className="tested">┅</b> as tested {multiple(expected * number)}
          </>
        )}
      </p>
    </Panel>
  );
}

const stepped = uPlot.paths.stepped?.({ align: 1 });

/** By trade, not by time: what is expected is a straight line then, and trades that ended together are still told apart. */
function options(colours: Colours): Omit<uPlot.Options, "width" | "height"> {
  const axis = { stroke: colours.muted, grid: { stroke: faint(colours.line, 0.6), width: 1 }, ticks: { show: false } };
  return {
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000], values: (_, splits) => splits.map((each) => (each === 0 ? "" : `trade ${each}`)), space: 70 },
      { ...axis, size: 50, values: (_, splits) => splits.map((each) => `${each} R`) },
    ],
    series: [
      {},
      { stroke: colours.accent, width: 1.5, dash: [5, 4], points: { show: false } },
      { stroke: colours.won, width: 2, paths: (plot, series, from, to) => stepped?.(plot, series, from, to) ?? null, points: { show: true, size: 5 } },
    ],
  };
}
