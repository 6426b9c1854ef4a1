// The trades: the one that is chosen on its candles, and all of them in a table.
function tradesSection() {
  const trades = RUN.trades;
  if (!trades.length) return [panel("Trades", RUN.stats ? "No signal has become a trade yet: below stands what became of them." : "Nothing was traded.")];
  const over = trades.filter((trade) => known(trade.r));
  const place = (of) => (over.length ? trades.indexOf(over.reduce((best, trade) => (of(trade, best) ? trade : best))) : -1);
  const key = "Grey dot: the candle that fired. Arrows: entry and exit; squares: parts that were closed before. Red box and line: the risk, and the stop as it was moved; green: the way to the last target.";
  const view = tradePicker(trades, {
    option: (trade) => `#${trade.number}  ${localTime(trade.signal)}  ${trade.hypothesis}  ${shortOf(trade.instrument)}  ${known(trade.r) ? fmt.r(trade.r) : "open"}`,
    sheet: sessionSheet, direction: (trade) => trade.direction, series: (trade) => `${trade.instrument}|${trade.step}`, first: trades.length - 1, note: key,
    quick: [["best", place((a, b) => a.r > b.r)], ["worst", place((a, b) => a.r < b.r)], ["most unlike the backtest", place((a, b) => Math.abs(differenceOf(a) ?? 0) > Math.abs(differenceOf(b) ?? 0))]],
    missing: "This page has no candles of that trade: they are no longer stored, or there was no room for them.",
  });
  view.classList.add("tall");
  return [view, tradesTable(trades, view)];
}

const differenceOf = (trade) => (known(trade.net) && trade.backtest && known(trade.backtest.net) ? trade.net - trade.backtest.net : null);
const causesOf = (trade) => Object.keys(trade.causes).map(spaced).join(", ");
const heldFor = (trade) => fmt.duration(1000 * (trade.exit_time - trade.entry_time));

function sessionSheet(trade) {
  const { backtest } = trade;
  const head = ["<", "live", "backtest"];
  const row = (name, mine, theirs) => [name, mine, backtest ? theirs : NONE];
  const line = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
  const stop = trade.reason === "stop" ? KINDS[trade.kind] || "" : "";
  const how = (name) => REASONS[name] || spaced(name);
  return [
    el("p", { class: "sheet-name" }, el("b", {}, nameOf(trade.hypothesis)), el("span", { class: "muted" }, ` ${trade.direction} ${trade.instrument}`)),
    el("div", { class: "sides" }, plainTable(head, [
      row("entered", moment(trade.entry_time, localTime(trade.entry_time).slice(5)), backtest && moment(backtest.entry_time, localTime(backtest.entry_time).slice(5))),
      row("at", fmt.price(trade.entry), fmt.price(backtest?.entry)),
      row("left", known(trade.r) ? moment(trade.exit_time, localTime(trade.exit_time).slice(5)) : "still open", backtest && moment(backtest.exit_time, localTime(backtest.exit_time).slice(5))),
      row("at", known(trade.r) ? fmt.price(trade.exit) : `${fmt.price(trade.exit)} now`, fmt.price(backtest?.exit)),
      row("by", reasonOf(trade) + stop, backtest && how(backtest.reason)),
      row("fees", fmt.amount(trade.fees), fmt.amount(backtest?.fees)),
      row("funding", fmt.amount(trade.funding), fmt.amount(backtest?.funding)),
      row("net", el("b", { class: tone(trade.net) }, fmt.money(trade.net)), fmt.money(backtest?.net)),
      row("R", el("b", { class: tone(trade.r) }, fmt.r(trade.r)), fmt.r(backtest?.r)),
    ])),
    line("Signal", moment(trade.signal)), line("Held", heldFor(trade)),
    line("Quantity, risk", `${fmt.price(trade.quantity)}, ${fmt.amount(trade.risk)}`),
    line("Stop", fmt.price(trade.stop)), line(trade.targets.length > 1 ? "Targets" : "Target", trade.targets.map(fmt.price).join(", ") || NONE),
    line("Planned", known(trade.risk_reward) ? `${fmt.fixed(trade.risk_reward, 1)} : 1` : NONE),
    trade.regime ? line("Regime", spaced(trade.regime)) : null,
    ...Object.entries(trade.causes).map(([cause, money]) => line(`differs: ${spaced(cause)}`, el("span", { class: tone(money) }, fmt.money(money)))),
    trade.why_not ? line("Not in the backtest", spaced(trade.why_not)) : null,
    line("Why it fired", el("code", {}, `edgeproof why ${trade.id.slice(0, 8)}`)),
  ].filter(Boolean);
}

