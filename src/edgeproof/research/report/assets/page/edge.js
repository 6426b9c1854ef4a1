// What the edge analysis adds; nothing of it after a plain backtest.
const RULES = {
  days: ["Days of history in sample", (value) => fmt.int(value), "at least"],
  win_rate: ["Win rate", fmt.percent, "at least"],
  expectancy_r: ["Expectancy", (value) => fmt.r(value, 3), "above"],
  trades: ["Trades", (value) => fmt.int(value), "at least"],
  q_value: ["q-value, all trials counted", fmt.p, "at most"],
  deflated_sharpe: ["Deflated Sharpe", (value) => fmt.fixed(value), "at least"],
  out_of_sample_trades: ["Out of sample: trades", (value) => fmt.int(value), "at least"],
  out_of_sample_win_rate: ["Out of sample: win rate", fmt.percent, "at least"],
  out_of_sample_expectancy_r: ["Out of sample: expectancy", (value) => fmt.r(value, 3), "above"],
  out_of_sample_p_value: ["Out of sample: p-value", fmt.p, "at most"],
};

function runFacts() {
  const { ledger, self_checks: checks, luck, placebos } = RUN.edge;
  const fact = (...parts) => el("span", {}, ...parts);
  const strong = (text) => el("b", {}, text);
  return [
    fact("trials in this run: ", strong(fmt.int(ledger.trials)), `, ${fmt.int(ledger.new)} of them new; the largest family on the same history has `, strong(fmt.int(ledger.family))),
    checks ? fact("look-ahead: ", strong(`${fmt.int(checks.differences)} of ${plural(checks.checks, "check")} differed`)) : null,
    checks ? fact("warm-up: ", strong(`${fmt.int(checks.warm_up_differences)} of ${plural(checks.warm_up_signals, "signal")} differed`)) : null,
    known(luck.pbo) ? fact("probability of overfitting: ", strong(fmt.percent(luck.pbo, 0))) : null,
    placebos.count ? fact("placebos passed: ", strong(`${fmt.int(placebos.passed)} of ${fmt.int(placebos.count)}`), placebos.tested ? `; p of at most ${placebos.nominal_p}: ${fmt.int(placebos.below_nominal_p)} of ${fmt.int(placebos.tested)}` : "") : null,
  ].filter(Boolean);
}

function edgePanels() {
  if (!RUN.edge) return [];
  return [pValuePanel(), choicePanel()].filter(Boolean);
}

