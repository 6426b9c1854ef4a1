// The table of results: sorted, filtered, a row opens its hypothesis.
// What a row is judged on: in sample after an edge analysis, all trades after a backtest.
const judged = (row) => row.in_sample ?? row.whole;
const figure = (row, name) => judged(row)?.[name] ?? null;
const RANK = { qualified: 0, tested: 1, rejected: 2, draft: 3, silent: 4 };
const scopeOf = (row) => (row.on.length === 1 ? shortOf(row.on[0]) : `${row.on.length} pooled`);
const barOf = (row) => row.required ?? figure(row, "break_even_win_rate");

const COLUMNS = [
  { key: "name", title: "Hypothesis", text: true, value: (row) => row.hypothesis.toLowerCase(), cell: nameCell },
  { key: "verdict", title: "Verdict", text: true, edge: true, up: true, value: (row) => RANK[row.state] ?? 9, cell: verdictCell },
  { key: "n", title: "Trades", value: (row) => figure(row, "n"), cell: tradesCell, hint: "closed round trips; after an edge analysis in sample, and out of sample in small" },
  { key: "win", title: "Win rate against its bar", value: (row) => gap(row), cell: winCell, hint: "sorted by how far the win rate is above the rate it needs at its costs" },
  { key: "exp", title: "Exp. R", value: (row) => figure(row, "expectancy_r"), cell: (row) => toned(figure(row, "expectancy_r")), hint: "mean R a trade after all costs" },
  { key: "oos", title: "Unseen R", edge: true, value: (row) => row.out_of_sample?.expectancy_r, cell: (row) => toned(row.out_of_sample?.expectancy_r), hint: "expectancy in R out of sample: on the last third of the data, which nothing was chosen on" },
  { key: "q", title: "q", edge: true, up: true, value: (row) => row.q, cell: (row) => fmt.p(row.q), hint: "share of false finds to expect among all as good as this one (Benjamini-Yekutieli over all trials)" },
  { key: "dsr", title: "DSR", edge: true, wide: true, value: (row) => row.deflated_sharpe, cell: (row) => fmt.fixed(row.deflated_sharpe, 2), hint: "deflated Sharpe: probability that the Sharpe is real, given all trials" },
  { key: "pf", title: "PF", wide: true, value: (row) => figure(row, "profit_factor"), cell: (row) => fmt.fixed(figure(row, "profit_factor")), hint: "R won / R lost" },
  { key: "cost", title: "Cost R", wide: true, value: (row) => figure(row, "cost_r"), cell: (row) => fmt.fixed(figure(row, "cost_r")), hint: "fees, slippage and funding of a trade" },
  { key: "dd", title: "Drawdown", wide: true, plain: true, value: (row) => figure(row, "max_drawdown_r"), cell: (row) => fmt.fixed(figure(row, "max_drawdown_r"), 1), hint: "deepest fall of the sum of R" },
  { key: "curve", title: "Equity", value: (row) => (row.charts.equity?.e || []).at(-1), cell: sparkline, hint: "the sum of R over time" },
];
const columns = () => COLUMNS.filter((column) => (RUN.edge ? !column.plain : !column.edge));

function gap(row) {
  const rate = figure(row, "win_rate"), bar = barOf(row);
  return known(rate) && known(bar) ? rate - bar : null;
}
const toned = (value) => el("span", { class: tone(value) }, fmt.signed(value));

function nameCell(row) {
  const way = row.direction === "long" ? "↑ long" : "↓ short";
  return [el("a", { href: `#row-${row.id}` }, ...breakable(row.hypothesis)), el("span", { class: "small muted" }, `${way} · ${row.timeframe} · ${scopeOf(row)}${row.placebo ? " · placebo" : ""}`)];
}

// A long name breaks behind its underscores.

function verdictCell(row) {
  return [badge(row.state), el("div", {}, (row.line || row.note || "").replace(/^(qualified|rejected|unproven|not tested): /, ""))];
}

function tradesCell(row) {
  const split = row.out_of_sample && row.in_sample;
  return [fmt.int(figure(row, "n") ?? 0), split ? el("span", { class: "small muted", title: "in sample + out of sample" }, ` + ${fmt.int(row.out_of_sample.n)}`) : null];
}

