// One hypothesis with everything known about it.
function detail(row) {
  const visible = filtered();
  const at = visible.indexOf(row);
  const beside = (step, text) => {
    const other = at >= 0 ? visible[at + step] : null;
    return other ? el("a", { class: "button wide-only", href: `#row-${other.id}`, title: other.hypothesis }, text) : null;
  };
  const traded = Boolean(row.charts.equity);
  return [
    el("nav", { class: "crumbs", "aria-label": "Results" }, el("a", { class: "button", href: "#results" }, "← All results"),
      el("span", { class: "muted small" }, at >= 0 ? `${at + 1} of ${visible.length}` : ""), el("span", { class: "grow" }), beside(-1, "← before"), beside(1, "next →")),
    el("section", { "aria-label": "Verdict" }, heading(row), traded ? kpis(row) : null),
    traded ? el("section", {}, el("h2", {}, "Trades"), tradeView(row)) : null,
    traded ? el("section", {}, el("h2", {}, "Equity in R, after costs"), el("div", { class: "panel" }, equityView(row), equityNote(row))) : null,
    el("section", {}, el("h2", {}, "Why"), el("div", { class: "grid" }, ...whyPanels(row, traded))),
    traded ? el("section", {}, el("h2", {}, row.in_sample ? "What its trades look like, in and out of sample" : "What its trades look like"), el("div", { class: "grid" }, distributionPanel(row), excursionPanel(row), heatPanel(row.charts.heat), exitsPanel(row), ...breakdownPanels(row))) : null,
  ].filter(Boolean);
}

function heading(row) {
  const where = row.on.length === 1 ? row.on[0] : `${row.on.length} instruments, pooled: ${row.on.map(shortOf).join(", ")}`;
  return el("div", {},
    el("h1", {}, row.hypothesis),
    el("p", { class: "eyebrow" }, `${row.direction} · ${row.timeframe} · ${where}${row.placebo ? " · a placebo: entries without an idea" : ""}`),
    row.line || row.state === "silent" || row.note ? el("p", { class: "verdict-line" }, row.state ? badge(row.state) : null, " ", (row.line || row.note || "").replace(/^(qualified|rejected|unproven|not tested): /, "")) : null);
}

function kpis(row) {
  const stats = judged(row), bar = barOf(row);
  const kpi = (name, value, below, of = "") => el("dl", { class: "kpi" }, el("dt", {}, name), el("dd", { class: of }, value), el("dd", {}, below || " "));
  const inside = row.in_sample, outside = row.out_of_sample;
  return el("div", { class: "kpis" },
    kpi("Trades", fmt.int(stats.n), inside && outside ? `in sample, ${plural(outside.n, "more")} out of it`.replace("mores", "more") : known(row.needed_trades) ? `needs ${fmt.int(row.needed_trades)}` : `of ${plural(row.fates.signals, "signal")}`),
    kpi("Win rate", fmt.percent(stats.win_rate), `needs ${fmt.percent(bar)}; 95 %: ${fmt.percent(stats.win_rate_low, 0)} to ${fmt.percent(stats.win_rate_high, 0)}`, known(bar) && stats.win_rate >= bar ? "gain" : "loss"),
    kpi("Expectancy", fmt.r(stats.expectancy_r, 3), inside ? "a trade in sample, after costs" : "a trade, after costs", tone(stats.expectancy_r)),
    outside ? kpi("Out of sample", fmt.r(outside.expectancy_r, 3), known(outside.p_value) ? `p ${fmt.p(outside.p_value)}; win rate ${fmt.percent(outside.win_rate)}` : `win rate ${fmt.percent(outside.win_rate)} of ${fmt.int(outside.n)}`, tone(outside.expectancy_r)) : null,
    kpi("Costs", `${fmt.fixed(stats.cost_r)} R`, `a trade; ${fmt.r(stats.expectancy_r + stats.cost_r)} before them`),
    kpi("Profit factor", fmt.fixed(stats.profit_factor), `winner ${fmt.r(stats.mean_win_r)}, loser ${fmt.r(stats.mean_loss_r)}`),
    kpi("Drawdown", `${fmt.fixed(stats.max_drawdown_r, 1)} R`, "deepest fall of the sum of R"),
    row.q !== undefined && row.q !== null ? kpi("q-value", fmt.p(row.q), `p ${fmt.p(row.p)}, ${plural(row.trials, "trial")}`, row.q <= 0.1 ? "gain" : "") : null,
    known(row.deflated_sharpe) ? kpi("Deflated Sharpe", fmt.fixed(row.deflated_sharpe), "needs 0.95", row.deflated_sharpe >= 0.95 ? "gain" : "") : null,
    row.q === undefined ? kpi("Sharpe", fmt.fixed(stats.sharpe), "of daily R, a year") : null);
}

function equityNote(row) {
  const shaded = row.split ? `The shaded part, from ${localDay(secondsOf(row.split))}, is out of sample: nothing was chosen on it. ` : "";
  const thin = row.of > row.charts.equity.t.length ? `Drawn through ${fmt.int(row.charts.equity.t.length)} of ${fmt.int(row.of)} exits, highs and lows kept. ` : "";
  return shaded || thin ? el("p", { class: "note" }, shaded + thin) : null;
}

function whyPanels(row, traded) {
  const stats = judged(row);
  return [
    definitionPanel(row), ...verdictPanels(row),
    row.fates ? funnelPanel(row.fates, row.whole?.end_of_data ?? 0) : null,
    traded ? costPanel(stats) : null,
  ].filter(Boolean);
}

function definitionPanel(row) {
  const says = RUN.definitions[row.trades_of];
  if (!says) return panel("What it says", "Its definition is not in the library any more.");
  const list = (texts) => texts.map((text, i) => [i ? el("br") : null, el("code", {}, text)]).flat();
  const entries = [
    ["Enter when", list(says.entry || [])], says.confirm?.length ? ["and confirmed by", list(says.confirm)] : null,
    ["Stop", el("code", {}, says.stop)],
    ["Target", list((says.targets || []).map((target) => (target.fraction < 1 ? `${target.at} for ${fmt.percent(target.fraction, 0)}` : target.at)))],
    says.exit?.length ? ["Exit when", list(says.exit)] : null, says.max_hold ? ["At most", says.max_hold] : null,
    says.trail ? ["Trail by", el("code", {}, says.trail)] : null, says.break_even ? ["Break-even", "after the first target"] : null,
    ["Family", (says.family || "").replace("_", " ")], says.regimes?.length ? ["Said to suit", says.regimes.join(", ")] : null,
  ].filter(Boolean);
  return panel("What it says", says.reason, el("dl", { class: "definition" }, ...entries.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}
