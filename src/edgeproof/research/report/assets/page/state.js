// What the reader has chosen: colours, filters, order. Kept in memory; the colours also in this browser.
const view = { text: "", state: "", instrument: "", direction: "", least: 0, placebos: true, sort: null, down: true, room: 60 };

function remembered(key) { try { return localStorage.getItem(key); } catch { return null; } }
function remember(key, value) { try { localStorage.setItem(key, value); } catch { /* a private window forgets */ } }

const THEMES = ["auto", "light", "dark"];
let theme = THEMES.includes(remembered("edgeproof-theme")) ? remembered("edgeproof-theme") : "auto";
function useTheme(name) {
  theme = name;
  if (name === "auto") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", name);
  remember("edgeproof-theme", name);
}
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const JUDGED = { qualified: ["✓", "qualified"], tested: ["?", "unproven"], rejected: ["✕", "rejected"], draft: ["–", "draft"], silent: ["–", "no trades"] };
