// Trades that are over, the newest first.
import { useState } from "react";
import { UnstyledButton } from "@mantine/core";
import { Link } from "react-router";
import type { Trade } from "../../api/types";
import { count, price, span, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, DirectionMark, Empty, InR } from "../../ui/parts";

const MOST = 50;

export function NoTrades() {
  return (
    <Empty title="No trade of it is over">
      It trades on paper with <code>edgeproof paper --all</code> once it qualified.
    </Empty>
  );
}

export function TradeTable({ trades }: { trades: readonly Trade[] }) {
  const [most, setMost] = useState(MOST);
  return (
    <>
      <div className="data-scroll" role="region" aria-label="Table of trades" tabIndex={0}>
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">Closed</th>
              <th scope="col" className="number">Lasted</th>
              <th scope="col" className="number">Entry</th>
              <th scope="col" className="number">Exit</th>
              <th scope="col">Ended by</th>
              <th scope="col" className="number">Costs</th>
              <th scope="col" className="number">R</th>
              <th scope="col" className="number">Net</th>
            </tr>
          </thead>
          <tbody>
            {trades.slice(0, most).map((trade) => (
              <tr key={trade.id}>
                <td className="whole">
                  <Link className="quiet-link" to={`/chart?${new URLSearchParams({ symbol: trade.symbol, hypothesis: trade.signal, signal: trade.id })}`} title="On the chart">
                    <Moment at={trade.closed_at} />
                  </Link>{" "}
                  <DirectionMark direction={trade.direction} />{" "}
                  <Link className="quiet-link strong" to={`/signals/${encodeURIComponent(trade.id)}`}>{trade.symbol}</Link>
                </td>
                <td className="number" data-name="lasted">{span(Date.parse(trade.closed_at) - Date.parse(trade.opened_at))}</td>
                <td className="number" data-name="entry">{price(trade.entry_price)}</td>
                <td className="number" data-name="exit">{price(trade.exit_price)}</td>
                <td className="labelled" data-name="ended by">{words(trade.reason)}{trade.stop_kind !== "initial" && trade.reason === "stop" ? ` (${words(trade.stop_kind)})` : ""}</td>
                <td className="number" data-name="costs" title={trade.is_funding_complete ? "Fees and funding" : "Fees and funding; not all of the funding is known yet"}>
                  <Amount value={trade.funding - trade.fees} />{trade.is_funding_complete ? "" : " ?"}
                </td>
                <td className="number" data-name="result"><InR value={trade.r_multiple} /></td>
                <td className="number" data-name="net"><Amount value={trade.net_pnl} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {trades.length > most && <UnstyledButton className="plain-link" mt="xs" onClick={() => setMost(trades.length)}>Show all {count(trades.length)}</UnstyledButton>}
    </>
  );
}