const TRADE_COLUMNS = [
  { title: "#", value: (trade) => trade.number, cell: (trade) => trade.number },
  { title: "entered", value: (trade) => trade.entry_time, cell: (trade) => moment(trade.entry_time), text: true },
  { title: "hypothesis", value: (trade) => trade.hypothesis, cell: (trade) => nameOf(trade.hypothesis), text: true, wrap: true },
  { title: "on", value: (trade) => trade.instrument, cell: (trade) => `${trade.direction} ${shortOf(trade.instrument)}`, text: true },
  { title: "in", value: (trade) => trade.entry, cell: (trade) => fmt.price(trade.entry) },
  { title: "out", value: (trade) => trade.exit, cell: (trade) => (known(trade.r) ? fmt.price(trade.exit) : "open") },
  { title: "by", value: (trade) => trade.reason, cell: (trade) => reasonOf(trade), text: true },
  { title: "held", value: (trade) => trade.exit_time - trade.entry_time, cell: heldFor },
  { title: "R", value: (trade) => trade.r, cell: (trade) => el("span", { class: tone(trade.r) }, fmt.signed(trade.r)) },
  { title: "net", value: (trade) => trade.net, cell: (trade) => el("span", { class: tone(trade.net) }, fmt.money(trade.net)) },
  { title: "backtest", value: (trade) => trade.backtest?.net, cell: (trade) => fmt.money(trade.backtest?.net) },
  { title: "difference", value: differenceOf, cell: (trade) => fmt.money(differenceOf(trade)) },
  { title: "because of", value: causesOf, cell: causesOf, text: true, wrap: true },
];
const OF_PARITY = ["backtest", "difference", "because of"];
const order = { column: 0, down: true, room: 25 };

function tradesTable(trades, view) {
  const host = el("div", { class: "panel frame" });
  const refresh = () => host.replaceChildren(tableOf(trades, view, refresh));
  refresh();
  return host;
}

function tableOf(trades, view, refresh) {
  const isCompared = trades.some((trade) => trade.backtest || trade.why_not);
  const columns = TRADE_COLUMNS.filter((each) => isCompared || !OF_PARITY.includes(each.title));
  const column = columns[order.column], turn = order.down ? -1 : 1;
  const missing = (value) => value === null || value === undefined;
  const sorted = trades.map((trade, i) => [column.value(trade), trade, i]).sort(([a, , i], [b, , j]) => {
    if (missing(a) || missing(b)) return missing(a) - missing(b) || i - j;
    return turn * (typeof a === "string" ? a.localeCompare(b) : a - b) || j - i;
  });
  const choose = (i) => { order.column === i ? (order.down = !order.down) : Object.assign(order, { column: i, down: !columns[i].text }); refresh(); };
  const classOf = (each) => [each.text ? "text" : "", each.wrap ? "wrap" : ""].join(" ").trim();
  const head = el("tr", {}, ...columns.map((each, i) => el("th", { scope: "col", class: classOf(each), "aria-sort": order.column === i ? (order.down ? "descending" : "ascending") : null }, el("button", { type: "button", onclick: () => choose(i) }, each.title, order.column === i ? (order.down ? " ↓" : " ↑") : ""))));
  const show = (i) => { view.choose(i); view.scrollIntoView({ block: "start" }); };
  const rows = sorted.slice(0, order.room).map(([, trade, i]) => el("tr", { tabindex: 0, title: "Show it on its candles", onclick: () => show(i), onkeydown: (event) => { if (event.key === "Enter") show(i); } }, ...columns.map((each) => el("td", { class: classOf(each), "data-label": each.title }, each.cell(trade)))));
  const rest = sorted.length - order.room;
  const more = rest > 0 ? el("div", { class: "more" }, el("button", { class: "button", type: "button", onclick: () => { order.room = Infinity; refresh(); } }, `Show ${fmt.int(rest)} more`)) : null;
  const older = RUN.all_trades - trades.filter((trade) => known(trade.r)).length;
  return el("div", {}, el("table", { class: "trades" }, el("thead", {}, head), el("tbody", {}, ...rows)), more, older > 0 ? el("p", { class: "more muted" }, `${plural(older, "older trade")} are in the journal: edgeproof stats --json`) : null);
}