// The Wilson interval as a bar, the win rate as a dot and the rate it needs as a line.
function winCell(row) {
  const stats = judged(row);
  if (!stats || !stats.n) return NONE;
  const bar = barOf(row), width = 92, x = scale(0, 1, 2, width - 2);
  const tip = `${fmt.percent(stats.win_rate)} of ${stats.n} (95 %: ${fmt.percent(stats.win_rate_low)} to ${fmt.percent(stats.win_rate_high)}); needs ${fmt.percent(bar)}`;
  const drawing = draw("svg", { width, height: 16, viewBox: `0 0 ${width} 16`, "aria-hidden": "true" }, hint(tip),
    draw("line", { x1: x(0), x2: x(1), y1: 8, y2: 8, stroke: "var(--line)" }),
    draw("rect", { x: x(stats.win_rate_low), width: Math.max(1, x(stats.win_rate_high) - x(stats.win_rate_low)), y: 5.5, height: 5, rx: 2.5, fill: known(bar) && stats.win_rate >= bar ? "var(--gain)" : "var(--loss)", opacity: 0.45 }),
    draw("circle", { cx: x(stats.win_rate), cy: 8, r: 3, fill: known(bar) && stats.win_rate >= bar ? "var(--gain)" : "var(--loss)" }),
    known(bar) ? draw("line", { x1: x(Math.min(1, bar)), x2: x(Math.min(1, bar)), y1: 1, y2: 15, stroke: "var(--ink)", "stroke-width": 1.5 }) : null);
  const text = el("span", {}, fmt.percent(stats.win_rate), el("span", { class: "muted" }, ` / ${fmt.percent(bar)}`));
  const box = el("div", { class: "win", title: tip }, text, drawing);
  return box;
}

