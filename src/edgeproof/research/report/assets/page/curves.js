// Equity in R with its drawdown, one above the other with one cursor.
function equityView(row) {
  const curve = row.charts.equity;
  if (!curve || curve.e.length < 2) return el("p", { class: "muted" }, "A curve needs two trades.");
  const times = sums(curve.t);
  const split = row.split ? secondsOf(row.split) : null;
  const room = el("div", { class: "curves" });
  room.drawing = (node, width) => {
    (node.plots || []).forEach((plot) => plot.destroy());
    node.replaceChildren();
    const key = `equity-${row.id}`;
    node.plots = [
      plotOf(node, width, 220, times, curve.e, { name: "sum of R", line: "curve", key, split }),
      plotOf(node, width, 120, times, curve.d, { name: "drawdown", line: "loss", fill: "loss", key, split }),
    ];
  };
  sizes.observe(room);
  return room;
}

function plotOf(node, width, height, times, values, { name, line, fill, key, split, say = (value) => fmt.r(value, 1), axis: worded = (value) => `${fmt.short(value)} R` }) {
  const axis = axisStyle();
  return new uPlot({
    width, height, cursor: { sync: { key }, y: false, points: { size: 7 } },
    legend: { live: true },
    scales: { y: { range: (plot, low, high) => [Math.min(0, low) * 1.05, Math.max(0, high) * 1.05 || (low < 0 ? 0 : 1)] } },
    series: [{ label: "time", value: whenOf }, {
      label: name, stroke: colour(line), width: 1.6, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }),
      fill: fill ? `${colour(fill)}33` : undefined, value: (plot, value) => say(value),
    }],
    axes: [{ ...axis, values: (plot, splits) => splits.map((seconds, i) => axisDay(seconds, splits, i)), space: 70 }, { ...axis, size: 52, space: 26, values: (plot, splits) => splits.map(worded) }],
    hooks: { drawClear: [(plot) => outOfSample(plot, split)] },
  }, [times, values], node);
}

const axisStyle = () => ({ stroke: colour("muted"), grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("grid"), width: 1 }, font: `11px ${getComputedStyle(document.body).fontFamily}` });
const whenOf = (plot, seconds) => (known(seconds) ? `${localTime(seconds)} (${utcTime(seconds).slice(11)})` : NONE);

function axisDay(seconds, splits, i) {
  const day = localDay(seconds);
  const close = splits.length > 1 && splits[1] - splits[0] < 86400;
  return close ? localTime(seconds).slice(5) : i === 0 || day.slice(0, 4) !== localDay(splits[i - 1]).slice(0, 4) ? day : day.slice(5);
}

// The part of the data that no search has seen, shaded.
function outOfSample(plot, split) {
  if (split === null) return;
  const { ctx, bbox } = plot;
  const x = Math.max(bbox.left, plot.valToPos(split, "x", true));
  if (x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.fillStyle = `${colour("accent")}1c`;
  ctx.fillRect(x, bbox.top, bbox.left + bbox.width - x, bbox.height);
  ctx.restore();
}
