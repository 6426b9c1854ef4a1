import { percent } from "../../ui/format";

interface Range {
  value: number | null;
  low: number | null;
  high: number | null;
  bar: number | null;
}

/** A win rate with its interval against the bar it must clear: drawn, and said in figures. */
export function Interval({ value, low, high, bar }: Range) {
  if (value === null) return <span className="muted">–</span>;
  const side = bar === null ? "" : low !== null && low > bar ? "won" : high !== null && high < bar ? "lost" : "";
  return (
    <div className="interval" title={`95 %: ${percent(low)} to ${percent(high)}; bar ${percent(bar)}`}>
      <span>
        <b className={side}>{percent(value)}</b> <span className="muted">bar {percent(bar)}</span>
      </span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
        <line x1="0" x2="100" y1="5" y2="5" className="interval-axis" />
        {low !== null && high !== null && <line x1={low * 100} x2={high * 100} y1="5" y2="5" className={`interval-reach ${side}`} />}
        <line x1={value * 100} x2={value * 100} y1="2" y2="8" className="interval-value" />
        {bar !== null && <line x1={bar * 100} x2={bar * 100} y1="0" y2="10" className="interval-bar" />}
      </svg>
    </div>
  );
}
