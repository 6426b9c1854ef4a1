// What the candle under the crosshair says: its time in both zones, its figures, and the indicators at it.
import { UnstyledButton } from "@mantine/core";
import { percent, price, quantity } from "../../ui/format";
import { formatTime } from "../../ui/Moment";
import { nameOf } from "./marks";
import type { Bar, Condition, Indicator } from "./types";

interface Said {
  bar: Bar | undefined;
  before: Bar | undefined;
  isForming: boolean;
}

export function CandleLegend({ bar, before, isForming }: Said) {
  if (bar === undefined) return <div className="chart-legend">–</div>;
  const at = new Date(bar.time * 1000);
  const change = before ? bar.close / before.close - 1 : null;
  const tone = change === null || change === 0 ? "" : change > 0 ? "rises" : "falls";
  return (
    <div className="chart-legend">
      <span>
        {formatTime(at)} <span className="muted">{utc(at)} UTC</span>
      </span>
      {(["open", "high", "low", "close"] as const).map((name) => (
        <span key={name}>
          <abbr title={name}>{name.charAt(0).toUpperCase()}</abbr> {price(bar[name])}
        </span>
      ))}
      <span>
        <abbr title="volume">V</abbr> {quantity(Number(bar.volume.toPrecision(5)))}
      </span>
      <span className={tone}>{percent(change, 2, true)}</span>
      {isForming && <span className="warned">forming</span>}
    </div>
  );
}

function utc(time: Date): string {
  return time.toISOString().slice(5, 16).replace("T", " ");
}

interface Chips {
  indicators: readonly Indicator[];
  colours: ReadonlyMap<string, string>;
  timeframe: string;
  index: number;
  off: readonly string[];
  toggle: (name: string) => void;
}

/** The indicators with their values; a press switches one off or on. */
export function IndicatorChips({ indicators, colours, timeframe, index, off, toggle }: Chips) {
  if (indicators.length === 0) return null;
  return (
    <div className="chart-chips" role="group" aria-label="Indicators">
      {indicators.map((each) => {
        const name = nameOf(each, timeframe);
        const isOn = !off.includes(name);
        return (
          <UnstyledButton key={name} className={isOn ? "chip" : "chip off"} aria-pressed={isOn} onClick={() => toggle(name)} title={isOn ? "Hide it" : "Show it"}>
            <svg width="12" height="8" aria-hidden>
              <line x1="0" x2="12" y1="4" y2="4" stroke={colours.get(name)} strokeWidth="3" strokeDasharray={isOn ? "none" : "2 2"} />
            </svg>{" "}
            {name} {isOn && <b>{price(each.values[index] ?? null)}</b>}
          </UnstyledButton>
        );
      })}
    </div>
  );
}

/** The conditions of the strip in words, and whether each holds at the candle. */
export function ConditionList({ conditions, index, isForming }: { conditions: readonly Condition[]; index: number; isForming: boolean }) {
  if (conditions.length === 0) return null;
  return (
    <ol className="chart-conditions" aria-label="Conditions">
      {conditions.map(({ text, values }) => {
        const holds = values[index] ?? null;
        return (
          <li key={text}>
            <code>{text}</code> <b className={holds ? "holds" : "muted"}>{isForming ? "known when it closes" : holds === null ? "not known" : holds ? "✓ true" : "✗ false"}</b>
          </li>
        );
      })}
    </ol>
  );
}
