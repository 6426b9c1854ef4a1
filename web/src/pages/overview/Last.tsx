// The newest signals, trades and notices.
import { Group, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Notice, Overview, SignalRow, Trade } from "../../api/types";
import { count, price, span, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, DirectionMark, FateBadge, InR, Panel } from "../../ui/parts";

const LISTED = 7;

/** The newest first, those of the same moment in the order they came. */
function newest<T>(rows: readonly T[], at: (row: T) => string): T[] {
  return [...rows].sort((one, other) => Date.parse(at(other)) - Date.parse(at(one)));
}

export function LastSignals({ signals }: { signals: readonly SignalRow[] }) {
  return (
    <Panel title="Last signals" aside={<Text size="sm" component={Link} to="/signals" className="plain-link">All</Text>}>
      {signals.length === 0 ? (
        <Text size="sm" c="dimmed">No hypothesis has fired yet. Proven ones fire rarely; edgeproof paper --all watches the unproven ones too.</Text>
      ) : (
        <ul className="rows">
          {signals.slice(0, LISTED).map((each) => (
            <li key={each.id}>
              <Link to={`/signals/${each.id}`} className="row-link">
                <div className="between">
                  <span><strong>{each.instrument}</strong> <DirectionMark direction={each.direction} /> <span className="muted">{each.timeframe}</span></span>
                  <FateBadge fate={each.trade?.fate ?? each.fate} />
                </div>
                <div className="between small muted">
                  <span className="clip">{each.hypothesis}{each.warning && <span className="warned"> · unproven</span>}</span>
                  <span>{price(each.entry)} · <Moment at={each.at} /></span>
                </div>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function LastTrades({ trades }: { trades: readonly Trade[] }) {
  return (
    <Panel title="Last trades" aside={<Text size="sm" component={Link} to="/performance" className="plain-link">All</Text>}>
      {trades.length === 0 ? (
        <Text size="sm" c="dimmed">None is over yet.</Text>
      ) : (
        <ul className="rows">
          {newest(trades, (each) => each.closed_at).slice(0, LISTED).map((each) => (
            <li key={each.id}>
              <Link to={`/signals/${each.id}`} className="row-link">
                <div className="between">
                  <span><strong>{each.instrument}</strong> <DirectionMark direction={each.direction} /> <span className="muted">by {words(each.reason.replace("-", " "))}</span></span>
                  <span className="strong"><Amount value={each.net_pnl} /> <InR value={each.r_multiple} /></span>
                </div>
                <div className="between small muted">
                  <span className="clip">{price(each.entry_price)} to {price(each.exit_price)}, {span(Date.parse(each.closed_at) - Date.parse(each.opened_at))}</span>
                  <Moment at={each.closed_at} />
                </div>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function NoticesPanel({ notices }: { notices: readonly Notice[] }) {
  return (
    <Panel title="Notices" aside={<Text size="sm" component={Link} to="/journal?kind=notice" className="plain-link">Journal</Text>}>
      {notices.length === 0 ? (
        <Text size="sm" c="dimmed">Nothing out of the ordinary.</Text>
      ) : (
        <ul className="rows">
          {newest(notices, (each) => each.at).slice(0, 6).map((each, at) => (
            <li key={`${each.at}${each.kind}${each.symbol}${at}`}>
              <div className="between"><strong>{words(each.kind)}</strong><span className="muted small"><Moment at={each.at} /></span></div>
              <Text size="xs" c="dimmed" className="wraps">{each.symbol ? `${each.symbol}: ` : ""}{each.detail}</Text>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function ChecksPanel({ parity, told, live }: Pick<Overview, "parity" | "told"> & { live: readonly { name: string; words: string; waiting: number }[] | null }) {
  const waiting = new Map((live ?? []).map((each) => [each.name, each]));
  const names = [...new Set([...told.map((each) => each.channel), ...waiting.keys()])];
  return (
    <Panel title="Told, and checked">
      <ul className="rows">
        {names.map((name) => {
          const now = waiting.get(name);
          return (
            <li key={name}>
              <div className="between"><strong>{name}</strong>{now && now.waiting > 0 && <span className="warned small">{count(now.waiting)} waiting</span>}</div>
              <Text size="xs" c="dimmed" className="wraps">{told.find((each) => each.channel === name)?.words ?? now?.words}</Text>
            </li>
          );
        })}
        {names.length === 0 && (
          <li><Text size="sm" c="dimmed">No channel is set up: <Link className="plain-link" to="/settings">Settings</Link> shows how to be told by Telegram, e-mail or on this device.</Text></li>
        )}
        <li>
          <Group justify="space-between" gap="xs">
            <strong>parity with the backtest</strong>
            {parity && <span className={parity.unexplained === 0 ? "won" : "lost"}>{parity.unexplained === 0 ? "✓ nothing unexplained" : `${count(parity.unexplained)} unexplained`}</span>}
          </Group>
          <Text size="xs" c="dimmed" component="div">
            {parity ? <><Moment at={parity.start} /> to <Moment at={parity.end} />, compared <Moment at={parity.at} /></> : "Never compared: edgeproof parity"}
          </Text>
        </li>
      </ul>
    </Panel>
  );
}
