// Which session it is about, in a line; and what to do where there is none.
import { Code, Group, Stack, Text } from "@mantine/core";
import { usePicture } from "../../api/live";
import type { Overview } from "../../api/types";
import { count, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Panel } from "../../ui/parts";

export function SessionLine({ overview }: { overview: Overview }) {
  const watched = usePicture((picture) => picture.watched);
  const { session, state } = overview;
  if (session === null) return null;
  const warming = Object.keys(watched?.warming_up ?? {}).length;
  const left = Object.keys(watched?.left_out ?? {}).length;
  return (
    <Text size="sm" c="dimmed" component="div" className="wraps">
      <strong>edgeproof {session.command}</strong> on {session.venue}, {count(session.hypotheses)} {session.hypotheses === 1 ? "hypothesis" : "hypotheses"} on{" "}
      {count(session.instruments)} instruments, began <Moment at={session.began} />
      {state === "ended" && <>, ended <Moment at={session.ended} />{session.reason ? `: ${words(session.reason)}` : ""}. What is shown is as of its last closes</>}
      {state === "killed" && <span className="warned">, was killed. What is shown is as of its last closes</span>}
      {warming > 0 && <span className="warned">, {count(warming)} still warming up</span>}
      {left > 0 && `, ${count(left)} left out`}
    </Text>
  );
}

/** Before the first session: the commands that lead to one. */
export function NoSession() {
  return (
    <Panel title="No session has run in this home yet">
      <Stack gap="sm">
        <Text size="sm">This page follows a session and fills by itself once one runs. In a terminal:</Text>
        <Step command="edgeproof demo" says="Everything at once on a generated market, nothing to configure." />
        <Step command="edgeproof discover" says="Which hypotheses have an edge on the history this home holds." />
        <Step command="edgeproof scan" says="Watch the market for signals of proven hypotheses." />
        <Step command="edgeproof paper" says="Trade those signals on paper, by the limits of risk." />
      </Stack>
    </Panel>
  );
}

function Step({ command, says }: { command: string; says: string }) {
  return (
    <Group gap="sm" align="baseline">
      <Code>{command}</Code>
      <Text size="sm" c="dimmed">{says}</Text>
    </Group>
  );
}