function sparkline(row) {
  const curve = row.charts.equity;
  if (!curve || curve.e.length < 2) return NONE;
  const width = 96, height = 24, times = sums(curve.t);
  const low = Math.min(0, ...curve.e), high = Math.max(0, ...curve.e);
  const x = scale(times[0], times.at(-1), 1, width - 1), y = scale(low, high, height - 2, 2);
  const path = curve.e.map((value, i) => `${i ? "L" : "M"}${x(times[i]).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const split = row.split ? Math.max(1, Math.min(width - 1, x(secondsOf(row.split)))) : null;
  return draw("svg", { class: "spark", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `equity ends at ${fmt.r(curve.e.at(-1), 1)}` }, hint(`ends at ${fmt.r(curve.e.at(-1), 1)}${split === null ? "" : "; shaded: out of sample"}`),
    split === null ? null : draw("rect", { x: split, y: 0, width: width - split, height, fill: "var(--accent-soft)" }),
    draw("line", { x1: 0, x2: width, y1: y(0), y2: y(0), stroke: "var(--line)" }),
    draw("path", { d: path, fill: "none", stroke: curve.e.at(-1) >= 0 ? "var(--gain)" : "var(--loss)", "stroke-width": 1.4 }));
}

function filtered() {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = RUN.rows.filter((row) =>
    (!view.state || row.state === view.state) && (!view.instrument || row.on.includes(view.instrument)) &&
    (!view.direction || row.direction === view.direction) && (figure(row, "n") ?? 0) >= view.least &&
    (view.placebos || !row.placebo) &&
    words.every((word) => `${row.hypothesis} ${row.timeframe} ${row.on.join(" ")} ${row.line || ""}`.toLowerCase().includes(word)));
  if (!view.sort) return rows;
  const { value } = COLUMNS.find((column) => column.key === view.sort);
  const turn = view.down ? -1 : 1;
  const compared = (a, b) => (typeof a === "string" ? a.localeCompare(b) : a - b);
  return rows.map((row) => [value(row), row]).sort(([a, x], [b, y]) => {
    const missing = (v) => v === null || v === undefined || Number.isNaN(v);
    if (missing(a) || missing(b)) return missing(a) - missing(b) || x.id - y.id;
    return turn * compared(a, b) || x.id - y.id;
  }).map(([, row]) => row);
}

const FEW = 30;
function resultsTable() {
  const host = el("div", {});
  const refresh = () => {
    const rows = filtered();
    const found = host.querySelector(".found");
    found.textContent = rows.length === RUN.rows.length ? plural(rows.length, "row") : `${fmt.int(rows.length)} of ${plural(RUN.rows.length, "row")}`;
    host.querySelector(".frame").replaceChildren(tableOf(rows, refresh));
    document.querySelectorAll("button.count").forEach((button) => button.setAttribute("aria-pressed", String(view.state === button.dataset.state)));
  };
  host.append(tools(refresh), el("div", { class: "panel frame" }));
  resultsTable.refresh = refresh;
  refresh();
  return host;
}

function tools(refresh) {
  const choose = (name, options) => {
    const node = el("select", { "aria-label": name, onchange: (event) => { view[name] = event.target.value; refresh(); } }, ...options.map(([value, text]) => el("option", { value }, text)));
    node.value = view[name];
    return node;
  };
  const search = el("input", { type: "search", placeholder: "Find a hypothesis ...", "aria-label": "Find a hypothesis", oninput: (event) => { view.text = event.target.value; refresh(); } });
  search.value = view.text;
  const states = Object.keys(JUDGED).filter((state) => RUN.rows.some((row) => row.state === state));
  const least = el("select", { onchange: (event) => { view.least = +event.target.value; refresh(); } }, ...[0, 10, 30, 100, 300].map((n) => el("option", { value: n }, n ? `${n} or more` : "any")));
  least.value = view.least;
  const placebos = el("input", { type: "checkbox", onchange: (event) => { view.placebos = event.target.checked; refresh(); } });
  placebos.checked = view.placebos;
  const sortBy = el("select", { onchange: (event) => { const [key, way] = event.target.value.split("|"); view.sort = key || null; view.down = way !== "up"; refresh(); } },
    el("option", { value: "" }, "best first"), ...columns().flatMap((column) => [["down", "↓"], ["up", "↑"]].map(([way, sign]) => el("option", { value: `${column.key}|${way}` }, `${column.title} ${sign}`))));
  sortBy.value = view.sort ? `${view.sort}|${view.down ? "down" : "up"}` : "";
  return el("div", { class: "tools" }, search,
    states.length > 1 && RUN.edge ? choose("state", [["", "all verdicts"], ...states.map((state) => [state, JUDGED[state][1]])]) : null,
    RUN.instruments.length > 1 ? choose("instrument", [["", "all instruments"], ...RUN.instruments.map((name) => [name, shortOf(name)])]) : null,
    choose("direction", [["", "long and short"], ["long", "long"], ["short", "short"]]),
    el("label", {}, "trades", least),
    RUN.rows.some((row) => row.placebo) ? el("label", {}, placebos, "placebos") : null,
    el("label", { class: "sortby" }, "sort", sortBy),
    el("span", { class: "found", role: "status" }));
}

function tableOf(rows, refresh) {
  const head = el("thead", {}, el("tr", {}, ...columns().map((column) => {
    const sorted = view.sort === column.key;
    const button = el("button", { type: "button", title: column.hint || null, onclick: () => { sortBy(column); refresh(); } }, column.title, sorted ? (view.down ? " ↓" : " ↑") : "");
    return el("th", { scope: "col", "data-key": column.key, class: classOf(column), "aria-sort": sorted ? (view.down ? "descending" : "ascending") : null }, button);
  })));
  const shown = rows.slice(0, view.room);
  const few = view.sort ? -1 : shown.findIndex((row) => (figure(row, "n") ?? 0) < FEW && !RUN.edge);
  const divider = () => el("tr", { class: "divider" }, el("td", { class: "few", colspan: columns().length }, few === 0 ? `Fewer than ${FEW} trades each: luck decides.` : `From here on fewer than ${FEW} trades each: luck decides.`));
  const body = el("tbody", {}, ...shown.flatMap((row, i) => (i === few ? [divider(), rowOf(row)] : [rowOf(row)])));
  const rest = rows.length - view.room;
  const table = el("table", { class: "results" }, head, body);
  if (!rows.length) return el("p", { class: "loading" }, "No row is so: loosen the filters.");
  if (rest <= 0) return table;
  const more = el("button", { class: "button", type: "button", onclick: () => { view.room = Infinity; refresh(); } }, `Show ${fmt.int(rest)} more`);
  return el("div", {}, table, el("div", { class: "more" }, more));
}

const classOf = (column) => [column.text ? "text" : "", column.key, column.wide ? "col-wide col-mid" : ""].join(" ").trim();

function rowOf(row) {
  return el("tr", { onclick: (event) => { if (!event.target.closest("a")) location.hash = `row-${row.id}`; }, "data-row": row.id },
    ...columns().map((column) => el("td", { class: classOf(column), "data-label": column.text ? null : column.key === "win" ? "Win rate / bar" : column.title }, column.cell(row))));
}

function sortBy(column) {
  if (view.sort === column.key) view.down = !view.down;
  else { view.sort = column.key; view.down = !(column.text || column.up); }
}
