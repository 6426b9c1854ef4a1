// One signal in the list: a line on a desk, a card on a phone.
import { memo } from "react";
import type { SignalRow } from "../../api/types";
import { percent, price, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { DirectionMark, FateBadge, StateBadge } from "../../ui/parts";

/** What a line says, in order; the same columns as the heading. */
export const COLUMNS = ["time", "instrument", "direction", "hypothesis", "entry", "stop", "target", "R:R", "win", "fate", "trade"];

export const SignalLine = memo(function SignalLine({ row }: { row: SignalRow }) {
  return (
    <>
      <span className="muted"><Moment at={row.at} /></span>
      <span><strong>{row.instrument}</strong> <span className="muted">{row.timeframe}</span></span>
      <DirectionMark direction={row.direction} />
      <span className="clip" title={row.warning ?? row.hypothesis}>
        {row.hypothesis} {!row.qualified && <StateBadge state={row.state} qualified={false} />}
      </span>
      <span className="number">{price(row.entry)}</span>
      <span className="number">{price(row.stop_loss)}</span>
      <span className="number">{price(row.targets.at(-1))}</span>
      <span className="number">{row.risk_reward ?? "–"}</span>
      <span className="number">{row.confidence === null ? "–" : `${percent(row.confidence, 0)}+`}</span>
      <span><FateBadge fate={row.fate} />{row.rule && <span className="muted small clip"> {words(row.rule)}</span>}</span>
      <span>{row.trade ? <><FateBadge fate={row.trade.fate} />{row.trade.rule && <span className="muted small"> {words(row.trade.rule)}</span>}</> : <span className="muted">–</span>}</span>
    </>
  );
});

export const SignalCard = memo(function SignalCard({ row }: { row: SignalRow }) {
  const last = row.trade ?? row;
  return (
    <>
      <div className="between">
        <span><strong>{row.instrument}</strong> <DirectionMark direction={row.direction} /> <span className="muted">{row.timeframe}</span></span>
        <span className="muted small"><Moment at={row.at} /></span>
      </div>
      <div className="between">
        <span className="clip small muted">{row.hypothesis}</span>
        <span><FateBadge fate={last.fate} /></span>
      </div>
      <div className="between small">
        <span className="clip">{price(row.entry)} → {price(row.targets.at(-1))} <span className="muted">stop</span> {price(row.stop_loss)}</span>
        <span className={row.qualified ? "muted" : "warned"}>{row.qualified ? (row.confidence === null ? "" : `win ${percent(row.confidence, 0)}+`) : words(row.state)}</span>
      </div>
    </>
  );
});

/** A line for who hears the list instead of seeing it. */
export function spoken(row: SignalRow): string {
  const fate = row.trade ? `${words(row.trade.fate)}${row.trade.rule ? ` by ${words(row.trade.rule)}` : ""}` : words(row.fate);
  return `${row.instrument} ${row.direction} ${row.timeframe} ${row.hypothesis}, ${fate}`;
}
