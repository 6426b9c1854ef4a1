// The trades of a row.
function tradeView(row) {
  const trades = row.shown.map(tradeOf);
  if (!trades.length) return el("p", { class: "muted" }, row.of ? "This page had no room for the candles of these trades: make a run of fewer hypotheses or instruments to see them." : "There was no trade to show.");
  const jump = (tag) => trades.findIndex((trade) => trade.tags.includes(tag));
  const said = row.of > trades.length ? `${trades.length} of ${plural(row.of, "trade")} are on this page: the first, the last, the best, the worst, and others evenly spaced in time.` : `All ${plural(row.of, "trade")} are here.`;
  const key = "Grey dot: the candle that fired. Arrows: entry and exit. Boxes: what was risked (red) and the way to the last target (green), from entry to exit.";
  return tradePicker(trades, {
    option: (trade) => optionOf(trade, row), sheet: (trade) => sheetOf(trade, row), direction: () => row.direction,
    series: (trade) => `${RUN.instruments[trade.instrument]}|${trade.step}`, first: Math.max(0, jump("last")),
    quick: ["best", "worst"].map((tag) => [tag, jump(tag)]), note: `${said} ${key}`, missing: "The candles of this instrument are no longer stored.",
  });
}

function optionOf(trade, row) {
  const tags = trade.tags.length ? ` · ${trade.tags.join(", ")}` : "";
  const where = row.on.length > 1 ? ` · ${shortOf(RUN.instruments[trade.instrument])}` : "";
  return `#${trade.number}  ${localTime(trade.signal)}  ${fmt.r(trade.r)}  ${REASONS[trade.reason]}${where}${tags}`;
}

function sheetOf(trade, row) {
  const line = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, ...value));
  const risk = Math.abs(trade.reference - trade.stop) / trade.reference;
  return [
    line("Result", el("b", { class: tone(trade.r) }, fmt.r(trade.r)), ` by ${REASONS[trade.reason]}${trade.reason === "stop" ? KINDS[trade.kind] : ""}`),
    row.on.length > 1 ? line("Instrument", RUN.instruments[trade.instrument]) : null,
    line("Signal", moment(trade.signal)), line("Entry", moment(trade.entry_time)), line("Exit", moment(trade.exit_time)),
    line("Held", fmt.duration(1000 * (trade.exit_time - trade.entry_time))),
    line("Entry price", fmt.price(trade.entry)), line("Exit price", fmt.price(trade.exit)),
    line("Stop", `${fmt.price(trade.stop)} (${fmt.percent(risk, 2)} away)`),
    line(trade.targets.length > 1 ? "Targets" : "Target", trade.targets.map(fmt.price).join(", ") || NONE),
    line("Planned", known(trade.risk_reward) ? `${fmt.fixed(trade.risk_reward, 1)} : 1` : NONE),
    line("Went against / for", `${fmt.fixed(trade.mae)} R / ${fmt.fixed(trade.mfe)} R`),
    line("Costs", `${fmt.fixed(trade.fees + trade.slippage + trade.funding, 3)} R`),
    line("fees, slippage, funding", el("span", { class: "small" }, [trade.fees, trade.slippage, trade.funding].map((value) => fmt.fixed(value, 3)).join(", "))),
    trade.ambiguous ? el("p", { class: "small warned" }, "Stop and target lay in one candle: booked as stopped.") : null,
  ].filter(Boolean);
}
