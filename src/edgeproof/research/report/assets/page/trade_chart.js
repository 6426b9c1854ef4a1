// A trade on its candles: the signal, entry and exits, the risk below (or above) and the targets.
class Position {
  // Draws what traders know as the position tool: two boxes from entry to exit.
  constructor(trade, bars) { this.trade = trade; this.bars = bars; }
  attached({ chart, series }) { this.chart = chart; this.series = series; }
  updateAllViews() {}
  paneViews() { return [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.draw(target) }) }]; }
  draw(target) {
    const time = this.chart.timeScale(), half = time.options().barSpacing / 2;
    const left = time.timeToCoordinate(this.bars.entry), right = time.timeToCoordinate(this.bars.exit);
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
      if (!this.trade.stops?.length) line(stop, colour("loss"), []);
      line(entry, colour("muted"), []);
      targets.forEach((price) => line(price, colour("gain"), []));
      context.strokeStyle = r > 0 ? colour("gain") : colour("loss");
      context.setLineDash([4, 3]); context.lineWidth = 1.6; context.beginPath();
      context.moveTo(left, y(entry)); context.lineTo(right, y(exit)); context.stroke(); context.setLineDash([]);
      this.stairs(context, time, y, left - half, right + half);
    });
  }
  // Where a stop that moved stood.
  stairs(context, time, y, left, right) {
    const stops = this.trade.stops || [];
    if (!stops.length) return;
    context.strokeStyle = colour("loss"); context.lineWidth = 1.4; context.beginPath();
    stops.forEach(([seconds, price], i) => {
      const from = i ? time.timeToCoordinate(this.bars.at(seconds)) ?? left : left;
      const to = i + 1 < stops.length ? time.timeToCoordinate(this.bars.at(stops[i + 1][0])) ?? right : right;
      if (i) context.lineTo(from, y(price)); else context.moveTo(from, y(price));
      context.lineTo(to, y(price));
    });
    context.stroke();
  }
}

const REASONS = { stop: "stop", target: "target", time_stop: "time stop", exit_condition: "exit condition", end_of_data: "end of data", exit: "exit", emergency: "got out", open: "open" };
const reasonOf = (trade) => (trade.reason.startsWith("target-") ? legOf(trade.reason, trade) : REASONS[trade.reason] || trade.reason);
const legOf = (leg, trade) => (leg.startsWith("target-") && trade.targets.length < 2 ? "target" : leg.replace("-", " "));
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

function barTimes(trade, candles) {
  const first = candles[0].time, last = candles[candles.length - 1].time;
  const inside = (time) => Math.min(last, Math.max(first, time));
  const bar = (seconds) => inside(Math.floor(seconds / trade.step) * trade.step);
  const entry = bar(trade.entry_time);
  const left = trade.reason === "exit_condition" ? trade.exit_time : trade.exit_time - 1;
  return { signal: bar(trade.signal - 1), entry, exit: Math.max(entry, bar(left)), at: bar };
}

function tradeChart(room, trade, direction, candles) {
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
  const bars = barTimes(trade, candles);
  series.attachPrimitive(new Position(trade, bars));
  levels(series, trade, room.clientWidth > 560);
  LWC.createSeriesMarkers(series, markers(trade, direction, bars));
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

function markers(trade, direction, bars) {
  const long = direction === "long";
  const said = [reasonOf(trade), known(trade.r) ? fmt.r(trade.r) : ""].join(" ").trim();
  const parts = (trade.exits || []).slice(0, -1).map(([seconds, , leg]) => ({ time: Math.max(bars.entry, bars.at(seconds)), position: long ? "aboveBar" : "belowBar", shape: "square", color: colour("gain"), text: legOf(leg, trade), size: 0.6 }));
  const list = [
    { time: bars.signal, position: long ? "belowBar" : "aboveBar", shape: "circle", color: colour("muted"), text: "", size: 0.5 },
    { time: bars.entry, position: long ? "belowBar" : "aboveBar", shape: long ? "arrowUp" : "arrowDown", color: colour("accent"), text: "entry" },
    { time: bars.exit, position: long ? "aboveBar" : "belowBar", shape: long ? "arrowDown" : "arrowUp", color: colour(!known(trade.r) ? "muted" : trade.r > 0 ? "gain" : "loss"), text: said },
    ...parts,
  ];
  return list.sort((a, b) => a.time - b.time);
}

function legendOf(node, chart, series, candles) {
  const say = (candle) => { node.textContent = candle ? `${localTime(candle.time)} (${utcTime(candle.time).slice(11)})  O ${fmt.price(candle.open)}  H ${fmt.price(candle.high)}  L ${fmt.price(candle.low)}  C ${fmt.price(candle.close)}` : `times in ${ZONE}; point at a candle for its figures`; };
  say(null);
  chart.subscribeCrosshairMove((event) => say(event.time ? candles.find((candle) => candle.time === event.time) : null));
}

// The picker, the chart and the sheet of the trade that is chosen; `ways` say how a trade is worded and where its candles are.
function tradePicker(trades, { option, sheet, series, direction, quick = [], first = 0, note, missing }) {
  const select = el("select", { "aria-label": "Trade" }, ...trades.map((trade, i) => el("option", { value: i }, option(trade))));
  const room = el("div", { class: "chart" });
  const facts = el("dl", { class: "sheet" });
  let chosen = 0, shown = null;
  const show = async (number) => {
    chosen = (number + trades.length) % trades.length;
    select.value = chosen;
    const trade = trades[chosen];
    facts.replaceChildren(...sheet(trade));
    const byNumber = await candlesOf(series(trade));
    if (trades[chosen] !== trade) return;
    if (shown) shown.chart.remove();
    shown = null;
    const candles = byNumber ? around(byNumber, trade) : [];
    const legend = el("div", { class: "legend" });
    room.replaceChildren(legend);
    if (!candles.length) { legend.textContent = missing; return; }
    shown = tradeChart(room, trade, direction(trade), candles);
    legendOf(legend, shown.chart, shown.series, candles);
    room.dataset.drawn = `${chosen}`;
  };
  select.addEventListener("change", () => show(+select.value));
  const buttons = quick.filter(([, number]) => number >= 0).map(([name, number]) => el("button", { class: "button", type: "button", onclick: () => show(number) }, name));
  const picker = el("div", { class: "picker" },
    el("button", { class: "button", type: "button", onclick: () => show(chosen - 1), "aria-label": "Trade before" }, "←"), select,
    el("button", { class: "button", type: "button", onclick: () => show(chosen + 1), "aria-label": "Next trade" }, "→"), ...buttons);
  picker.addEventListener("keydown", (event) => { if (event.target !== select && ["ArrowLeft", "ArrowRight"].includes(event.key)) show(chosen + (event.key === "ArrowRight" ? 1 : -1)); });
  show(first);
  const node = el("div", { class: "panel" }, picker, el("div", { class: "trade-view" }, room, facts), note ? el("p", { class: "note" }, note) : null);
  node.choose = show;
  return node;
}
