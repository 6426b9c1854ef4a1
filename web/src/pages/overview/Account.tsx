// The account in figures, and what of the limits of risk is used.
import { Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Trading } from "../../api/types";
import { ActionButton } from "../../ui/Confirmed";
import { count, money, percent, plain, tone, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, Panel } from "../../ui/parts";
import { gauge, share, toneOfShare } from "./breaker";

export function AccountPanel({ trading, isLive, canSteer }: { trading: Trading; isLive: boolean; canSteer: boolean }) {
  const day = trading.day;
  const ofDay = day?.pnl != null && day.opening_equity ? day.pnl / day.opening_equity : null;
  return (
    <Panel
      title="Account"
      aside={
        <Text size="xs" c="dimmed" component="span">
          {isLive ? <><span className="lamp well" aria-hidden /> live</> : <>as of <Moment at={trading.at} /></>}
        </Text>
      }
    >
      <Stack gap="md">
        <div className="figures">
          <Figure name="Equity" value={money(trading.equity)} more={`cash ${money(trading.cash)}`} isLarge />
          <Figure
            name="Today"
            value={<span className={tone(day?.pnl)}>{money(day?.pnl, true)}</span>}
            more={<>{percent(ofDay, 2, true)}; <Amount value={day?.realized_pnl} /> realised, <Amount value={day?.open_pnl} /> open</>}
            isLarge
          />
        </div>
        <TradingState trading={trading} canSteer={canSteer} />
        <Stack gap={10}>
          <Used name="Drawdown" value={percent(trading.drawdown, 2)} limit={percent(trading.max_drawdown, 0)} used={share(trading.drawdown, trading.max_drawdown)} />
          <Used name="Leverage" value={`${plain(trading.leverage)}×`} limit={`${plain(trading.max_leverage, 1)}×`} used={share(trading.leverage, trading.max_leverage)} />
          <Used name="Open risk" value={percent(trading.open_risk_share, 2)} limit={percent(trading.max_open_risk, 1)} used={share(trading.open_risk_share, trading.max_open_risk)} />
          <Used name="Positions" value={count(trading.instruments)} limit={count(trading.max_positions)} used={share(trading.instruments, trading.max_positions)} />
          <Used name="Orders a minute" value={count(trading.orders_last_minute)} limit={count(trading.max_orders_a_minute)} used={share(trading.orders_last_minute, trading.max_orders_a_minute)} />
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed">Losses in a row</Text>
            <Text size="sm" component="span">
              {count(trading.losses_in_a_row)}
              {trading.cooldown_until && <span className="warned"> · cooling down, over <Moment at={trading.cooldown_until} look="ago" /></span>}
            </Text>
          </Group>
        </Stack>
      </Stack>
    </Panel>
  );
}

function Figure({ name, value, more, isLarge }: { name: string; value: ReactNode; more?: ReactNode; isLarge?: boolean }) {
  return (
    <div>
      <Text size="xs" c="dimmed">{name}</Text>
      <Text component="div" className={isLarge ? "figure-large" : "figure"}>{value}</Text>
      {more && <Text size="xs" c="dimmed" component="div">{more}</Text>}
    </div>
  );
}

/** A value against its limit, with a bar where there is one. */
function Used({ name, value, limit, used }: { name: string; value: string; limit: string; used: number | null }) {
  const look = toneOfShare(used);
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">{name}</Text>
        <Text size="sm" component="span">
          <strong className={look === "bad" ? "lost" : look === "warned" ? "warned" : undefined}>{value}</strong>{" "}
          <span className="muted">{limit === "–" || limit === "–×" ? "no limit" : `of ${limit}`}</span>
        </Text>
      </Group>
      <div className="bar" aria-hidden>
        <div className={`bar-used ${look}`} style={{ width: `${(used ?? 0) * 100}%` }} />
      </div>
    </div>
  );
}

const STATES: Record<string, { words: string; look: string }> = {
  active: { words: "Trading", look: "well" },
  reducing: { words: "No new entries", look: "warned" },
  halted: { words: "Halted", look: "bad" },
};

function TradingState({ trading, canSteer }: { trading: Trading; canSteer: boolean }) {
  const { state, cause, since, by, why } = trading.status;
  const shown = STATES[state] ?? { words: words(state), look: "warned" };
  return (
    <Group justify="space-between" gap="xs" className={`state ${shown.look}`}>
      <div>
        <Text fw={600} component="div"><span className={`lamp ${shown.look}`} aria-hidden /> {shown.words}</Text>
        <Text size="xs" c="dimmed" component="div">
          {cause ? <>since <Moment at={since} />: {words(cause)}{by ? `, by ${by}` : ""}{why ? ` (${why})` : ""}</> : "since the beginning"}
        </Text>
      </div>
      {canSteer &&
        (state === "active" ? (
          <ActionButton action={{ wish: "stop", label: "Pause", consequence: "No new entries until somebody resumes. What is open is managed to its end." }} />
        ) : (
          <ActionButton action={{ wish: "resume", label: "Resume", consequence: "New entries are made again, as far as the limits allow. After a fall from the peak whoever resumes accepts the loss." }} />
        ))}
    </Group>
  );
}

/** The loss of the day on a scale with the levels of the breaker. */
export function BreakerPanel({ trading }: { trading: Trading }) {
  const day = trading.day;
  const found = day ? gauge(day) : null;
  return (
    <Panel title="Circuit breaker" aside={day && <Text size="xs" c="dimmed" component="span">day began <Moment at={day.start} /></Text>}>
      {day === null || found === null ? (
        <Text size="sm" c="dimmed">No limit on the loss of a day is set: risk.daily_loss in edgeproof.toml.</Text>
      ) : (
        <Stack gap="xs">
          <Group justify="space-between">
            <Text size="sm">
              Loss of the day <strong className={found.loss ? "lost" : undefined}>{percent(found.loss, 2)}</strong>
            </Text>
            <Text size="sm" className={day.level === "normal" ? "won" : day.level === "warn" ? "warned" : "lost"} fw={600}>
              {words(day.level)}
            </Text>
          </Group>
          <div className="gauge" aria-hidden>
            <div className={`gauge-used ${day.level === "normal" ? "well" : day.level === "warn" ? "warned" : "bad"}`} style={{ width: `${Math.min(1, (found.loss ?? 0) / found.end) * 100}%` }} />
            {found.levels.map((each) => (
              <div key={each.level} className="gauge-level" style={{ left: `${each.at * 100}%` }} />
            ))}
          </div>
          <ul className="plain-list">
            {found.levels.map((each) => (
              <li key={each.level} className="between">
                <span>
                  {words(each.level)} <span className="muted">at −{percent(each.limit, 1)}</span>
                </span>
                <span className={each.is_reached ? "lost" : undefined}>{each.is_reached ? "reached" : `${money(each.left)} left`}</span>
              </li>
            ))}
          </ul>
        </Stack>
      )}
    </Panel>
  );
}
