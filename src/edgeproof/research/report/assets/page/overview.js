// The run as a whole: verdicts first, then the table, then what the run rests on.
function overview() {
  const generated = RUN.data.some((each) => (each.sources || []).some((source) => source.startsWith("generated")));
  return [
    generated ? el("p", { class: "banner" }, "A generated market: no result on it says anything about a real one.") : null,
    el("section", { "aria-label": "Headline" }, headline()),
    el("section", { id: "results" }, el("h2", {}, RUN.edge ? "Verdicts" : "Results"), leftOut(), resultsTable()),
    el("section", {}, el("h2", {}, "The run as a whole"), el("div", { class: "grid" }, ...runPanels())),
    el("section", {}, el("h2", {}, "Data"), el("div", { class: "grid" }, ...RUN.data.map(certificatePanel))),
    el("section", {}, el("h2", {}, "Assumed"), assumptions()),
    el("footer", {}, `Run ${RUN.run.id}, edgeproof ${RUN.run.version}, seed ${RUN.run.seed}. Times in ${ZONE} unless they say UTC; point at one for UTC. Charts of trades by TradingView Lightweight Charts (Apache-2.0), curves by uPlot (MIT). Figures are rounded here; the run keeps them in full.`),
  ].filter(Boolean);
}

const leftOut = () => (RUN.left_out ? el("p", { class: "banner" }, `The best ${fmt.int(RUN.rows.length)} rows are on this page; ${fmt.int(RUN.left_out)} more are in the run.`) : null);
const tradedRows = () => RUN.rows.filter((row) => figure(row, "n"));

function headline() {
  const tile = (n, text, state) => state && RUN.edge
    ? el("button", { class: "panel count", type: "button", "data-state": state, "aria-pressed": "false", onclick: () => { view.state = view.state === state ? "" : state; const select = document.querySelector('select[aria-label="state"]'); if (select) select.value = view.state; resultsTable.refresh(); } }, el("b", {}, fmt.int(n)), el("span", {}, text))
    : el("div", { class: "panel count" }, el("b", {}, fmt.int(n)), el("span", {}, text));
  const traded = tradedRows();
  if (!RUN.edge) {
    const above = traded.filter((row) => figure(row, "expectancy_r") > 0).length;
    return el("div", {}, el("div", { class: "counts" },
      tile(RUN.rows.length, `tests: ${plural(new Set(RUN.rows.map((row) => row.hypothesis)).size, "hypothesis").replace("hypothesiss", "hypotheses")} on ${plural(RUN.instruments.length, "instrument")}`),
      tile(traded.reduce((sum, row) => sum + figure(row, "n"), 0), "closed trades"), tile(above, "rows above zero after costs"), tile(RUN.rows.length - traded.length, "without a closed trade")),
    el("p", { class: "facts" }, "A backtest, without verdicts: with so many tried, the best are good by luck too. edgeproof discover counts every trial and looks out of sample."));
  }
  const count = (state) => RUN.rows.filter((row) => row.state === state).length;
  const words = { qualified: "qualified: every rule holds, also out of sample", tested: "unproven: not enough to say yes or no", rejected: "rejected: enough trades to say no", draft: "not tested on this history" };
  return el("div", {}, el("div", { class: "counts" }, ...Object.entries(words).map(([state, text]) => tile(count(state), text, state))), el("p", { class: "facts" }, ...runFacts()));
}

function totals(rows) {
  const fates = ["signals", "void", "overlapped", "unfilled", "invalidated"];
  const sum = (pick) => rows.reduce((total, row) => total + (pick(row) || 0), 0);
  return Object.fromEntries(fates.map((name) => [name, sum((row) => row.fates?.[name])]));
}

const tradesOf = (rows) => rows.reduce((sum, row) => sum + figure(row, "n"), 0);
// The mean of a figure over rows, weighted by their trades.
function weighted(rows, name) {
  const n = tradesOf(rows);
  return n ? rows.reduce((sum, row) => sum + (figure(row, name) || 0) * figure(row, "n"), 0) / n : null;
}

