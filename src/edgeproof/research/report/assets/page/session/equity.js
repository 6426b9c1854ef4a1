// What trades made one after the other, inside the band of what the backtest leads to expect of them.
let unit = "money";

const UNITS = { money: { name: "money", say: (value) => fmt.money(value), axis: (value) => fmt.amount(value, 0) }, r: { name: "R", say: (value) => fmt.r(value), axis: (value) => `${fmt.short(value)} R` } };

function equitySection() {
  const { curve } = RUN;
  if (!curve) return panel("No curve yet", "No trade is over yet: there is no curve, and nothing to hold against it.");
  const host = el("div", { class: "panel" });
  const redraw = () => {
    const switches = el("div", { class: "picker", role: "group", "aria-label": "Unit" }, ...Object.keys(UNITS).map((key) => el("button", { class: "button", type: "button", "aria-pressed": String(unit === key), onclick: () => { unit = key; redraw(); } }, `in ${UNITS[key].name}`)));
    host.replaceChildren(el("p", { class: "verdict-line" }, ...verdictOf(curve)), switches, curvesRoom(curve), el("p", { class: "note" }, methodOf(curve)));
  };
  redraw();
  return host;
}

function verdictOf(curve) {
  const { live, band, backtest } = curve[unit], { say } = UNITS[unit];
  const end = live.at(-1), parts = [plural(curve.n, "trade"), " made ", el("b", { class: tone(end) }, say(end))];
  if (backtest) parts.push(", the same trades in the backtest ", el("b", {}, say(backtest.at(-1))));
  if (!band) return [...parts, "."];
  const low = band.low.at(-1), high = band.high.at(-1);
  const where = end < low ? el("b", { class: "loss" }, "below the band") : end > high ? el("b", { class: "gain" }, "above the band") : el("b", {}, "inside the band");
  const few = curve.tested < 30 && end >= low && end <= high ? ` With ${plural(curve.tested, "trade")} the band is wide: little can be said yet.` : "";
  return [...parts, ". That is ", where, ` of ${say(low)} to ${say(high)}: ${fmt.percent(band.share_below, 0)} of the resampled backtests ended lower.${few}`];
}

function methodOf(curve) {
  const { band } = curve[unit];
  const missing = curve.untested.length ? ` Without enough tested trades, and so drawn as they were: ${curve.untested.join(", ")}.` : "";
  if (!band) return `There is no band: no hypothesis that traded has 30 tested trades or more (edgeproof discover tests).${missing}`;
  return `The band: each of these trades made again 2,000 times with an outcome its hypothesis had in the backtest, drawn in blocks so that losses cluster as they did there, times what the trade risked here. Shaded: the middle 90 %, the line in it the median. ${curve.n >= 30 ? `${fmt.percent(band.outside, 0)} of the points lie outside, where 10 % do so by luck alone. ` : ""}Hypotheses are drawn apart from one another: where they lose together, the true band is wider.${missing} Open positions are not in the curve.`;
}

function curvesRoom(curve) {
  const room = el("div", { class: "curves" });
  room.drawing = (node, width) => {
    (node.plots || []).forEach((plot) => plot.destroy());
    node.replaceChildren();
    const times = sums(curve.t);
    node.plots = [bandPlot(node, width, times, curve[unit]), plotOf(node, width, 110, times, curve[unit].drawdown, { ...UNITS[unit], name: "drawdown", line: "loss", fill: "loss", key: "session", split: null })];
  };
  sizes.observe(room);
  return room;
}

function bandPlot(node, width, times, { live, backtest, band }) {
  const { say, axis } = UNITS[unit], style = axisStyle(), stepped = uPlot.paths.stepped({ align: 1 });
  const line = (name, stroke, more = {}) => ({ label: name, stroke: colour(stroke), width: 1.4, points: { show: false }, paths: stepped, value: (plot, value) => say(value), ...more });
  const series = [{ label: "time", value: whenOf }, line("live", "curve", { width: 2.2 })], data = [times, live];
  if (backtest) { series.push(line("same in backtest", "muted", { dash: [6, 4] })); data.push(backtest); }
  const bands = [];
  if (band) {
    const first = series.length;
    series.push(line("5 %", "band", { width: 1 }), line("median", "band", { width: 1, dash: [2, 3] }), line("95 %", "band", { width: 1 }));
    data.push(band.low, band.middle, band.high);
    bands.push({ series: [first + 2, first], fill: `${colour("band")}26` });
  }
  return new uPlot({
    width, height: width < 500 ? 260 : 330, cursor: { sync: { key: "session" }, y: false, points: { size: 7 } }, legend: { live: true },
    scales: { y: { range: (plot, low, high) => [Math.min(0, low) * 1.05, Math.max(0, high) * 1.05 || (low < 0 ? 0 : 1)] } },
    series, bands,
    axes: [{ ...style, values: (plot, splits) => splits.map((seconds, i) => axisDay(seconds, splits, i)), space: 70 }, { ...style, size: 60, space: 26, values: (plot, splits) => splits.map(axis) }],
  }, data, node);
}
