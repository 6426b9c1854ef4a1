// The headline: what trading came to, in the order in which a trader asks.
const spaced = (word) => word.replaceAll("_", " ");
const nameOf = (name) => el("span", {}, ...breakable(name));

function kpi(name, value, below, of = "") {
  return el("dl", { class: "kpi" }, el("dt", {}, name), el("dd", { class: of }, value), el("dd", {}, below || " "));
}

function factor(value, figures) {
  if (known(value)) return fmt.fixed(value);
  return figures.n_wins > 0 ? "no loss" : NONE;
}

function banners() {
  const { about, stats, parity } = RUN;
  const say = (text) => el("p", { class: "banner" }, text);
  const wrong = parity ? parity.unexplained + (parity.trades?.unexplained || 0) : 0;
  return [
    about.venue === "replica" ? say("Against a replica of the venue: its market may be history or generated. What was made on it is not money.") : null,
    about.running ? say(`A session is running (${about.running}): this page stands at ${utcTime(secondsOf(about.until))}; make it again for newer figures.`) : null,
    !stats ? say("Nothing was traded: this was watching alone (edgeproof scan). What follows is what became of the signals; edgeproof paper trades them on paper.") : null,
    wrong ? say(`${plural(wrong, "difference")} to the backtest ${wrong === 1 ? "has" : "have"} no recorded cause. Find out before trusting the rest: edgeproof parity says which.`) : null,
    parity && !parity.is_code_same ? say("Sessions ran another version of edgeproof than the one that made this page: the backtest beside them is of this one.") : null,
  ].filter(Boolean);
}

function headline() {
  const { stats } = RUN;
  if (!stats) return el("div", { class: "kpis" }, kpi("Signals", fmt.int(RUN.funnel[0].n), `told ${fmt.int(RUN.funnel.find((each) => each.name === "told").n)}`), kpi("Instruments", fmt.int(RUN.about.instruments.length), RUN.about.instruments.map(shortOf).join(", ")), kpi("Hypotheses", fmt.int(RUN.about.hypotheses)));
  const { account, trades } = stats, drawdown = account?.drawdown;
  const grown = account && known(account.equity) ? account.equity / account.start_equity - 1 : null;
  const none = trades.n ? null : "no trade is over yet";
  return el("div", { class: "kpis six" },
    kpi("Equity", fmt.amount(account?.equity), account ? `began with ${fmt.amount(account.start_equity, 0)}${known(grown) ? `, ${fmt.signed(100 * grown)} %` : ""}` : "", tone(grown)),
    kpi("Realised, net", fmt.money(trades.net_pnl), none || `${fmt.money(trades.gross_pnl)} before costs`, tone(trades.net_pnl)),
    kpi("Open P&L", fmt.money(account?.open_pnl), plural(RUN.standing?.positions.length || 0, "open position"), tone(account?.open_pnl)),
    kpi("Fees", fmt.amount(trades.fees), `funding ${fmt.amount(trades.funding)}`),
    kpi("Slippage", known(trades.slippage_bps) ? `${fmt.fixed(trades.slippage_bps)} bp` : NONE, known(trades.assumed_bps) ? `assumed ${fmt.fixed(trades.assumed_bps)} bp` : "of what was bought and sold"),
    kpi("Trades", fmt.int(trades.n), `${fmt.int(trades.n_wins)} won; in a position ${fmt.percent(stats.exposure, 0)} of the time`),
    kpi("Win rate", fmt.percent(trades.win_rate), trades.n ? `95 %: ${fmt.percent(trades.win_rate_low, 0)} to ${fmt.percent(trades.win_rate_high, 0)}` : none),
    kpi("Profit factor", factor(trades.profit_factor, trades), known(trades.mean_win_r) || known(trades.mean_loss_r) ? `winner ${fmt.r(trades.mean_win_r)}, loser ${fmt.r(trades.mean_loss_r)}` : none),
    kpi("A trade made", fmt.r(trades.expectancy_r, 3), trades.n ? `${fmt.money(trades.expectancy)}; in all ${fmt.r(trades.total_r)}` : none, tone(trades.expectancy_r)),
    kpi("Drawdown", fmt.percent(drawdown?.deepest, 2), `realised, at most; now ${fmt.percent(drawdown?.current, 2)}`),
    kpi("In a row", `${fmt.int(stats.streaks.wins)} won, ${fmt.int(stats.streaks.losses)} lost`, streakNow(stats.streaks.current)),
    kpi("Trading", RUN.standing ? spaced(RUN.standing.status.state) : NONE, RUN.standing && RUN.standing.status.state !== "active" ? RUN.standing.status.why || spaced(RUN.standing.status.cause || "") : "every signal may become a trade"));
}

const streakNow = (current) => (current ? `now ${fmt.int(Math.abs(current))} ${current > 0 ? "won" : "lost"}` : "at most");

// Live beside tested, a hypothesis a row.
function hypothesesPanel() {
  const every = RUN.stats?.hypotheses || [];
  const all = every.filter((each) => each.live.n || each.signals), silent = every.length - all.length;
  if (!every.length) return null;
  const rows = all.map((each) => {
    const { live, against_tested: { tested, verdict }, hypothesis } = each;
    return [
      el("b", {}, nameOf(hypothesis)), `${fmt.int(live.n)} of ${fmt.int(each.signals)}`,
      known(each.expected_trades) ? fmt.fixed(each.expected_trades, 1) : NONE,
      live.n ? `${fmt.percent(live.win_rate, 0)} (${fmt.fixed(100 * live.win_rate_low, 0)} to ${fmt.percent(live.win_rate_high, 0)})` : NONE,
      tested ? fmt.percent(tested.win_rate, 0) : NONE,
      factor(live.profit_factor_r, live), tested ? fmt.fixed(tested.profit_factor) : NONE,
      el("span", { class: tone(live.expectancy_r) }, fmt.signed(live.expectancy_r)), tested ? fmt.signed(tested.expectancy_r) : NONE,
      el("span", { class: tone(live.net_pnl) }, fmt.money(live.net_pnl)),
      el("span", { class: verdict === "below" ? "loss" : verdict === "above" || verdict === "as tested" ? "gain" : "muted" }, verdict),
      weightOf(each.weight),
    ];
  });
  const note = "Win rates with their 95 % interval; PF and R a trade, after costs. Expected: how many trades the backtest had in as much time. As tested: within 5 points, and nothing is said before 50 trades. The weight is the share of its usual risk that a signal gets now.";
  return panel("Each hypothesis, live beside tested", note, plainTable(["<hypothesis", "trades of signals", "expected", "won", "tested", "PF", "tested", "R", "tested", "net", "<win rate", "<weight"], rows), silent ? el("p", { class: "note" }, `${plural(silent, "more").replace("mores", "more")} without a signal: edgeproof stats --json`) : null);
}

function weightOf(weight) {
  if (!weight) return NONE;
  const word = weight.stage || "not weighed";
  const fill = { alert: "warned", half: "warned", kill: "loss", gaining: "gain" }[weight.stage] || "muted";
  return el("span", {}, el("b", { class: fill }, `${fmt.fixed(+weight.weight)} · ${word}`), weight.note ? el("span", { class: "small muted" }, ` ${weight.note}`) : null);
}
