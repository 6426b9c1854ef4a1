// What waits for a person: signals to take or to skip, and wishes that no session has granted.
import { Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { SignalRow, Wish } from "../../api/types";
import { ActionButton } from "../../ui/Confirmed";
import { price, words } from "../../ui/format";
import { Moment, useSeconds } from "../../ui/Moment";
import { DirectionMark, Panel } from "../../ui/parts";

export function OffersPanel({ offers }: { offers: readonly SignalRow[] }) {
  const now = useSeconds();
  const open = offers.filter((each) => Date.parse(each.expires_at) > now);
  if (open.length === 0) return null;
  return (
    <Panel title={`${open.length === 1 ? "A signal waits" : `${open.length} signals wait`} for you`}>
      <Stack gap="sm">
        {open.map((each) => (
          <article key={each.id} className="line" aria-label={`${each.instrument} ${each.direction}`}>
            <div className="grows">
              <Group gap={8}>
                <Text fw={600} component={Link} to={`/signals/${each.id}`} className="quiet-link">{each.instrument}</Text>
                <DirectionMark direction={each.direction} />
                <Text size="sm" className="warned" component="span">expires <Moment at={each.expires_at} look="ago" /></Text>
              </Group>
              <Text size="xs" c="dimmed" className="wraps">
                {each.hypothesis}, entry {price(each.entry)}, stop {price(each.stop_loss)}, target {each.targets.map(price).join(", ")}
                {each.risk_reward ? `, ${each.risk_reward}` : ""}
              </Text>
            </div>
            <TakeOrSkip signal={each} />
          </article>
        ))}
      </Stack>
    </Panel>
  );
}

/** The two answers to a signal that waits. */
export function TakeOrSkip({ signal }: { signal: Pick<SignalRow, "id" | "instrument" | "direction" | "entry" | "stop_loss"> }) {
  return (
    <Group gap={6} wrap="nowrap">
      <ActionButton
        variant="filled"
        action={{ wish: "take", target: signal.id, label: "Take", consequence: `${signal.instrument} ${signal.direction} is entered near ${price(signal.entry)} with its stop at ${price(signal.stop_loss)}, sized by the limits of risk as they are when it is granted.` }}
      />
      <ActionButton action={{ wish: "skip", target: signal.id, label: "Skip", consequence: "It is let go, and the journal says who let it go." }} />
    </Group>
  );
}

export function WishesPanel({ wishes, isTrading }: { wishes: readonly Wish[]; isTrading: boolean }) {
  if (wishes.length === 0) return null;
  return (
    <Panel title="Asked, not granted yet">
      <ul className="plain-list">
        {wishes.map((each) => (
          <li key={each.id}>
            <strong>{words(each.wish)}</strong> {each.target} <span className="muted">by {each.by}{each.why ? `: ${each.why}` : ""}, <Moment at={each.at} look="ago" /></span>
          </li>
        ))}
      </ul>
      <Text size="xs" c="dimmed" mt={6}>
        {isTrading ? "The session grants it as soon as it looks." : "No session trades: it is granted when the next edgeproof paper begins."}
      </Text>
    </Panel>
  );
}
