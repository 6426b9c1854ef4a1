// What is known about one hypothesis, a panel for each question.
function distributionPanel(row) {
  const { first, width: step, n } = row.charts.distribution;
  return chartPanel("How trades ended", "Number of trades by their result in R. The line is the mean.", (room) => {
    const height = 210, left = 34, bottom = 24, top = 8, most = Math.max(...n, 1);
    const low = Math.min(first, -1.5), high = Math.max(first + step * n.length, 2.5);
    const x = scale(low, high, left, room - 8), y = scale(0, most, height - bottom, top);
    const svg = frame(room, height);
    ticks(0, most, 4).filter(Number.isInteger).forEach((at) => svg.append(draw("line", { class: "gridline", x1: left, x2: room - 8, y1: y(at), y2: y(at) }), label(left - 6, y(at) + 4, fmt.int(at), { "text-anchor": "end" })));
    n.forEach((count, i) => {
      if (!count) return;
      const from = first + i * step;
      svg.append(draw("rect", { x: x(from) + 0.5, width: Math.max(1, x(from + step) - x(from) - 1), y: y(count), height: y(0) - y(count), fill: from >= 0 ? "var(--gain)" : "var(--loss)" }, hint(`${fmt.signed(from)} to ${fmt.signed(from + step)} R: ${plural(count, "trade")}`)));
    });
    ticks(low, high, Math.max(3, Math.floor(room / 80))).forEach((at) => svg.append(label(x(at), height - 7, fmt.signed(at, Number.isInteger(at) ? 0 : 1), { "text-anchor": "middle" })));
    const mean = row.whole.expectancy_r;
    svg.append(draw("line", { class: "axis", x1: left, x2: room - 8, y1: y(0), y2: y(0) }));
    if (known(mean)) svg.append(draw("line", { x1: x(mean), x2: x(mean), y1: top, y2: y(0), stroke: "var(--ink)", "stroke-width": 1.5, "stroke-dasharray": "4 3" }, hint(`mean ${fmt.r(mean)}`)));
    return svg;
  });
}

function excursionPanel(row) {
  const { mae, mfe, r } = row.charts.excursions;
  const sample = row.of > r.length ? ` ${fmt.int(r.length)} of ${fmt.int(row.of)} trades, evenly by result.` : "";
  return chartPanel("How far trades went before they ended", `Against you (MAE) to the right, for you (MFE) upwards, in R. Losers high up were in profit once.${sample}`, (room) => {
    const height = 250, left = 38, bottom = 36, top = 8;
    const cap = (values) => Math.max(1.2, quantile(values, 0.99) * 1.08);
    const mostX = cap(mae), mostY = cap(mfe);
    const x = scale(0, mostX, left, room - 10), y = scale(0, mostY, height - bottom, top);
    const svg = frame(room, height);
    ticks(0, mostX, 5).forEach((at) => svg.append(draw("line", { class: "gridline", x1: x(at), x2: x(at), y1: top, y2: y(0) }), label(x(at), height - bottom + 15, fmt.short(at), { "text-anchor": "middle" })));
    ticks(0, mostY, 5).forEach((at) => svg.append(draw("line", { class: "gridline", x1: left, x2: room - 10, y1: y(at), y2: y(at) }), label(left - 6, y(at) + 4, fmt.short(at), { "text-anchor": "end" })));
    svg.append(label((left + room) / 2, height - 3, "R against", { "text-anchor": "middle" }));
    r.forEach((value, i) => {
      const at = { cx: Math.min(x(mae[i]), room - 6), cy: Math.max(y(mfe[i]), 4) };
      const mark = value > 0 ? draw("circle", { ...at, r: 3, fill: "var(--gain)", "fill-opacity": 0.6 }) : draw("path", { d: `M${at.cx - 2.6} ${at.cy - 2.6}l5.2 5.2m0 -5.2l-5.2 5.2`, stroke: "var(--loss)", "stroke-width": 1.4, "stroke-opacity": 0.7 });
      mark.append(hint(`${fmt.r(value)}: ${fmt.fixed(mae[i])} R against, ${fmt.fixed(mfe[i])} R for`));
      svg.append(mark);
    });
    return svg;
  });
}

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : 0;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
function heatPanel(heat, title = "When it fired") {
  return chartPanel(title, "Mean R by hour and weekday of the signal, in UTC, where sessions and funding live. Pale cells have few trades: luck.", (room) => {
    const left = 34, top = 4, bottom = 20, width = (room - left) / 24, height = Math.min(30, Math.max(18, width * 0.8));
    const svg = frame(room, top + 7 * height + bottom);
    WEEKDAYS.forEach((name, day) => svg.append(label(0, top + day * height + height / 2 + 4, name)));
    for (let hour = 0; hour < 24; hour += room < 420 ? 6 : 3) svg.append(label(left + hour * width, top + 7 * height + 14, `${two(hour)}:00`));
    for (let cell = 0; cell < 168; cell++) svg.append(draw("rect", { ...square(cell), fill: "var(--grid)" }));
    heat.forEach(([cell, n, mean]) => {
      const strength = Math.min(1, Math.abs(mean)) * Math.min(1, 0.25 + n / 12);
      svg.append(draw("rect", { ...square(cell), fill: mean >= 0 ? "var(--gain)" : "var(--loss)", "fill-opacity": (0.12 + 0.88 * strength).toFixed(2) },
        hint(`${WEEKDAYS[Math.floor(cell / 24)]} ${two(cell % 24)}:00 to ${two((cell % 24) + 1)}:00 UTC: ${plural(n, "trade")}, mean ${fmt.r(mean)}`)));
    });
    return svg;
    function square(cell) { return { x: left + (cell % 24) * width + 0.5, y: top + Math.floor(cell / 24) * height + 0.5, width: Math.max(1, width - 1), height: height - 1, rx: 2 }; }
  });
}

