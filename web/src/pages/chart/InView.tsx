// The chart in words: what is in view, and its last signals and trades as a table.
import { UnstyledButton } from "@mantine/core";
import { useMemo } from "react";
import { Link } from "react-router";
import type { SignalRow } from "../../api/types";
import { price, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, DirectionMark, Empty, FateBadge, InR, Panel } from "../../ui/parts";
import { signalsIn, tradesIn, type View } from "./marks";
import type { ChartTrade } from "./types";

interface Seen {
  said: string;
  signals: readonly SignalRow[];
  trades: readonly ChartTrade[];
  stretch: View;
  chosen: string | null;
  choose: (id: string) => void;
}

const MOST = 30;

export function InView({ said, signals, trades, stretch, chosen, choose }: Seen) {
  const { from, to } = stretch;
  const rows = useMemo(() => {
    const traded = new Map(tradesIn(trades, { from, to }).map((each) => [each.id, each]));
    const fired = signalsIn(signals, { from, to }).slice(0, MOST);
    const known = new Set(fired.map(({ id }) => id));
    return { fired: fired.map((signal) => ({ signal, trade: traded.get(signal.id) })), others: [...traded.values()].filter(({ id }) => !known.has(id)).slice(0, MOST) };
  }, [signals, trades, from, to]);
  return (
    <Panel title="In view">
      <p className="chart-said">{said}</p>
      {rows.fired.length + rows.others.length === 0 ? (
        <Empty title="No signal and no trade in view">Scroll back, or press [ for the signal before.</Empty>
      ) : (
        <div className="chart-table" role="region" aria-label="Signals and trades in view" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Signal</th>
                <th scope="col">What became of it</th>
                <th scope="col" className="number">Entry</th>
                <th scope="col" className="number">Stop</th>
                <th scope="col" className="number">Targets</th>
                <th scope="col" className="number">Result</th>
              </tr>
            </thead>
            <tbody>
              {rows.fired.map(({ signal, trade }) => (
                <Row key={signal.id} id={signal.id} at={signal.at} direction={signal.direction} hypothesis={signal.hypothesis} entry={signal.entry} stop={signal.stop_loss} targets={signal.targets} isChosen={signal.id === chosen} choose={choose} trade={trade}>
                  <FateBadge fate={signal.fate} />{" "}
                  {signal.rule ? words(signal.rule) : signal.trade ? <span className="muted">{words(signal.trade.fate)}{signal.trade.rule ? `: ${words(signal.trade.rule)}` : ""}</span> : null}
                </Row>
              ))}
              {rows.others.map((trade) => (
                <Row key={trade.id} id={trade.id} at={trade.opened_at} direction={trade.direction} hypothesis={trade.hypothesis} entry={trade.entry_price} stop={trade.stops[0]?.price ?? null} targets={trade.targets} isChosen={false} choose={choose} trade={trade}>
                  traded
                </Row>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

interface OneRow {
  id: string;
  at: string;
  direction: SignalRow["direction"];
  hypothesis: string;
  entry: number;
  stop: number | null;
  targets: readonly number[];
  isChosen: boolean;
  choose: (id: string) => void;
  trade: ChartTrade | undefined;
  children: React.ReactNode;
}

function Row({ id, at, direction, hypothesis, entry, stop, targets, isChosen, choose, trade, children }: OneRow) {
  return (
    <tr className={isChosen ? "chosen" : ""}>
      <td>
        <UnstyledButton className="chart-at" aria-pressed={isChosen} onClick={() => choose(id)} title="Show it on the chart">
          <Moment at={at} />
        </UnstyledButton>{" "}
        <DirectionMark direction={direction} />{" "}
        <Link className="quiet-link strong" to={`/signals/${encodeURIComponent(id)}`}>
          {hypothesis}
        </Link>
      </td>
      <td>{children}</td>
      <td className="number" data-name="entry">{price(entry)}</td>
      <td className="number" data-name="stop">{price(stop)}</td>
      <td className="number" data-name="target">{targets.map((each) => price(each)).join(", ")}</td>
      <td className="number">
        {trade === undefined ? <span className="muted">–</span> : trade.closed_at === null ? "open" : (
          <>
            <InR value={trade.r_multiple} /> <Amount value={trade.net_pnl} /> <span className="muted">{words(trade.reason)}</span>
          </>
        )}
      </td>
    </tr>
  );
}
