// Why live and backtest differ, in money; what became of signals; what went wrong on the way.
function differencesPanel() {
  const found = RUN.parity?.trades;
  if (!RUN.parity) return panel("Differences by cause", "There is nothing to compare: no candle was taken in.");
  if (!found || !found.compared) return panel("Differences by cause", "No trade is there to be compared.", el("p", {}, signalsLine()));
  const rows = found.causes.map((each) => [spaced(each.cause), each.money, `${fmt.money(each.money)} · ${plural(each.trades, "trade")}`, each.cause === "unexplained" ? "warn" : each.money < 0 ? "loss" : "gain", each.words]);
  const sum = el("p", {}, "live ", el("b", { class: tone(found.net) }, fmt.money(found.net)), ` (${fmt.r(found.r)}), backtest `, el("b", {}, fmt.money(found.backtest_net)), ` (${fmt.r(found.backtest_r)}), difference `, el("b", { class: tone(found.difference) }, fmt.money(found.difference)));
  const note = `Live less backtest over the same candles, at the same quantities; the causes add up to the whole difference. ${fmt.int(found.matched)} of ${plural(found.compared, "trade")} went the same way at the same time, ${fmt.int(found.unexplained)} unexplained.`;
  return panel("Differences by cause", note, sum, rows.length ? bars(rows, { around: true }) : el("p", { class: "muted" }, "They do not differ."), el("ul", { class: "dots small muted causes" }, ...found.causes.map((each) => el("li", {}, el("b", {}, spaced(each.cause)), `: ${each.words}`))), el("p", { class: "note" }, signalsLine()));
}

function signalsLine() {
  const { matched, signals, signal_causes: causes, not_evaluated: holes, duplicates } = RUN.parity;
  const others = Object.entries(causes).map(([cause, n]) => `${fmt.int(n)} ${spaced(cause)}`).join(", ");
  return `Signals: ${fmt.int(matched)} of ${fmt.int(signals)} are those of the backtest${others ? `; the others: ${others}` : ""}; ${plural(holes, "close")} not evaluated, ${fmt.int(duplicates)} doubled.`;
}

function notTakenPanel() {
  const found = RUN.parity?.trades?.not_taken || [];
  if (!found.length) return null;
  const rows = found.map((each) => [spaced(each.cause), fmt.int(each.trades), el("span", { class: tone(each.r) }, fmt.r(each.r)), RUN.parity.trades.compared ? fmt.money(each.money) : NONE]);
  return panel("What the backtest trades and you did not", "By what became of the signal. The money is R times what your trades risked on average: about, not exactly.", plainTable(["<because", "trades", "they made", "about"], rows));
}

function fatesPanel() {
  const rows = RUN.funnel.map((each) => [each.kind === "out" ? `– ${spaced(each.name)}` : each.name, each.n, fmt.int(each.n), each.kind === "out" ? "muted" : each.name === "trades" ? "gain" : "accent"]);
  return panel("From signals to trades", "Every signal has exactly one fate; grey: what fell out, and by which rule. edgeproof why ID tells all of one.", RUN.funnel[0].n ? bars(rows) : el("p", { class: "muted" }, "No signal fired."));
}

function missedPanel() {
  const total = RUN.missed.reduce((sum, each) => sum + each.closes, 0);
  if (!total) return panel("Missed closes", "Every close was evaluated in time.");
  const rows = [...RUN.missed].reverse().slice(0, 40).map((each) => [moment(secondsOf(each.first)), shortOf(each.instrument), fmt.int(each.closes), each.words, fmt.duration(each.late_ms), each.signals.length ? each.signals.map((id) => id.slice(0, 8)).join(" ") : NONE]);
  return panel("Missed closes", `${plural(total, "close")} in ${plural(RUN.missed.length, "stretch").replace("stretchs", "stretches")} came too late; each was evaluated all the same.`, plainTable(["<first", "<on", "closes", "<because", "late by", "<signals"], rows));
}

function noticesPanel() {
  if (!RUN.notices.length) return panel("Notices", "Nothing that a person should know of.");
  const rows = [...RUN.notices].reverse().slice(0, 60).map((each) => [moment(secondsOf(each.at)), spaced(each.kind), each.instrument ? shortOf(each.instrument) : "", each.detail + (each.count > 1 ? ` (${fmt.int(each.count)} times)` : "")]);
  return panel("Notices", "The newest first: incidents of the feed, drift, what a person should know of.", plainTable(["<at", "<what", "<on", "<"], rows));
}

function sessionsPanel() {
  const rows = [...RUN.about.sessions].reverse().slice(0, 40).map((each) => [each.id, `${each.command} ${each.venue}`, moment(secondsOf(each.began)), each.ended ? moment(secondsOf(each.ended)) : NONE, each.how, each.version, `${fmt.int(each.hypotheses)} on ${fmt.int(each.instruments)}`]);
  return panel(plural(RUN.about.sessions.length, "session"), "Began and ended by the clock of the machine.", plainTable(["<id", "<", "<began", "<ended", "<how", "<version", "watches"], rows));
}

function positionsPanel() {
  const open = RUN.standing?.positions || [];
  if (!open.length) return null;
  const rows = open.map((each) => [el("b", {}, nameOf(each.signal)), `${each.direction} ${shortOf(each.symbol)}`, fmt.price(each.quantity), fmt.price(each.entry_price), fmt.price(each.mark_price), each.protection === "none" ? el("b", { class: "loss" }, "none") : fmt.price(each.stop), el("span", { class: tone(each.unrealized_pnl) }, fmt.money(each.unrealized_pnl)), el("span", { class: tone(each.unrealized_r) }, fmt.signed(each.unrealized_r))]);
  return panel("Open now", "At the last close that was taken in, before what it costs to leave; not in the curve nor in the statistics.", plainTable(["<hypothesis", "<on", "quantity", "entered at", "price", "stop", "open P&L", "R"], rows));
}
