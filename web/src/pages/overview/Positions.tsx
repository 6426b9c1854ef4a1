// What is open: what it makes now, what protects it, and where its mark stands between stop and target.
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Position, Resting } from "../../api/types";
import { ActionButton } from "../../ui/Confirmed";
import { money, percent, price, quantity, tone, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, DirectionMark, InR, Panel } from "../../ui/parts";
import { ladder, nextTarget, room, toTarget } from "./ladder";

export function PositionsPanel({ positions, isRunning }: { positions: readonly Position[]; isRunning: boolean }) {
  const bare = positions.filter((each) => each.protection === "none");
  return (
    <Panel
      title="Positions"
      aside={
        positions.length > 0 && (
          <Group gap="sm">
            <Text size="sm" component="span">
              <Amount value={sum(positions)} /> <span className="muted">open</span>
            </Text>
            {positions.length > 1 && (
              <ActionButton action={{ wish: "close_all", label: "Close all", isDangerous: true, consequence: `All ${positions.length} positions are closed at market, and every waiting entry is taken back. Trading goes on.` }} />
            )}
          </Group>
        )
      }
    >
      {bare.length > 0 && (
        <Alert color="red" mb="sm" title="Without a stop" role="alert">
          {bare.map((each) => each.instrument).join(", ")}: nothing at the venue limits the loss.
        </Alert>
      )}
      {positions.length === 0 ? (
        <Text size="sm" c="dimmed">Nothing is open. {isRunning ? "A position appears here the moment its entry is filled." : "While a session trades, its positions are here with live profit and loss."}</Text>
      ) : (
        <div className="cards">
          {positions.map((each) => (
            <PositionCard key={each.id} position={each} />
          ))}
        </div>
      )}
    </Panel>
  );
}

function sum(positions: readonly Position[]): number | null {
  return positions.reduce<number | null>((all, each) => (all === null || each.net_pnl === null ? null : all + each.net_pnl), 0);
}

const PROTECTION: Record<string, string> = { none: "NO STOP", resting: "✓ stop at the venue", under_way: "stop on its way" };

function PositionCard({ position }: { position: Position }) {
  const isBare = position.protection === "none";
  return (
    <article className={`position ${isBare ? "bare" : ""}`} aria-label={`${position.instrument} ${position.direction}`}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Group gap={8} wrap="nowrap">
            <Text fw={700} component={Link} to={`/signals/${position.id}`} className="quiet-link">{position.instrument}</Text>
            <DirectionMark direction={position.direction} />
          </Group>
          <Text size="xs" c="dimmed" truncate title={position.signal}>{position.signal}</Text>
        </div>
        <div className="number">
          <div className={`figure ${tone(position.net_pnl) ?? ""}`}>{money(position.net_pnl, true)}</div>
          <Text size="sm" component="div"><InR value={position.net_r} /></Text>
        </div>
      </Group>
      <Ladder position={position} />
      <dl className="pairs">
        <Pair name="Size" value={quantity(position.quantity)} />
        <Pair name="Entry" value={price(position.entry_price)} />
        <Pair name="Mark" value={price(position.mark_price)} />
        <Pair name="To stop" value={position.stop === null ? "–" : percent(room(position.mark_price, position.stop, position.direction), 2)} />
        <Pair name="To target" value={percent(toTarget(position), 2)} />
        <Pair name="Risk left" value={money(position.open_risk)} />
        {position.liquidation_distance !== null && <Pair name="To liquidation" value={percent(position.liquidation_distance, 1)} />}
        <Pair name="Fees, funding" value={`${money(position.fees)}, ${money(position.funding)}`} />
      </dl>
      <Group justify="space-between" gap="xs" mt={8}>
        <Text size="xs" component="div">
          <span className={isBare ? "lost strong" : position.protection === "resting" ? "won" : "warned"}>{isBare ? "NO STOP" : PROTECTION[position.protection] ?? words(position.protection)}</span>
          {position.stop_kind && !isBare && <span className="muted"> ({words(position.stop_kind)})</span>}
          {position.closes_at && <span className="muted"> · closes <Moment at={position.closes_at} look="ago" /></span>}
        </Text>
        <Group gap={6}>
          <Button component={Link} to={chartOf(position)} size="compact-xs" variant="subtle">Chart</Button>
          {position.is_closing ? (
            <Text size="xs" className="warned">closing…</Text>
          ) : (
            <ActionButton
              size="compact-xs"
              action={{ wish: "close", target: position.id, label: "Close", isDangerous: true, consequence: `${quantity(position.quantity)} ${position.instrument} ${position.direction} is closed at market; stop and targets are taken back.` }}
            />
          )}
        </Group>
      </Group>
    </article>
  );
}

function chartOf(of: Position | Resting): string {
  return `/chart?${new URLSearchParams({ symbol: of.symbol, hypothesis: of.signal, signal: of.id })}`;
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Ladder({ position }: { position: Position }) {
  const rungs = ladder(position);
  if (rungs === null) return null;
  const entry = rungs.find((each) => each.what === "entry")?.at ?? 0;
  const mark = rungs.find((each) => each.what === "mark")?.at ?? entry;
  const isAhead = mark >= entry;
  return (
    <div className="ladder">
      <div className="ladder-line" role="img" aria-label={`Mark ${price(position.mark_price)} between stop ${price(position.stop)} and target ${price(nextTarget(position))}`}>
        <div className={`ladder-made ${isAhead ? "ahead" : "behind"}`} style={{ left: `${Math.min(entry, mark) * 100}%`, width: `${Math.abs(mark - entry) * 100}%` }} />
        {rungs.map((each) => (
          <div key={`${each.what}${each.price}`} className={`rung ${each.what} ${each.isDone ? "done" : ""}`} style={{ left: `${each.at * 100}%` }} title={`${each.what} ${price(each.price)}`} />
        ))}
      </div>
      <Group justify="space-between" gap={4}>
        <Text size="xs" className="lost">stop {price(position.stop)}</Text>
        <Text size="xs" className="won">target {price(nextTarget(position))}</Text>
      </Group>
    </div>
  );
}

export function RestingPanel({ resting }: { resting: readonly Resting[] }) {
  if (resting.length === 0) return null;
  return (
    <Panel title="Entries that wait to be filled">
      <Stack gap="sm">
        {resting.map((each) => (
          <article key={each.id} className="line" aria-label={`${each.instrument} ${each.direction}`}>
            <div className="grows">
              <Group gap={8}>
                <Text fw={600} component={Link} to={`/signals/${each.id}`} className="quiet-link">{each.instrument}</Text>
                <DirectionMark direction={each.direction} />
              </Group>
              <Text size="xs" c="dimmed" component="div">
                {quantity(each.quantity)} at {price(each.price)}, mark {price(each.mark_price)}, stop {price(each.stop)};{" "}
                {each.filled > 0 ? `${quantity(each.filled)} filled; ` : ""}
                {each.is_accepted ? "" : "not accepted yet; "}over <Moment at={each.expires_at} look="ago" />
              </Text>
            </div>
            <ActionButton size="compact-xs" action={{ wish: "close", target: each.id, label: "Take back", isDangerous: true, consequence: `The entry on ${each.instrument} is taken back.` }} />
          </article>
        ))}
      </Stack>
    </Panel>
  );
}
