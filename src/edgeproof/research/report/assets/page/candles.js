// A trade on its candles: the signal, entry and exit, the risk below (or above) and the targets.
class Position {
  // Draws what traders know as the position tool: two boxes from entry to exit.
  constructor(trade, from, to) { this.trade = trade; this.from = from; this.to = to; }
  attached({ chart, series }) { this.chart = chart; this.series = series; }
  updateAllViews() {}
  paneViews() { return [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.draw(target) }) }]; }
  draw(target) {
    const time = this.chart.timeScale(), half = time.options().barSpacing / 2;
    const left = time.timeToCoordinate(this.from), right = time.timeToCoordinate(this.to);
    if (left === null || right === null) return;
    const y = (price) => this.series.priceToCoordinate(price);
    const { entry, stop, targets, exit, r } = this.trade;
    target.useMediaCoordinateSpace(({ context }) => {
      const box = (a, b, fill) => { context.fillStyle = fill; context.fillRect(left - half, Math.min(y(a), y(b)), right - left + 2 * half, Math.abs(y(a) - y(b))); };
      context.globalAlpha = 0.16;
      box(entry, stop, colour("loss"));
      box(entry, targets[targets.length - 1] ?? exit, colour("gain"));
      context.globalAlpha = 1;
      const line = (price, stroke, dash) => { context.strokeStyle = stroke; context.setLineDash(dash); context.lineWidth = 1.2; context.beginPath(); context.moveTo(left - half, y(price)); context.lineTo(right + half, y(price)); context.stroke(); };
      line(stop, colour("loss"), []);
      line(entry, colour("muted"), []);
      targets.forEach((price) => line(price, colour("gain"), []));
      context.strokeStyle = r > 0 ? colour("gain") : colour("loss");
      context.setLineDash([4, 3]); context.lineWidth = 1.6; context.beginPath();
      context.moveTo(left, y(entry)); context.lineTo(right, y(exit)); context.stroke(); context.setLineDash([]);
    });
  }
}

const REASONS = { stop: "stop", target: "target", time_stop: "time stop", exit_condition: "exit condition", end_of_data: "end of data" };
const KINDS = { initial: "", break_even: " (moved to break-even)", trailing: " (trailing)" };

// The candles around a trade, those of one unbroken run.
function around(byNumber, trade) {
  const at = (seconds) => Math.floor(seconds / trade.step);
  let first = at(trade.entry_time), last = at(trade.exit_time);
  while (byNumber.has(first - 1) && at(trade.signal) - first < 40) first--;
  while (byNumber.has(last + 1) && last - at(trade.exit_time) < 20) last++;
  const found = [];
  for (let number = first; number <= last; number++) if (byNumber.has(number)) found.push(byNumber.get(number));
  return found;
}

function barTimes(trade, row, candles) {
  const first = candles[0].time, last = candles[candles.length - 1].time;
  const inside = (time) => Math.min(last, Math.max(first, time));
  const bar = (seconds) => inside(Math.floor(seconds / trade.step) * trade.step);
  const entry = bar(trade.entry_time);
  const left = trade.reason === "exit_condition" ? trade.exit_time : trade.exit_time - 1;
  return { signal: bar(trade.signal - 1), entry, exit: Math.max(entry, bar(left)) };
}

function tradeChart(room, trade, row, candles) {
  const LWC = window.LightweightCharts;
  const decimals = Math.max(0, ...candles.slice(-50).map((candle) => (String(candle.close).split(".")[1] || "").length));
  const chart = LWC.createChart(room, {
    autoSize: true,
    layout: { background: { color: "transparent" }, textColor: colour("muted"), fontFamily: getComputedStyle(document.body).fontFamily, attributionLogo: true },
    grid: { vertLines: { color: colour("grid") }, horzLines: { color: colour("grid") } },
    rightPriceScale: { borderColor: colour("line") },
    timeScale: { borderColor: colour("line"), timeVisible: true, secondsVisible: false, tickMarkFormatter: tickMark, rightOffset: 2 },
    localization: { timeFormatter: (seconds) => localTime(seconds) },
    crosshair: { mode: LWC.CrosshairMode.Normal },
    handleScroll: { mouseWheel: false, vertTouchDrag: false }, handleScale: { mouseWheel: false },
  });
  const series = chart.addSeries(LWC.CandlestickSeries, {
    upColor: colour("gain"), downColor: colour("loss"), borderVisible: false, wickUpColor: colour("gain"), wickDownColor: colour("loss"),
    priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals }, priceLineVisible: false, lastValueVisible: false,
    autoscaleInfoProvider: (original) => withLevels(original(), trade),
  });
  series.setData(candles);
  const bars = barTimes(trade, row, candles);
  series.attachPrimitive(new Position(trade, bars.entry, bars.exit));
  levels(series, trade, room.clientWidth > 560);
  LWC.createSeriesMarkers(series, markers(trade, row, bars));
  chart.timeScale().fitContent();
  return { chart, series };
}

