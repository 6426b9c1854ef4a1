// Figures as small drawings, each with its figures in words beside it.
import { percent, plain, words } from "../../ui/format";
import { nearness } from "./rows";

interface Rates {
  value: number | null;
  low: number | null;
  high: number | null;
  tested: number | null;
  breakEven: number | null;
}

/** A live win rate with its 95 % interval, against the tested rate and the rate that breaks even. */
export function RateBar({ value, low, high, tested, breakEven }: Rates) {
  const side = low !== null && breakEven !== null && low > breakEven ? "won" : high !== null && breakEven !== null && high < breakEven ? "lost" : "";
  return (
    <div className="rate" title={value === null ? "No live trades" : `95 %: ${percent(low)} to ${percent(high)}`}>
      <span>
        <b className={side}>{percent(value)}</b> <span className="muted">tested {percent(tested)}, even {percent(breakEven)}</span>
      </span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
        <line x1="0" x2="100" y1="5" y2="5" className="rate-axis" />
        {low !== null && high !== null && <line x1={low * 100} x2={high * 100} y1="5" y2="5" className={`rate-reach ${side}`} />}
        {breakEven !== null && <line x1={breakEven * 100} x2={breakEven * 100} y1="0" y2="10" className="rate-even" />}
        {tested !== null && <line x1={tested * 100} x2={tested * 100} y1="0" y2="10" className="rate-tested" />}
        {value !== null && <line x1={value * 100} x2={value * 100} y1="1" y2="9" className="rate-value" />}
      </svg>
    </div>
  );
}

const STAGES: Record<string, string> = {
  steady: "won", gaining: "won", alert: "warned", half: "warned", probation: "warned", kill: "lost", untested: "muted",
};

interface Drift {
  stage: string;
  weight: number | null;
  value: number | null;
  limit: number | null;
}

/** How far the statistic against the test has come to the limit at which it kills, and what entries weigh. */
export function DriftGauge({ stage, weight, value, limit }: Drift) {
  if (stage === "") return <span className="muted">–</span>;
  const share = nearness(value, limit);
  const tone = STAGES[stage] ?? "muted";
  return (
    <div className="drift">
      <span>
        <b className={tone}>{words(stage)}</b> <span className="muted">weight</span> {plain(weight)}
      </span>
      {share !== null && (
        <>
          <div className="gauge" role="meter" aria-label="Statistic between 0 and the kill limit" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)} aria-valuetext={`${plain(value, 1)} of ${plain(limit, 1)}`}>
            <div className={`gauge-fill ${tone}`} style={{ width: `${share * 100}%` }} />
          </div>
          <span className="small muted">
            {plain(value, 1)} of {plain(limit, 1)} to the kill
          </span>
        </>
      )}
    </div>
  );
}

/** What the marks of a win rate mean. */
export function RateKey() {
  return (
    <p className="rate-key">
      <span><svg viewBox="0 0 22 10" aria-hidden><line x1="1" x2="21" y1="5" y2="5" className="rate-reach" /><line x1="11" x2="11" y1="1" y2="9" className="rate-value" /></svg> live, 95 %</span>
      <span><svg viewBox="0 0 6 10" aria-hidden><line x1="3" x2="3" y1="0" y2="10" className="rate-tested" /></svg> tested</span>
      <span><svg viewBox="0 0 6 10" aria-hidden><line x1="3" x2="3" y1="0" y2="10" className="rate-even" /></svg> breaks even</span>
    </p>
  );
}
