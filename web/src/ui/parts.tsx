// Small parts that every page is made of.
import { Alert, Button, Center, Group, Loader, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError } from "../api/client";
import type { Direction } from "../api/types";
import { money, multiple, tone, words } from "./format";

/** A titled part of a page. */
export function Panel({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="panel" aria-label={title}>
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2}>{title}</Title>
        {aside}
      </Group>
      {children}
    </section>
  );
}

/** Nothing there yet: why, and what would bring something. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Center py="xl">
      <Stack gap={4} align="center" maw={440}>
        <Text fw={600}>{title}</Text>
        {children && (
          <Text component="div" size="sm" c="dimmed" ta="center">
            {children}
          </Text>
        )}
      </Stack>
    </Center>
  );
}

/** What went wrong, in the server's words, and another try. */
export function Failure({ error, retry, title = "This could not be shown" }: { error: unknown; retry?: () => void; title?: string }) {
  const isAway = error instanceof ApiError && error.status === 0;
  return (
    <Alert
      color={isAway ? "yellow" : "red"}
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={isAway ? "Not reached" : title}
      role="alert"
    >
      <Text size="sm" className="wraps" style={{ whiteSpace: "pre-wrap" }}>
        {error instanceof Error ? error.message : String(error)}
      </Text>
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

interface Fetched<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

/** What was fetched, once it is there; until then that it comes, or why it does not. */
export function Shown<T>({ of, lines = 4, children }: { of: Fetched<T>; lines?: number; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.error) return <Failure error={of.error} retry={() => void of.refetch()} />;
  return <Waiting lines={lines} />;
}

export function Waiting({ lines = 4 }: { lines?: number }) {
  return (
    <Stack gap="xs" aria-busy aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={18} width={`${95 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

export function Spinner() {
  return (
    <Center py="xl">
      <Loader aria-label="Loading" />
    </Center>
  );
}

/** Long or short: an arrow, a word and a colour, so that none of them is needed alone. */
export function DirectionMark({ direction }: { direction: Direction }) {
  const Arrow = direction === "long" ? IconArrowUpRight : IconArrowDownRight;
  return (
    <Text span size="sm" fw={600} style={{ color: `var(--${direction})`, whiteSpace: "nowrap" }}>
      <Arrow size={15} aria-hidden style={{ verticalAlign: "-2px" }} /> {direction}
    </Text>
  );
}

const FATES: Record<string, string> = {
  told: "won", taken: "won", delivered: "won", merged: "won", digested: "won", vetoed: "warned", denied: "warned", waiting: "warned", given_up: "lost",
};

/** What became of a signal, or of a message about it. */
export function FateBadge({ fate }: { fate: string }) {
  return <span className={`badge ${FATES[fate] ?? "muted"}`}>{words(fate)}</span>;
}

/** The state of a hypothesis; proven ones stand out. */
export function StateBadge({ state, qualified }: { state: string; qualified?: boolean }) {
  const isProven = qualified ?? ["qualified", "paper", "live"].includes(state);
  const look = isProven ? "won" : ["killed", "rejected"].includes(state) ? "lost" : "muted";
  return <span className={`badge outlined ${look}`}>{words(state)}</span>;
}

/** An amount of money, coloured by what it means. */
export function Amount({ value, withSign = true }: { value: number | null | undefined; withSign?: boolean }) {
  return <span className={tone(value)}>{money(value, withSign)}</span>;
}

/** A result in R, coloured by what it means. */
export function InR({ value }: { value: number | null | undefined }) {
  return <span className={tone(value)}>{multiple(value)}</span>;
}

/** Names and values, one a line. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function FactRow({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