function tickMark(seconds, kind) {
  if (kind === 0) return localDay(seconds).slice(0, 4);
  return kind < 3 ? localDay(seconds).slice(5) : localTime(seconds, false);
}

function withLevels(info, trade) {
  if (!info || !info.priceRange) return info;
  const prices = [trade.stop, trade.entry, trade.exit, ...trade.targets];
  const low = Math.min(info.priceRange.minValue, ...prices), high = Math.max(info.priceRange.maxValue, ...prices);
  return { ...info, priceRange: { minValue: low, maxValue: high } };
}

function levels(series, trade, named) {
  const line = (price, name, title) => series.createPriceLine({ price, color: colour(name), lineVisible: false, axisLabelVisible: true, title: named ? title : "" });
  line(trade.stop, "loss", "stop");
  line(trade.entry, "muted", "entry");
  trade.targets.forEach((price, i) => line(price, "gain", trade.targets.length > 1 ? `target ${i + 1}` : "target"));
}

function markers(trade, row, bars) {
  const long = row.direction === "long";
  const list = [
    { time: bars.signal, position: long ? "belowBar" : "aboveBar", shape: "circle", color: colour("muted"), text: "", size: 0.5 },
    { time: bars.entry, position: long ? "belowBar" : "aboveBar", shape: long ? "arrowUp" : "arrowDown", color: colour("accent"), text: "entry" },
    { time: bars.exit, position: long ? "aboveBar" : "belowBar", shape: long ? "arrowDown" : "arrowUp", color: colour(trade.r > 0 ? "gain" : "loss"), text: `${REASONS[trade.reason]} ${fmt.r(trade.r)}` },
  ];
  return list.sort((a, b) => a.time - b.time);
}

function legendOf(node, chart, series, candles) {
  const say = (candle) => { node.textContent = candle ? `${localTime(candle.time)} (${utcTime(candle.time).slice(11)})  O ${fmt.price(candle.open)}  H ${fmt.price(candle.high)}  L ${fmt.price(candle.low)}  C ${fmt.price(candle.close)}` : `times in ${ZONE}; point at a candle for its figures`; };
  say(null);
  chart.subscribeCrosshairMove((event) => say(event.time ? candles.find((candle) => candle.time === event.time) : null));
}

// The picker, the chart and the sheet of the trade that is chosen.
function tradeView(row) {
  const trades = row.shown.map(tradeOf);
  if (!trades.length) return el("p", { class: "muted" }, row.of ? "This page had no room for the candles of these trades: make a run of fewer hypotheses or instruments to see them." : "There was no trade to show.");
  const select = el("select", { "aria-label": "Trade" }, ...trades.map((trade, i) => el("option", { value: i }, optionOf(trade, row))));
  const room = el("div", { class: "chart" });
  const sheet = el("dl", { class: "sheet" });
  let chosen = 0, shown = null;
  const show = async (number) => {
    chosen = (number + trades.length) % trades.length;
    select.value = chosen;
    const trade = trades[chosen];
    sheet.replaceChildren(...sheetOf(trade, row));
    const byNumber = await candlesOf(`${RUN.instruments[trade.instrument]}|${trade.step}`);
    if (trades[chosen] !== trade) return;
    if (shown) shown.chart.remove();
    shown = null;
    const candles = byNumber ? around(byNumber, trade) : [];
    const legend = el("div", { class: "legend" });
    room.replaceChildren(legend);
    if (!candles.length) { legend.textContent = "The candles of this instrument are no longer stored."; return; }
    shown = tradeChart(room, trade, row, candles);
    legendOf(legend, shown.chart, shown.series, candles);
    room.dataset.drawn = `${chosen}`;
  };
  select.addEventListener("change", () => show(+select.value));
  const jump = (tag) => trades.findIndex((trade) => trade.tags.includes(tag));
  const quick = ["best", "worst"].filter((tag) => jump(tag) >= 0).map((tag) => el("button", { class: "button", type: "button", onclick: () => show(jump(tag)) }, tag));
  const picker = el("div", { class: "picker" },
    el("button", { class: "button", type: "button", onclick: () => show(chosen - 1), "aria-label": "Trade before" }, "←"), select,
    el("button", { class: "button", type: "button", onclick: () => show(chosen + 1), "aria-label": "Next trade" }, "→"), ...quick);
  picker.addEventListener("keydown", (event) => { if (event.target !== select && ["ArrowLeft", "ArrowRight"].includes(event.key)) show(chosen + (event.key === "ArrowRight" ? 1 : -1)); });
  show(Math.max(0, jump("last")));
  const said = row.of > trades.length ? `${trades.length} of ${plural(row.of, "trade")} are on this page: the first, the last, the best, the worst, and others evenly spaced in time.` : `All ${plural(row.of, "trade")} are here.`;
  const key = "Grey dot: the candle that fired. Arrows: entry and exit. Boxes: what was risked (red) and the way to the last target (green), from entry to exit.";
  return el("div", { class: "panel" }, picker, el("div", { class: "trade-view" }, room, sheet), el("p", { class: "note" }, `${said} ${key}`));
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
