// What trading made of a signal: its size and how it came about, the orders as they happened, the result.
import { Stack, Text } from "@mantine/core";
import type { Explained, OrderNote, Traded, TradeResult } from "../../api/signals";
import type { Weight } from "../../api/types";
import { money, percent, plain, price, quantity, span, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, Facts, InR } from "../../ui/parts";
import { meaning, ruleValue } from "../../ui/rules";
import { Checks } from "./Evidence";
import { Part } from "./Part";

export function TradingOf({ of }: { of: Explained }) {
  const { trading } = of;
  if (trading === null) {
    return (
      <Part title="Trading">
        <Text size="sm" c="dimmed">{of.waits ? `It waits ${of.waits}` : "It was not traded: a session that only watches, or one that did not get to it."}</Text>
      </Part>
    );
  }
  return (
    <Part title="Trading" aside={<Moment at={trading.at} look="clock" />}>
      <Stack gap="sm">
        <Facts facts={factsOf(trading)} />
        {trading.orders.length > 0 && <Orders orders={trading.orders} id={of.id} />}
        <details>
          <summary className="summary">Rules of risk: {trading.checks.length} looked at, {trading.checks.filter((each) => !each.holds).length || "none"} against it</summary>
          <Checks checks={trading.checks} label="Rules of risk" />
        </details>
      </Stack>
    </Part>
  );
}

function factsOf(trading: Traded): (readonly [string, React.ReactNode])[] {
  const { rule, result } = trading;
  return [
    ["Fate", <>{words(trading.fate)}{rule && <span className="warned"> by {words(rule)}: {ruleValue(trading.value)}, allowed {ruleValue(trading.limit)}</span>}{rule && meaning(rule) && <span className="muted"> ({meaning(rule)})</span>}</>],
    ...(trading.quantity !== null ? [["Size", quantity(trading.quantity)] as const] : []),
    ...(trading.sizing ? [["How it came about", trading.sizing] as const] : []),
    ...(trading.weight ? [["Weight", weightWords(trading.weight)] as const] : []),
    ...(result ? resultFacts(result) : trading.fate === "taken" ? [["Result", "open, or it waits for its entry"] as const] : []),
  ];
}

function resultFacts(result: TradeResult): (readonly [string, React.ReactNode])[] {
  const costs = result.fees + result.funding;
  return [
    ["Result", <strong key="result"><Amount value={result.net_pnl} /> <InR value={result.r_multiple} /></strong>],
    ["Risked", money(result.risk)],
    ["Prices", `${quantity(result.quantity)} from ${price(result.entry_price)} to ${price(result.exit_price)}`],
    ["Costs", <>fees {money(result.fees)}, funding {money(result.funding)}{!result.is_funding_complete && <span className="warned"> (a rate is not known)</span>}; before them {money(result.net_pnl + costs, true)}</>],
    ["Closed", <>by {words(result.reason.replace("-", " "))}{result.reason === "stop" ? ` (${words(result.stop_kind)})` : ""} <Moment at={result.closed_at} />, after {span(Date.parse(result.closed_at) - Date.parse(result.opened_at))}</>],
  ];
}

function weightWords(weight: Weight): string {
  const drift = weight.value !== null && weight.limit !== null ? `: drift ${plain(weight.value, 1)}, killed above ${plain(weight.limit, 1)}` : "";
  return `${percent(weight.weight, 0)} of the usual risk, ${words(weight.stage)} after ${weight.trades} live trades${drift}${weight.note ? `; ${weight.note}` : ""}`;
}

function Orders({ orders, id }: { orders: readonly OrderNote[]; id: string }) {
  return (
    <div className="scrolls" role="region" aria-label="Orders" tabIndex={0}>
      <table className="checks">
        <thead>
          <tr><th scope="col">time</th><th scope="col">order</th><th scope="col">what</th><th scope="col" className="number">size</th><th scope="col" className="number">price</th><th scope="col" className="number">fee</th></tr>
        </thead>
        <tbody>
          {orders.map((each, at) => (
            <tr key={`${each.at}${each.order}${each.what}${at}`}>
              <td><Moment at={each.at} look="clock" /></td>
              <th scope="row">{words(each.order.replace(`${id}-`, "").replaceAll("-", " "))}</th>
              <td className={each.what === "filled" ? "strong" : ["rejected", "lost"].includes(each.what) ? "lost" : undefined}>
                {words(each.what)}
                {each.what === "filled" && <div className="muted small">{each.is_maker ? "maker" : "taker"}{each.slippage ? `, slipped ${plain(each.slippage * 1e4, 1)} bps` : ""}</div>}
                {each.reason && <div className="muted small">{words(each.reason)}</div>}
              </td>
              <td className="number">{each.quantity === null ? "" : quantity(each.quantity)}</td>
              <td className="number">{each.price === null ? "" : price(each.price)}</td>
              <td className="number">{each.fee === null ? "" : money(each.fee)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