// p-values in order, with what luck alone would give and what the number of trials asks for.
function pValuePanel() {
  const rows = RUN.rows.filter((row) => known(row.p)).sort((a, b) => a.p - b.p);
  if (rows.length < 2) return null;
  const m = Math.max(rows.length, RUN.edge.ledger.family || 0);
  let harmonic = 0;
  for (let k = 1; k <= m; k++) harmonic += 1 / k;
  const passed = rows.filter((row) => row.q <= 0.1).length;
  const note = `Each dot a test, the least probable first. Under pure luck they lie along the dashed line. What lies below the solid one has q of at most 0.10 after ${plural(m, "trial")}: ${passed === 0 ? "none" : fmt.int(passed)}.`;
  return chartPanel("What luck would give", note, (room) => {
    const height = 260, left = 56, bottom = 34, top = 8;
    const least = Math.min(1e-4, rows[0].p, 0.05 / (m * harmonic));
    const x = scale(0, Math.log10(rows.length), left, room - 10), y = scale(Math.log10(least), 0, height - bottom, top);
    const at = (k, p) => [x(Math.log10(k)), y(Math.log10(Math.min(1, Math.max(p, least))))];
    const svg = frame(room, height);
    for (let power = Math.ceil(Math.log10(least)); power <= 0; power++) svg.append(draw("line", { class: "gridline", x1: left, x2: room - 10, y1: y(power), y2: y(power) }), label(left - 6, y(power) + 4, power > -4 ? String(10 ** power) : `1e−${-power}`, { "text-anchor": "end" }));
    for (let power = 0; 10 ** power <= rows.length; power++) svg.append(label(x(power), height - bottom + 15, fmt.int(10 ** power), { "text-anchor": power ? "middle" : "start" }));
    svg.append(label((left + room) / 2, height - 3, "rank of the p-value", { "text-anchor": "middle" }));
    const line = (value, attributes) => svg.append(draw("path", { d: Array.from({ length: 60 }, (_, i) => { const k = rows.length ** (i / 59); return `${i ? "L" : "M"}${at(k, value(k)).map((v) => v.toFixed(1)).join(" ")}`; }).join(""), fill: "none", "stroke-width": 1.4, ...attributes }));
    line((k) => k / (rows.length + 1), { stroke: "var(--muted)", "stroke-dasharray": "5 4" });
    line((k) => (0.1 * k) / (m * harmonic), { stroke: "var(--accent)" });
    rows.forEach((row, i) => {
      const [cx, cy] = at(i + 1, row.p);
      const paint = row.placebo ? { fill: "none", stroke: "var(--muted)", "stroke-width": 1.3 } : { fill: row.q <= 0.1 ? "var(--gain)" : "var(--muted)", "fill-opacity": 0.75 };
      const dot = draw("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 3, ...paint }, hint(`${row.hypothesis} on ${scopeOf(row)}: p ${fmt.p(row.p)}, q ${fmt.p(row.q)}`));
      dot.style.cursor = "pointer";
      dot.addEventListener("click", () => { location.hash = `row-${row.id}`; });
      svg.append(dot);
    });
    return svg;
  });
}

// What choosing the best so far earned next.
function choicePanel() {
  const luck = RUN.edge.luck;
  const said = known(luck.pbo) ? `In ${fmt.percent(luck.pbo, 0)} of ways to halve the days, the best of one half was below the median in the other. ` : luck.reason ? `Probability of overfitting: ${luck.reason}. ` : "";
  const forward = luck.forward || [];
  const note = `${said}Below: the best of ${plural(luck.candidates, "candidate")} up to a day, and what it earned next.`;
  const rows = forward.map((each) => [`${dayOf(each.train_end)} to ${dayOf(each.test_end)}`, el("span", {}, ...breakable(each.chosen)), el("span", { class: tone(each.test_total_r) }, fmt.r(each.test_total_r, 1)), fmt.percent(each.rank, 0)]);
  return panel("Does choosing the best work?", note, rows.length ? plainTable(["<judged on", "<chosen before", "earned", "better than"], rows) : el("p", { class: "muted" }, "Too little history, or too few candidates, to choose and judge in turn."));
}
const dayOf = (text) => localDay(secondsOf(text));

function verdictPanels(row) {
  return [rulesPanel(row), ablationPanel(row)].filter(Boolean);
}

function rulesPanel(row) {
  if (!row.rules?.length) return null;
  const items = row.rules.map((rule) => {
    const [name, say, word] = RULES[rule.name] || [rule.name.replaceAll("_", " "), fmt.short, "limit"];
    const sign = rule.holds ? el("span", { class: "gain", title: "holds" }, "✓") : el("span", { class: known(rule.value) ? "loss" : "muted", title: known(rule.value) ? "does not hold" : "has no value" }, known(rule.value) ? "✕" : "–");
    const limit = known(rule.limit) ? `${word} ${say(rule.limit)}` : rule.name === "trades" ? "no number would do" : "";
    return el("li", {}, sign, el("span", {}, name), el("span", { class: "figures" }, known(rule.value) ? say(rule.value) : rule.name === "out_of_sample_p_value" ? "not asked" : "no value", el("span", { class: "muted" }, limit ? ` · ${limit}` : "")));
  });
  const held = row.rules.filter((rule) => rule.holds).length;
  return panel("What was asked of it", `${held} of ${row.rules.length} rules hold; qualified needs all of them; the last is asked only of those that hold all others in sample. Every figure counts ${plural(row.trials, "trial")} on the same history.`, el("ul", { class: "checks" }, ...items));
}

function ablationPanel(row) {
  if (!row.ablations?.length) return null;
  const base = row.in_sample;
  const rows = [["as it is", base.n, base.win_rate, base.expectancy_r, null], ...row.ablations.map((each) => [el("code", {}, each.removed), each.n, each.win_rate, each.expectancy_r, base.expectancy_r - each.expectancy_r])]
    .map(([name, n, rate, mean, worth]) => [name, fmt.int(n), fmt.percent(rate), el("span", { class: tone(mean) }, fmt.signed(mean, 3)), worth === null ? "" : el("span", { class: tone(worth) }, fmt.signed(worth, 3))]);
  return panel("What each confirmation is worth", "The hypothesis without one confirmation at a time, in sample; worth: what R a trade it adds. Each was a trial too.", plainTable(["<without", "trades", "win", "exp. R", "worth"], rows));
}

function breakdownPanels(row) {
  return [walkForwardPanel(row), monteCarloPanel(row), groupPanel(row, "regime", "By regime"), groupPanel(row, "instrument", "By instrument")].filter(Boolean);
}

function walkForwardPanel(row) {
  const windows = (row.walk_forward || []).filter((each) => each.n_test || each.n_train);
  if (!windows.length) return null;
  return chartPanel("Walk-forward", "Mean R of the trades before each cut (pale) and in the window after it (full). Trades alive at a cut are left out.", (room) => {
    const height = 210, left = 44, bottom = 34, top = 8;
    const values = windows.flatMap((each) => [each.train_expectancy_r, each.test_expectancy_r]).filter(known);
    const low = Math.min(0, ...values), high = Math.max(0.05, ...values);
    const y = scale(low, high, height - bottom, top), slot = (room - left - 8) / windows.length, bar = Math.min(34, slot * 0.36);
    const svg = frame(room, height);
    ticks(low, high, 5).forEach((at) => svg.append(draw("line", { class: at === 0 ? "axis" : "gridline", x1: left, x2: room - 8, y1: y(at), y2: y(at) }), label(left - 6, y(at) + 4, fmt.signed(at, 2), { "text-anchor": "end" })));
    windows.forEach((each, i) => {
      const middle = left + slot * (i + 0.5);
      const column = (value, from, faint, text) => known(value) && svg.append(draw("rect", { x: from, width: bar, y: Math.min(y(0), y(value)), height: Math.max(1, Math.abs(y(0) - y(value))), fill: value >= 0 ? "var(--gain)" : "var(--loss)", "fill-opacity": faint ? 0.35 : 1, rx: 1.5 }, hint(text)));
      column(each.train_expectancy_r, middle - bar - 1, true, `before: ${fmt.r(each.train_expectancy_r)} over ${plural(each.n_train, "trade")}`);
      column(each.test_expectancy_r, middle + 1, false, `after: ${fmt.r(each.test_expectancy_r)} over ${plural(each.n_test, "trade")}`);
      svg.append(label(middle, height - 18, `n ${each.n_test}`, { "text-anchor": "middle" }), label(middle, height - 4, dayOf(each.train_end).slice(room / windows.length > 84 ? 0 : 5), { "text-anchor": "middle" }));
    });
    return svg;
  });
}

function monteCarloPanel(row) {
  const found = row.monte_carlo;
  if (!found?.max_drawdown_r || !found.losing_streak) return null;
  const line = (name, drawn, say) => [name, say(drawn.actual), say(drawn.percentiles["50"]), say(drawn.percentiles["95"]), fmt.percent(drawn.share_below, 0)];
  const rows = [line("deepest drawdown", found.max_drawdown_r, (v) => fmt.fixed(v, 1)), line("losing streak", found.losing_streak, (v) => fmt.int(v))];
  if (found.missed_expectancy_r) rows.push(line("exp. R, 1 in 10 missed", found.missed_expectancy_r, (v) => fmt.signed(v, 3)));
  return panel("The same trades, other luck", `${fmt.int(found.max_drawdown_r.draws)} draws: in another order, or with one in ten missed. Plan for the 95th percentile of the drawdown, not for the one that happened.`, plainTable(["<", "was", "median", "95 %", "lower in"], rows));
}

function groupPanel(row, by, title) {
  const groups = row.breakdowns?.[by];
  if (!groups || groups.length < (by === "instrument" ? 2 : 1)) return null;
  const rows = groups.map((each) => [by === "instrument" ? shortOf(String(each.label)) : String(each.label), each.expectancy_r, `${fmt.r(each.expectancy_r)} · ${fmt.int(each.n)}`, each.expectancy_r >= 0 ? "gain" : "loss", `win rate ${fmt.percent(each.win_rate)} (${fmt.percent(each.win_rate_low, 0)} to ${fmt.percent(each.win_rate_high, 0)}), ${fmt.r(each.total_r, 1)} in all`]);
  return panel(title, "Mean R and number of trades, in sample. For reading, not for choosing: the best of several groups looks good by luck.", bars(rows, { around: true }));
}
