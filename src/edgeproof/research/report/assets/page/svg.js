// Elements, and charts that are drawn for the room they have.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function draw(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const hint = (text) => { const node = draw("title"); node.textContent = text; return node; };
const label = (x, y, text, attributes = {}) => { const node = draw("text", { x, y, ...attributes }); node.textContent = text; return node; };

// A long name may be broken at its underscores.
const breakable = (name) => name.split(/(?<=_)/).flatMap((part, i) => (i ? [el("wbr"), part] : [part]));

function badge(state) {
  const [sign, word] = JUDGED[state] || ["", state];
  return el("span", { class: `badge ${state}` }, el("span", { "aria-hidden": "true" }, sign), word);
}

const moment = (seconds, text) => el("time", { datetime: new Date(seconds * 1000).toISOString(), title: utcTime(seconds) }, text ?? localTime(seconds));

// As the system has them, light or dark; `show` draws the page anew.
function themeButton(show) {
  const next = () => THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  const button = el("button", { class: "button", type: "button", title: "Colours: as the system has them, light or dark", onclick: () => { useTheme(next()); button.textContent = `Colours: ${theme}`; show(); } }, `Colours: ${theme}`);
  return button;
}

function notUnpacked(error) {
  document.getElementById("main").replaceChildren(el("p", { class: "loading" }, `This page could not be unpacked (${error.message}). It needs a browser of 2023 or later; make it again with edgeproof report.`));
  throw error;
}

// A panel whose chart is drawn again whenever its width changes.
const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const width = Math.floor(entry.contentRect.width);
    if (width > 0 && entry.target.dataset.width !== String(width)) {
      entry.target.dataset.width = String(width);
      entry.target.drawing(entry.target, width);
    }
  }
});

function panel(title, note, ...content) {
  return el("div", { class: "panel" }, el("h3", {}, title), note ? el("p", { class: "note" }, note) : null, ...content);
}

function chartPanel(title, note, chart, attributes = {}) {
  const room = el("div", { class: "room", role: "img", "aria-label": title });
  room.drawing = (node, width) => node.replaceChildren(chart(width));
  sizes.observe(room);
  const node = el("figure", { class: `panel ${attributes.class || ""}` }, el("h3", {}, title), note ? el("p", { class: "note" }, note) : null, room);
  return node;
}

function frame(width, height) {
  return draw("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
}

// Round numbers across a range.
function ticks(low, high, about = 5) {
  if (!(high > low)) return [low];
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((each) => each * power >= raw) * power;
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) found.push(+at.toPrecision(12));
  return found;
}
const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);

// Horizontal bars around zero or from the left: [name, value, text, colour, hint].
function bars(rows, { around = false } = {}) {
  const most = Math.max(1e-12, ...rows.map((row) => Math.abs(row[1] || 0)));
  return el("div", { class: "bars" }, ...rows.map(([name, value, text, fill, title]) => {
    const share = Math.abs(value || 0) / most;
    const left = around ? (value < 0 ? 50 - 50 * share : 50) : 0;
    const width = (around ? 50 : 100) * share;
    const bar = el("div", { class: "fill", hidden: !value });
    bar.style.left = `${left}%`; bar.style.width = `${width}%`; bar.style.background = `var(--${fill || "accent"})`;
    return el("div", { class: "bar", title: title || null }, el("span", {}, name), el("div", { class: "track" }, bar), el("span", { class: "value" }, text));
  }));
}

function plainTable(headings, rows, caption) {
  const cell = (value, i) => el("td", { class: headings[i].startsWith("<") ? "text wrap" : "" }, value);
  const heads = headings.map((name) => el("th", { scope: "col", class: name.startsWith("<") ? "text" : "" }, name.replace("<", "")));
  return el("div", { class: "frame" }, el("table", { class: "plain-table" }, caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell))))));
}
