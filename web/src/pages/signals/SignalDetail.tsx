// Everything about one signal: what `edgeproof why ID` says.
import { Alert, Button, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { Link } from "react-router";
import { type Explained, useSignal } from "../../api/signals";
import { useOverview } from "../../api/queries";
import { percent, price, span, words } from "../../ui/format";
import { Moment, useSeconds } from "../../ui/Moment";
import { DirectionMark, Facts, FateBadge, Shown, StateBadge } from "../../ui/parts";
import { meaning, ruleValue } from "../../ui/rules";
import { TakeOrSkip } from "../overview/Waiting";
import { Candles, Checks, Market, Record, ToldOf, ValuesOf } from "./Evidence";
import { Part } from "./Part";
import { TradingOf } from "./TradingOf";

export function SignalDetail({ id }: { id: string }) {
  const found = useSignal(id);
  return (
    <Shown of={found} lines={14}>
      {(explained) => <Detail of={explained} />}
    </Shown>
  );
}

function Detail({ of }: { of: Explained }) {
  const { signal } = of;
  const { evidence } = signal;
  const vetoed = of.checks.filter((each) => !each.holds).length;
  return (
    <Stack gap="lg">
      <Head of={of} />
      <Answer of={of} />
      {signal.warning && <Alert color="yellow" title="Mind" role="note">{signal.warning}</Alert>}
      <Prices of={of} />
      <Part title="Checks" aside={vetoed === 0 ? "all held" : `${vetoed} did not hold`}>
        <Checks checks={of.checks} label="Checks of the signal" />
      </Part>
      <Part title="Entry" aside="all of it held"><ValuesOf values={evidence.entry} /></Part>
      {Object.keys(evidence.confirm ?? {}).length > 0 && <Part title="Confirmation" aside="all of it held"><ValuesOf values={evidence.confirm} /></Part>}
      <Part title="Market"><Market evidence={evidence} /></Part>
      {evidence.backtest && <Part title="Record in the backtest"><Record record={evidence.backtest} /></Part>}
      <TradingOf of={of} />
      <Part title="Told"><ToldOf notifications={of.notifications} /></Part>
      <Part title="Candles used"><Candles candles={evidence.candles ?? []} /></Part>
    </Stack>
  );
}

function Head({ of }: { of: Explained }) {
  const { signal } = of;
  return (
    <Stack gap={6}>
      <Group gap={10}>
        <Text fw={700} size="lg" component="h3" m={0}>{signal.instrument}</Text>
        <DirectionMark direction={signal.direction} />
        <Text size="sm" c="dimmed">{signal.timeframe}</Text>
        <FateBadge fate={of.fate} />
        {of.trading && <FateBadge fate={of.trading.fate} />}
        <StateBadge state={signal.state} qualified={signal.qualified} />
      </Group>
      <Text className="wraps" size="sm">
        <Link className="plain-link" to={`/performance/${encodeURIComponent(signal.signal)}`}>{signal.signal}</Link>
      </Text>
      <Text size="xs" c="dimmed" component="div">
        fired <Moment at={signal.timestamp} look="full" />, decided {span(signal.latency_ms)} after its close arrived
      </Text>
      {of.rule && (
        <Text size="sm" className="warned" component="div">
          {words(of.fate)} by {words(of.rule)}: {ruleValue(of.value)}, allowed {ruleValue(of.limit)}
          {meaning(of.rule) && <span className="muted"> ({meaning(of.rule)})</span>}
        </Text>
      )}
      <Group gap="xs">
        <CopyButton value={of.id}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy} aria-label={`Copy the id ${of.id}`} leftSection={copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}>
              <span className="mono">{copied ? "copied" : of.id}</span>
            </Button>
          )}
        </CopyButton>
        <Button size="compact-xs" variant="light" component={Link} to={chartOf(of)}>See it on the chart</Button>
      </Group>
    </Stack>
  );
}

function chartOf({ id, signal }: Explained): string {
  return `/chart?${new URLSearchParams({ symbol: signal.symbol, timeframe: signal.timeframe, hypothesis: signal.signal, signal: id })}`;
}

/** Take it or skip it, while it waits for a person. */
function Answer({ of }: { of: Explained }) {
  const now = useSeconds();
  const offers = useOverview().data?.offers ?? [];
  const isOffered = of.waits !== null || offers.some((each) => each.id === of.id);
  const { signal } = of;
  if (!isOffered || of.trading !== null || Date.parse(signal.expires_at) <= now) return null;
  return (
    <Alert color="yellow" title="It waits for you" role="region" aria-label="It waits for you">
      <Group justify="space-between">
        <Text size="sm" component="div">It expires <Moment at={signal.expires_at} look="ago" />.</Text>
        <TakeOrSkip signal={{ id: of.id, instrument: signal.instrument, direction: signal.direction, entry: signal.entry, stop_loss: signal.stop_loss }} />
      </Group>
    </Alert>
  );
}

function Prices({ of: { signal } }: { of: Explained }) {
  const away = (to: number) => percent(Math.abs(to / signal.entry - 1), 2);
  return (
    <Part title="Prices">
      <Facts
        facts={[
          ["Entry", price(signal.entry)],
          ["Stop", <>{price(signal.stop_loss)} <span className="muted">({away(signal.stop_loss)} away)</span></>],
          ...signal.targets.map((each, at) => [
            signal.targets.length > 1 ? `Target ${at + 1}` : "Target",
            <>{price(each)} <span className="muted">({away(each)} away)</span></>,
          ] as const),
          ["Reward to risk", signal.risk_reward ?? "none"],
          ["Wins at least", signal.confidence === null ? "not known" : <>{percent(signal.confidence, 1)} <span className="muted">(lower bound)</span></>],
          ["Acted on until", <Moment key="until" at={signal.expires_at} look="full" />],
        ]}
      />
    </Part>
  );
}
