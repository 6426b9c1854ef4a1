// Figures as people read them. Every function takes null for "not known" and says so with a dash.

const DASH = "–";

type Known = number | null | undefined;

function isKnown(value: Known): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function signed(text: string, value: number, withSign: boolean): string {
  const sign = value < 0 ? "−" : withSign && value > 0 ? "+" : "";
  return `${sign}${text}`;
}

const MONEY = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const WHOLE = new Intl.NumberFormat("en-US");

/** Money to the cent: 1,234.50. */
export function money(value: Known, withSign = false): string {
  return isKnown(value) ? signed(MONEY.format(Math.abs(value)), value, withSign) : DASH;
}

/** A price with as many digits as it takes: about six significant ones, never an exponent. */
export function price(value: Known): string {
  if (!isKnown(value)) return DASH;
  const size = Math.abs(value);
  const digits = size === 0 ? 2 : Math.min(10, Math.max(size >= 1000 ? 2 : 0, 5 - Math.floor(Math.log10(size))));
  return value.toLocaleString("en-US", { minimumFractionDigits: Math.min(digits, 2), maximumFractionDigits: digits });
}

/** A quantity without needless zeros. */
export function quantity(value: Known): string {
  return isKnown(value) ? value.toLocaleString("en-US", { maximumFractionDigits: 8 }) : DASH;
}

/** A fraction as per cent. */
export function percent(value: Known, digits = 1, withSign = false): string {
  return isKnown(value) ? `${signed(Math.abs(value * 100).toFixed(digits), value, withSign)} %` : DASH;
}

/** A multiple of what was risked: +1.24 R. */
export function multiple(value: Known, digits = 2): string {
  return isKnown(value) ? `${signed(Math.abs(value).toFixed(digits), value, true)} R` : DASH;
}

/** A count. */
export function count(value: Known): string {
  return isKnown(value) ? WHOLE.format(value) : DASH;
}

/** A number with a given number of digits. */
export function plain(value: Known, digits = 2): string {
  return isKnown(value) ? signed(Math.abs(value).toFixed(digits), value, false) : DASH;
}

/** How long something lasts or lasted, in its two largest units: 2 h 05 min. */
export function span(milliseconds: Known): string {
  if (!isKnown(milliseconds)) return DASH;
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (milliseconds < 1000 && milliseconds >= 0) return `${Math.round(milliseconds)} ms`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Words of a program as people write them: "no_new_entries" is "no new entries". */
export function words(text: string | null | undefined): string {
  return text ? text.replaceAll("_", " ") : DASH;
}

/** The tone of an amount: what was won, lost, or neither. */
export function tone(value: Known): "won" | "lost" | undefined {
  return !isKnown(value) || value === 0 ? undefined : value > 0 ? "won" : "lost";
}