function runPanels() {
  const traded = tradedRows(), closed = tradesOf(traded);
  if (!traded.length) return [funnelPanel(totals(RUN.rows), 0)];
  const names = ["expectancy_r", "cost_r", "fees_r", "slippage_r", "funding_r", "break_even_win_rate"];
  const all = { n: closed, ...Object.fromEntries(names.map((name) => [name, weighted(traded, name)])) };
  return [...edgePanels(), spreadPanel(traded), placeboPanel(traded), costPanel(all), funnelPanel(totals(RUN.rows), RUN.rows.reduce((sum, row) => sum + (row.whole?.end_of_data || 0), 0)), RUN.instruments.length > 1 ? instrumentPanel(traded) : null, heatPanel(mergedHeat(traded), "When all of them fired")].filter(Boolean);
}

function instrumentPanel(traded) {
  const rows = RUN.instruments.map((name) => {
    const own = traded.filter((row) => row.on.length === 1 && row.on[0] === name);
    const mean = weighted(own, "expectancy_r");
    return [shortOf(name), mean, own.length ? `${fmt.r(mean)} · ${fmt.int(tradesOf(own))}` : NONE, mean >= 0 ? "gain" : "loss"];
  }).filter((row) => row[1] !== null);
  return rows.length ? panel("By instrument", "Mean R a trade over all hypotheses, and how many trades.", bars(rows, { around: true })) : null;
}

function placeboPanel(traded) {
  const groups = [["placebos", traded.filter((row) => row.placebo)], ["all others", traded.filter((row) => !row.placebo)]].filter(([, rows]) => rows.length);
  if (groups.length < 2) return null;
  const passed = RUN.edge ? ` ${fmt.int(groups[0][1].filter((row) => row.state === "qualified").length)} of ${fmt.int(RUN.rows.filter((row) => row.placebo).length)} placebos passed.` : "";
  const best = groups[0][1].reduce((top, row) => (figure(row, "n") >= 30 && figure(row, "expectancy_r") > (top ? figure(top, "expectancy_r") : -Infinity) ? row : top), null);
  const said = best ? ` The best placebo with 30 trades or more made ${fmt.r(figure(best, "expectancy_r"))}: that much is luck.` : "";
  return panel("What the placebos did", `Entries without an idea, under the same costs and exits.${passed}${said}`, bars(groups.map(([name, rows]) => {
    const mean = weighted(rows, "expectancy_r");
    return [name, mean, `${fmt.r(mean)} · ${plural(tradesOf(rows), "trade")}`, mean >= 0 ? "gain" : "loss"];
  }), { around: true }));
}

// Every row by its trades and expectancy: what is far out with few trades is luck.
function spreadPanel(traded) {
  return chartPanel("Luck has this shape", "Each dot a row: its number of trades (log scale) and mean R. Few trades scatter; an edge stays up as trades grow. Rings are placebos.", (room) => {
    const height = 260, left = 46, bottom = 34, top = 8;
    const values = traded.map((row) => figure(row, "expectancy_r"));
    const low = Math.max(-2.2, Math.min(0, ...values)), high = Math.min(2.2, Math.max(0.2, ...values));
    const most = Math.max(10, ...traded.map((row) => figure(row, "n")));
    const x = scale(0, Math.log10(most), left, room - 10), y = scale(low, high, height - bottom, top);
    const svg = frame(room, height);
    ticks(low, high, 5).forEach((at) => svg.append(draw("line", { class: at === 0 ? "axis" : "gridline", x1: left, x2: room - 10, y1: y(at), y2: y(at) }), label(left - 6, y(at) + 4, `${fmt.signed(at, 1)}`, { "text-anchor": "end" })));
    for (let power = 0; 10 ** power <= most; power++) svg.append(label(x(power), height - bottom + 15, fmt.int(10 ** power), { "text-anchor": power ? "middle" : "start" }));
    svg.append(label((left + room) / 2, height - 3, "trades", { "text-anchor": "middle" }));
    traded.forEach((row) => {
      const mean = figure(row, "expectancy_r");
      const at = { cx: x(Math.log10(figure(row, "n"))).toFixed(1), cy: y(Math.max(low, Math.min(high, mean))).toFixed(1), r: 3.2 };
      const paint = row.placebo ? { fill: "none", stroke: "var(--muted)", "stroke-width": 1.3 } : { fill: mean > 0 ? "var(--gain)" : "var(--loss)", "fill-opacity": 0.5 };
      const dot = draw("circle", { ...at, ...paint }, hint(`${row.hypothesis} on ${scopeOf(row)}: ${fmt.r(mean)} over ${plural(figure(row, "n"), "trade")}`));
      dot.style.cursor = "pointer";
      dot.addEventListener("click", () => { location.hash = `row-${row.id}`; });
      svg.append(dot);
    });
    return svg;
  });
}

