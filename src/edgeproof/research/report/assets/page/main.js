// From the packed run to the page; the part after # says which view.
function header() {
  const starts = RUN.data.filter((each) => each.candles).map((each) => secondsOf(each.start)), ends = RUN.data.filter((each) => each.candles).map((each) => secondsOf(each.end));
  const range = starts.length ? [moment(Math.min(...starts), localDay(Math.min(...starts))), " to ", moment(Math.max(...ends), localDay(Math.max(...ends)))] : ["no candles"];
  const names = new Set(RUN.rows.map((row) => row.hypothesis));
  const tested = names.size === 1 ? [...names][0] : `${fmt.int(names.size)} hypotheses`;
  const where = RUN.instruments.length === 1 ? RUN.instruments[0] : `${RUN.instruments.length} instruments`;
  document.getElementById("top").replaceChildren(
    el("div", {}, el("p", { class: "eyebrow" }, `edgeproof · ${RUN.edge ? "discovery" : "backtest"} · run ${RUN.run.id}`), el("h1", {}, `${tested} on ${where}`), el("p", { class: "eyebrow" }, ...range, ` · times in ${ZONE}`)),
    themeButton(show));
}

let lastRow = null;
function show() {
  const main = document.getElementById("main");
  const match = /^#row-(\d+)$/.exec(location.hash);
  const row = match ? RUN.rows[+match[1]] : null;
  sizes.disconnect();
  main.replaceChildren(...(row ? detail(row) : overview()));
  document.body.dataset.view = row ? "detail" : "overview";
  if (row) { lastRow = row.id; window.scrollTo(0, 0); main.focus({ preventScroll: true }); return; }
  const link = lastRow === null ? null : document.querySelector(`[data-row="${lastRow}"] a`);
  if (link) { link.focus({ preventScroll: true }); link.scrollIntoView({ block: "center" }); }
  lastRow = null;
}

function keys(event) {
  if (event.target.closest("input, select, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
  const links = [...document.querySelectorAll(".results td.name a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "/" && document.querySelector('input[type="search"]')) { event.preventDefault(); document.querySelector('input[type="search"]').focus(); }
  if (event.key === "Escape" && location.hash.startsWith("#row-")) location.hash = "results";
  if (["ArrowDown", "ArrowUp"].includes(event.key) && at >= 0) { event.preventDefault(); links[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus(); }
}

async function start() {
  RUN = await unpackDocument(document.getElementById("data").textContent);
  RUN.rows.forEach((row, id) => { row.id = id; });
  useTheme(theme);
  header();
  show();
  window.addEventListener("hashchange", show);
  window.addEventListener("keydown", keys);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (theme === "auto") show(); });
  document.body.dataset.ready = "yes";
}

start().catch(notUnpacked);
