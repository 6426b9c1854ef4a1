// The last comparison of what was traded with what the backtest makes of the same candles.
import { count, money, multiple, plain, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, Empty, Facts, InR, Panel } from "../../ui/parts";
import type { Parity } from "./types";

export function ParityPanel({ parity, hasTrades }: { parity: Parity | null; hasTrades: boolean }) {
  if (parity === null) {
    return (
      <Panel title="Parity">
        <Empty title="Not compared yet">
          {hasTrades ? "Whether live did what the backtest does on the same candles: " : "After a session: "}
          <code>edgeproof parity</code>
        </Empty>
      </Panel>
    );
  }
  const { trades } = parity;
  const unexplained = parity.unexplained + (trades?.unexplained ?? 0);
  return (
    <Panel title="Parity" aside={<span className="small muted"><Moment at={parity.start} /> to <Moment at={parity.end} /></span>}>
      <p className={unexplained === 0 ? "won strong performance-note" : "lost strong performance-note"}>
        {unexplained === 0 ? "✓ Every difference is explained" : `✗ ${count(unexplained)} not explained: edgeproof parity names them`}
      </p>
      <Facts facts={[["Signals", `${count(parity.matched)} of ${count(parity.signals)} the same`], ...(trades ? sums(trades) : [])]} />
      {trades && Object.keys(trades.causes).length > 0 && (
        <>
          <h3 className="performance-h3">What made the difference</h3>
          <ul className="rows">
            {Object.entries(trades.causes).map(([cause, { trades: number, money: amount }]) => (
              <li key={cause} className="between">
                <span>{words(cause)} <span className="muted">{count(number)} {number === 1 ? "trade" : "trades"}</span></span>
                <Amount value={Math.abs(amount) < 0.005 ? 0 : amount} />
              </li>
            ))}
          </ul>
        </>
      )}
      {trades?.not_taken && Object.keys(trades.not_taken).length > 0 && (
        <>
          <h3 className="performance-h3">What was not traded, and what the backtest made of it</h3>
          <ul className="rows">
            {Object.entries(trades.not_taken).map(([why, each]) => (
              <li key={why} className="between">
                <span>{words(why)} <span className="muted">{count(each.trades)} {each.trades === 1 ? "trade" : "trades"}</span></span>
                <span><InR value={each.r} /> <Amount value={each.money === null ? null : Number(each.money)} /></span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function sums(trades: NonNullable<Parity["trades"]>) {
  return [
    ["Trades", `${count(trades.matched)} of ${count(trades.compared)} the same`],
    ["Live", <span key="l">{multiple(trades.r)} {money(trades.net, true)}</span>],
    ["Backtest of the same", <span key="b">{multiple(trades.backtest_r)} {money(trades.backtest_net, true)}</span>],
    ["Difference", <Amount key="d" value={trades.difference} />],
    ...(trades.unexplained > 0 ? [["Not explained", `${plain(trades.unexplained_money)} in ${count(trades.unexplained)}`] as const] : []),
  ] as const;
}