function mergedHeat(rows) {
  const n = new Array(168).fill(0), total = new Array(168).fill(0);
  rows.forEach((row) => (row.charts.heat || []).forEach(([cell, count, mean]) => { n[cell] += count; total[cell] += count * mean; }));
  return n.map((count, cell) => [cell, count, count ? +(total[cell] / count).toFixed(3) : 0]).filter(([, count]) => count);
}

function certificatePanel(data) {
  if (!data.candles) return panel(`${data.instrument} ${data.base_timeframe}`, "No candles in this window.");
  const line = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
  const worst = data.gaps?.[0];
  const node = panel(`${data.instrument} ${data.base_timeframe}`, null, el("dl", { class: "sheet" },
    line("From", moment(secondsOf(data.start))), line("To", moment(secondsOf(data.end))),
    line("Candles", `${fmt.int(data.candles)} (coverage ${fmt.percent(data.coverage, 2)})`),
    line("Filled in", fmt.percent(data.filled_share, 2)),
    line("Gaps", data.gap_count ? `${fmt.int(data.gap_count)}, the longest ${plural(worst.missing, "candle")}` : "none"),
    line("Flash moves", data.outlier_count ? `${fmt.int(data.outlier_count)}, up to ${fmt.percent(Math.max(...data.outliers.map((each) => Math.abs(each.reach))))}` : "none"),
    line("Without volume", fmt.percent(data.zero_volume_share, 2)),
    line("Funding", el("span", { class: data.funding === "complete" ? "" : "warned" }, `${data.funding}: ${data.funding_reason}`)),
    line("Source", (data.sources || []).map((source) => source.split(/[\\/]/).pop()).join(", ") || NONE)),
  ...(data.objections || []).map((text) => el("p", { class: "note warned" }, text)));
  node.classList.add("third");
  return node;
}

function assumptions() {
  const { taker, maker } = RUN.run.config.costs;
  const slippage = Object.entries(RUN.slippage).map(([timeframe, bps]) => `${timeframe} ${bps}`).join(", ");
  return el("div", { class: "panel" }, el("ul", { class: "dots" }, ...[
    `Fees: taker ${fmt.percent(taker, 3)} on entries, stops and market exits; maker ${fmt.percent(maker, 3)} on targets. Slippage on market fills in basis points, by timeframe: ${slippage}.`,
    "Signals are judged at the close of a candle and entered at the open of the next one-minute (base) candle.",
    "One position at a time for each hypothesis and instrument. Sizes do not matter: every result is in R, the distance from price to stop at the signal.",
    "A target fills only when the price trades through it; a stop is hit when it is touched. Where one candle reaches both, the stop comes first.",
    "A stop that is jumped over fills at the open, worse than planned. Trailing and break-even stops move at closes and count from the next candle on.",
    "Funding is paid and received at every settlement a position lives through; where the history has none, the trade is marked.",
    "A position still open at the end of the data is left out of the statistics.",
    "Values of longer timeframes are those of their last closed candle; nothing else can be read.",
  ].map((text) => el("li", {}, text))));
}
