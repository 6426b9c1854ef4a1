// Everything about one hypothesis: what it says, what it made, and how that stands to its test.
import { Button, CopyButton, Stack, Title } from "@mantine/core";
import { Link } from "react-router";
import { count, multiple, percent, plain } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Empty, Panel, Shown, StateBadge } from "../../ui/parts";
import { Curve } from "./Curve";
import { DriftGauge, RateBar, RateKey } from "./Gauges";
import { useHypothesis } from "./queries";
import { breakEven } from "./rows";
import { NoTrades, TradeTable } from "./TradeTable";
import type { OnePerformance, StateRow } from "./types";

export function Detail({ name }: { name: string }) {
  const found = useHypothesis(name);
  const links = new URLSearchParams({ hypothesis: name });
  return (
    <Stack gap="md">
      <div className="performance-head">
        <Title order={1}>{name}</Title>
        {found.data && <StateBadge state={found.data.row?.state ?? found.data.states[0]?.state ?? "draft"} />}
        <Link className="plain-link" to={`/chart?${links}`}>On the chart</Link>
        <Link className="plain-link" to={`/signals?${links}`}>Its signals</Link>
        <Link className="plain-link" to="/performance">All hypotheses</Link>
      </div>
      <Shown of={found} lines={12}>
        {(one) => <Found one={one} />}
      </Shown>
    </Stack>
  );
}

function Found({ one }: { one: OnePerformance }) {
  return (
    <>
      <div className="performance-pair">
        <Stack gap="md" miw={0}>
          <Curve one={one} />
          <Panel title="Trades" aside={<span className="small muted">{count(one.trades.length)}</span>}>
            {one.trades.length === 0 ? <NoTrades /> : <TradeTable trades={one.trades} />}
          </Panel>
        </Stack>
        <Against one={one} />
      </div>
      <Panel title="What was tested">
        {one.states.length === 0 ? (
          <Empty title="Not tested yet"><code>edgeproof discover --all</code> tests it, and counts that it did.</Empty>
        ) : (
          <ul className="rows">{one.states.map((state) => <TestedOn key={state.instruments.join()} state={state} />)}</ul>
        )}
      </Panel>
      {one.definition && (
        <Panel
          title="Definition"
          aside={<CopyButton value={one.definition}>{({ copied, copy }) => <Button size="compact-xs" variant="default" onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}</CopyButton>}
        >
          <pre className="definition" tabIndex={0} role="region" aria-label="Definition as TOML">{one.definition}</pre>
        </Panel>
      )}
    </>
  );
}

/** Live and tested side by side. */
function Against({ one }: { one: OnePerformance }) {
  const { row, tested, drift } = one;
  const state = one.states.find(({ is_watched }) => is_watched) ?? one.states[0];
  const live = row?.live;
  const rows: readonly (readonly [string, string, string])[] = [
    ["Trades", count(live?.n ?? 0), count(tested?.n ?? state?.n)],
    ["Win rate", percent(live?.win_rate), percent(tested?.win_rate ?? state?.win_rate)],
    ["R a trade", multiple(live?.expectancy_r), multiple(tested?.expectancy_r ?? state?.expectancy_r)],
    ["Profit factor", plain(live?.profit_factor_r), plain(tested?.profit_factor)],
    ["Mean win", multiple(live?.mean_win_r), multiple(state?.mean_win_r)],
    ["Mean loss", multiple(live?.mean_loss_r), multiple(state?.mean_loss_r)],
  ];
  return (
    <Panel title="Against its test" aside={row ? <span className="small strong">{row.against_tested.verdict}</span> : undefined}>
      <Stack gap="sm">
        <RateBar value={live?.win_rate ?? null} low={live?.win_rate_low ?? null} high={live?.win_rate_high ?? null} tested={tested?.win_rate ?? state?.win_rate ?? null} breakEven={breakEven(state)} />
        <RateKey />
        <table className="against">
          <thead>
            <tr>
              <th scope="col"><span className="unseen">Figure</span></th>
              <th scope="col">Live</th>
              <th scope="col">Tested</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([what, now, then]) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td>{now}</td>
                <td>{then}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {row && (
          <p className="small muted performance-note">
            {count(row.signals)} signals, {count(row.taken)} taken in {plain(row.watched_days, 1)} days of watching (each instrument counts); the backtest had {plain(row.expected_trades, 1)} trades in as much.
          </p>
        )}
        {drift && (
          <>
            <DriftGauge {...drift} />
            <p className="small muted performance-note">
              Grows as live results fall behind the test; at the limit it is killed, on the way there its entries weigh less.{drift.note ? ` ${drift.note}` : ""}
            </p>
          </>
        )}
      </Stack>
    </Panel>
  );
}

function TestedOn({ state }: { state: StateRow }) {
  return (
    <li>
      <StateBadge state={state.state} /> <span className="strong">{state.instruments.join(", ") || "all instruments"}</span>{" "}
      <span className="wraps">{state.verdict.replace(/^[a-z]+: /, "")}</span>
      <div className="small muted">
        {count(state.n)} trades in {plain(state.days, 0)} days to <Moment at={state.data_end} look="full" />, costs {plain(state.cost_r)} R a trade
        {state.run && <>, <Link className="plain-link" to={`/research/${encodeURIComponent(state.run)}`}>the run</Link></>}
        {state.version && <>, version {state.version}</>}
      </div>
    </li>
  );
}
