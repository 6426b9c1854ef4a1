// What was looked at when a signal fired: rules, conditions, market, candles, the record; and who was told.
import { Text } from "@mantine/core";
import { Link } from "react-router";
import type { Check, Evidence, Told, TrackRecord, Values } from "../../api/signals";
import { count, multiple, percent, plain, price, span, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Facts, FateBadge } from "../../ui/parts";
import { meaning, ruleValue } from "../../ui/rules";

/** Every rule with what was found and what it allows; those that spoke against it come first. */
export function Checks({ checks, label }: { checks: readonly Check[]; label: string }) {
  const sorted = [...checks].sort((one, other) => Number(one.holds) - Number(other.holds));
  return (
    <div className="scrolls" role="region" aria-label={label} tabIndex={0}>
      <table className="checks">
        <thead>
          <tr><th scope="col">rule</th><th scope="col" className="number">found</th><th scope="col" className="number">limit</th></tr>
        </thead>
        <tbody>
          {sorted.map((each) => (
            <tr key={each.rule} className={each.holds ? undefined : "failed"}>
              <th scope="row">
                <span className={each.holds ? "won" : "lost"}>{each.holds ? "✓" : "✗"}<span className="unseen">{each.holds ? " holds: " : " does not hold: "}</span></span> {words(each.rule)}
                {meaning(each.rule) && <div className="muted small">{meaning(each.rule)}</div>}
              </th>
              <td className="number">{ruleValue(each.value)}</td>
              <td className="number">{ruleValue(each.limit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Conditions with the values of their parts. */
export function ValuesOf({ values }: { values: Values | undefined }) {
  const entries = Object.entries(values ?? {});
  if (entries.length === 0) return <Text size="sm" c="dimmed">No condition was kept.</Text>;
  return (
    <ul className="rows">
      {entries.map(([text, parts]) => (
        <li key={text}>
          <div className="mono wraps small strong">{text}</div>
          {Object.entries(parts).map(([part, value]) => (
            <div key={part} className="between small">
              <span className="mono muted wraps">{part}</span>
              <span>{price(value)}</span>
            </div>
          ))}
        </li>
      ))}
    </ul>
  );
}

export function Market({ evidence }: { evidence: Evidence }) {
  const declared = evidence.regimes_declared ?? [];
  return (
    <Facts
      facts={[
        ["Regime", <>{words(evidence.regime)}{declared.length > 0 && <span className="muted"> (declared: {declared.map(words).join(", ")})</span>}</>],
        ["Funding of the hour", <>{percent(evidence.funding_rate, 4, true)}{evidence.funding_percentile != null && <span className="muted"> (higher than {percent(evidence.funding_percentile, 0)} of them)</span>}</>],
        ["Spread", evidence.spread_bps == null ? "–" : `${plain(evidence.spread_bps, 2)} bps`],
        ["Volume", evidence.volume_ratio == null ? "–" : `${plain(evidence.volume_ratio, 1)}× the usual`],
        ["Minutes without a trade", percent(evidence.quiet_share, 0)],
      ]}
    />
  );
}

export function Record({ record }: { record: TrackRecord }) {
  if (record.n === null) return <Text size="sm" className="warned">{record.verdict}</Text>;
  return (
    <>
      <Text size="sm" mb={6} className={record.state === "qualified" ? undefined : "warned"}>{record.verdict}</Text>
      <Facts
        facts={[
          ["Trades", <>{count(record.n)}{record.days !== null && <span className="muted"> in {count(record.days)} days</span>}</>],
          ["Won", <>{percent(record.win_rate, 1)}{record.win_rate_low !== null && <span className="muted"> ({percent(record.win_rate_low, 0)} to {percent(record.win_rate_high, 0)})</span>}</>],
          ["Expectancy", multiple(record.expectancy_r)],
          ["Mean win, mean loss", `${multiple(record.mean_win_r)}, ${multiple(record.mean_loss_r)}`],
          ["Cost of a trade", multiple(record.cost_r).replace("+", "")],
          ["Data until", <Moment key="end" at={record.data_end} />],
          ...(record.run ? [["Run", <Link key="run" className="plain-link mono" to={`/research/${record.run}`}>{record.run}</Link>] as const] : []),
        ]}
      />
    </>
  );
}

export function Candles({ candles }: { candles: NonNullable<Evidence["candles"]> }) {
  if (candles.length === 0) return <Text size="sm" c="dimmed">None were kept.</Text>;
  return (
    <ul className="plain-list">
      {candles.map((each) => (
        <li key={each.timeframe} className="between">
          <span>{each.timeframe} <span className="muted">closed <Moment at={each.close_time} look="full" /></span></span>
          <span className="muted">{span(each.age_minutes * 60_000)} old</span>
        </li>
      ))}
    </ul>
  );
}

export function ToldOf({ notifications }: { notifications: readonly Told[] }) {
  if (notifications.length === 0) return <Text size="sm" c="dimmed">Nobody: no channel was set up, or it was not to be told.</Text>;
  return (
    <ul className="rows">
      {notifications.map((each) => (
        <li key={`${each.message} ${each.channel}`}>
          <div className="between">
            <span><strong>{each.channel}</strong> <span className="muted">{each.title}</span></span>
            <FateBadge fate={each.fate} />
          </div>
          <Text size="xs" c="dimmed" component="div" className="wraps">
            {each.at && <Moment at={each.at} look="full" />}
            {each.latency_ms !== null && `, ${span(each.latency_ms)} after the close`}
            {each.reason && `: ${each.reason}`}
          </Text>
        </li>
      ))}
    </ul>
  );
}