function costPanel(stats) {
  if (!stats || !stats.n) return null;
  const gross = stats.expectancy_r + stats.cost_r;
  const rows = [
    ["before costs", gross], ["fees", -stats.fees_r], ["slippage", -stats.slippage_r], ["funding", -stats.funding_r], ["what is left", stats.expectancy_r],
  ].map(([name, value]) => [name, value, fmt.r(value, 3), value >= 0 ? "gain" : "loss"]);
  const hurdle = `Costs of ${fmt.fixed(stats.cost_r)} R a trade lift the break-even win rate to ${fmt.percent(stats.break_even_win_rate)}.`;
  return panel("What costs take", hurdle, bars(rows, { around: true }));
}

function funnelPanel(fates, open, title = "From signals to trades") {
  const rows = [
    ["signals", fates.signals, "accent", "every fire of the conditions"],
    ["overlapped", fates.overlapped, "muted", "its position was still open"],
    ["void", fates.void, "muted", "stop or target on the wrong side"],
    ["invalidated", fates.invalidated, "muted", "the open was beyond stop or target"],
    ["unfilled", fates.unfilled, "muted", "no candle after it"],
    ["trades", fates.signals - fates.overlapped - fates.void - fates.invalidated - fates.unfilled, "gain", "one position at a time"],
  ].map(([name, n, fill, title]) => [name, n, fmt.int(n), fill, title]);
  return panel(title, "Every signal has exactly one fate.", bars(rows), open > 0 ? el("p", { class: "note" }, `${plural(open, "trade")} still open when the data ended: left out of the statistics.`) : null);
}

function exitsPanel(row) {
  const exits = row.charts.exits;
  const total = Object.values(exits).reduce((sum, n) => sum + n, 0) || 1;
  const rows = Object.entries(exits).filter(([, n]) => n).map(([name, n]) => [REASONS[name], n, `${fmt.int(n)} (${fmt.percent(n / total, 0)})`, { stop: "loss", target: "gain" }[name] || "accent"]);
  const stats = row.whole;
  const other = stats.ambiguous_share > 0 ? ` ${fmt.percent(stats.ambiguous_share)} of trades had stop and target in one candle; in the kinder order expectancy were ${fmt.r(stats.expectancy_r_best)}.` : " No trade had stop and target in one candle.";
  return panel("What ended trades", `Median hold ${fmt.duration(stats.median_hold)}.${other}`, bars(rows));
}
