// From the packed sessions to the page.
function header() {
  const { about } = RUN;
  const start = secondsOf(about.start), until = secondsOf(about.until);
  const which = about.session ? `session ${about.session}` : plural(about.sessions.length, "session");
  document.getElementById("top").replaceChildren(
    el("div", {}, el("p", { class: "eyebrow" }, `edgeproof · ${about.command} on ${about.venue} · ${which}`), el("h1", {}, RUN.stats ? "What trading came to, against the backtest" : "What became of the signals"),
      el("p", { class: "eyebrow" }, moment(start), " to ", moment(until), ` (${fmt.duration(1000 * (until - start))}) · times in ${ZONE} · ${about.instruments.map(shortOf).join(", ")}`)),
    themeButton(show));
}

function show() {
  const section = (title, ...content) => { const kept = content.flat().filter(Boolean); return kept.length ? el("section", {}, title ? el("h2", {}, title) : null, ...kept) : null; };
  sizes.disconnect();
  document.getElementById("main").replaceChildren(...[
    ...banners(),
    section("", headline()),
    RUN.stats ? section("Equity against what was to be expected", equitySection()) : null,
    RUN.stats ? section("Trades", el("div", { class: "stack" }, ...tradesSection(), positionsPanel() || "")) : null,
    section("Against the backtest", el("div", { class: "stack" }, ...[hypothesesPanel(), el("div", { class: "grid" }, ...[differencesPanel(), notTakenPanel(), fatesPanel(), missedPanel()].filter(Boolean)), noticesPanel(), sessionsPanel()].filter(Boolean))),
    el("footer", {}, `edgeproof ${RUN.about.version}. Times in ${ZONE} unless they say UTC; point at one for UTC. Figures are rounded here and exact in edgeproof stats --json and edgeproof parity --json. Charts of trades by TradingView Lightweight Charts (Apache-2.0), curves by uPlot (MIT). This page loads nothing from anywhere.`),
  ].filter(Boolean));
}

async function start() {
  RUN = await unpackDocument(document.getElementById("data").textContent);
  useTheme(theme);
  header();
  show();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (theme === "auto") show(); });
  document.body.dataset.ready = "yes";
}

start().catch(notUnpacked);
