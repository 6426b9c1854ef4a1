// Numbers and times as people read them.
const NONE = "–";
const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
const minus = (text) => text.replace("-", "−");
const fmt = {
  int: (value) => (known(value) ? minus(Math.round(value).toLocaleString("en-US")) : NONE),
  fixed: (value, digits = 2) => (known(value) ? minus(value.toFixed(digits)) : NONE),
  signed: (value, digits = 2) => (known(value) ? (value > 0 ? "+" : "") + minus(value.toFixed(digits)) : NONE),
  r: (value, digits = 2) => (known(value) ? `${fmt.signed(value, digits)} R` : NONE),
  percent: (value, digits = 1) => (known(value) ? `${minus((100 * value).toFixed(digits))} %` : NONE),
  price: (value) => (known(value) ? value.toLocaleString("en-US", { maximumSignificantDigits: 8 }) : NONE),
  amount: (value, digits = 2) => (known(value) ? minus(value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })) : NONE),
  money: (value, digits = 2) => (known(value) ? (value > 0 ? "+" : "") + fmt.amount(value, digits) : NONE),
  p: (value) => (!known(value) ? NONE : value < 0.001 ? "< 0.001" : value.toFixed(3)),
  short: (value) => (known(value) ? minus(String(+value.toPrecision(3))) : NONE),
  duration(milliseconds) {
    if (!known(milliseconds)) return NONE;
    const minutes = milliseconds / 60000;
    if (minutes < 90) return `${+minutes.toPrecision(3)} min`;
    return minutes < 2880 ? `${+(minutes / 60).toPrecision(3)} h` : `${+(minutes / 1440).toPrecision(3)} d`;
  },
};
const tone = (value) => (!known(value) || value === 0 ? "" : value > 0 ? "gain" : "loss");
const plural = (n, word) => `${fmt.int(n)} ${word}${n === 1 ? "" : /[^aeiou]y$/.test(word) ? "" : "s"}`;

const shortOf = (instrument) => instrument.split(":")[0];

const two = (number) => String(number).padStart(2, "0");
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "local time";
function localTime(seconds, withDate = true) {
  const at = new Date(seconds * 1000);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return withDate ? `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}` : clock;
}
const utcTime = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const localDay = (seconds) => localTime(seconds).slice(0, 10);
const secondsOf = (text) => Date.parse(text) / 1000;
