import { ActionIcon, Group, Menu, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDotsVertical, IconLogout, IconMoon, IconPlayerPlay, IconPlayerStop, IconSun, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { send } from "../api/client";
import { useLive, usePicture } from "../api/live";
import { client, useIsOperator, useMe, useOverview } from "../api/queries";
import type { WishWord } from "../api/types";
import { ConfirmDialog } from "../ui/Confirmed";
import { money, span, words } from "../ui/format";
import { Moment } from "../ui/Moment";

/** How the session stands, at the top of every page. */
export function StatusBar() {
  return (
    <div className="status-bar">
      <Link to="/" className="brand" aria-label="edgeproof: overview">
        <img src="/icon.svg" alt="" width={24} height={24} />
        <Text span fw={700} visibleFrom="sm">
          edgeproof
        </Text>
      </Link>
      <Standing />
      <Figures />
      <MoreMenu />
    </div>
  );
}

function Standing() {
  const overview = useOverview().data;
  const connection = useLive((state) => state.connection);
  const isWell = usePicture((picture) => picture.feed.is_well);
  const state = usePicture((picture) => picture.trading?.status.state ?? "") ?? overview?.trading?.status.state ?? "";
  const session = overview?.session;
  const isRunning = overview?.state === "running";
  const lamp = connection === "lost" ? "bad" : !isRunning ? "" : isWell === false || state !== "ACTIVE" && state !== "" && state !== "active" ? "warned" : "well";
  const text =
    connection === "lost"
      ? "not reached"
      : !overview
        ? "…"
        : isRunning
          ? `${session?.command ?? "session"} on ${session?.venue ?? "?"}${state ? `: ${words(state.toLowerCase())}` : ""}`
          : overview.state === "none"
            ? "no session yet"
            : `the last session ${overview.state === "killed" ? "was killed" : "has ended"}`;
  return (
    <Group gap={8} wrap="nowrap" className="grow" role="status">
      <span className={`lamp ${lamp}`} aria-hidden />
      <Text size="sm" truncate>
        {text}
      </Text>
    </Group>
  );
}

function Figures() {
  const fetched = useOverview().data?.trading?.equity;
  const painted = usePicture((picture) => picture.trading?.equity ?? null);
  const p99 = usePicture((picture) => picture.latency_ms?.p99 ?? null);
  const venueTime = usePicture((picture) => picture.venue_time);
  const equity = painted ?? fetched;
  return (
    <Group gap="md" wrap="nowrap">
      {venueTime && (
        <Text size="xs" c="dimmed" visibleFrom="md" component="span">
          venue <Moment at={venueTime} look="clock" />
        </Text>
      )}
      {p99 !== null && (
        <Text size="xs" c="dimmed" visibleFrom="md" component="span" title="From the arrival of a close to its signal kept, 99 of 100">
          p99 {span(p99)}
        </Text>
      )}
      {equity !== null && equity !== undefined && (
        <Text size="sm" fw={600} component="span" title="Equity">
          {money(equity)}
        </Text>
      )}
    </Group>
  );
}

const ACTIONS: { wish: WishWord; label: string; consequence: string; isDangerous: boolean }[] = [
  { wish: "stop", label: "Pause", consequence: "No new entries until somebody resumes. What is open is managed to its end.", isDangerous: false },
  { wish: "resume", label: "Resume", consequence: "Trading goes on after a pause, or after a fall from the peak has halted it: whoever resumes accepts the loss.", isDangerous: false },
  { wish: "close_all", label: "Close everything", consequence: "Every position is closed at market, every waiting entry taken back. Trading goes on.", isDangerous: true },
  { wish: "halt", label: "Close everything and halt", consequence: "Every position is closed at market and nothing is entered until somebody resumes.", isDangerous: true },
];

function MoreMenu() {
  const [chosen, setChosen] = useState(ACTIONS[0]);
  const [isAsking, asking] = useDisclosure(false);
  const isOperator = useIsOperator();
  const me = useMe().data;
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("dark") === "dark";
  return (
    <>
      <Menu position="bottom-end" withinPortal shadow="md">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Actions and looks">
            <IconDotsVertical size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isOperator && <Menu.Label>Trading</Menu.Label>}
          {isOperator &&
            ACTIONS.map((action) => (
              <Menu.Item
                key={action.wish}
                leftSection={action.wish === "resume" ? <IconPlayerPlay size={16} /> : action.wish === "stop" ? <IconPlayerStop size={16} /> : <IconX size={16} />}
                {...(action.isDangerous ? { color: "red" } : {})}
                onClick={() => {
                  setChosen(action);
                  asking.open();
                }}
              >
                {action.label}
              </Menu.Item>
            ))}
          <Menu.Label>Looks</Menu.Label>
          <Menu.Item leftSection={isDark ? <IconSun size={16} /> : <IconMoon size={16} />} onClick={() => setColorScheme(isDark ? "light" : "dark")}>
            {isDark ? "Light" : "Dark"}
          </Menu.Item>
          {me?.needs_login && (
            <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
              Log out ({me.name})
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {chosen && <ConfirmDialog action={chosen} isOpen={isAsking} close={asking.close} />}
    </>
  );
}

async function leave(): Promise<void> {
  await send("POST", "/logout");
  client.clear();
  location.assign("/");
}
