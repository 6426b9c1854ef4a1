import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { send } from "../../api/client";
import { useIsOperator } from "../../api/queries";
import { words } from "../../ui/format";
import { Empty, Failure, Panel } from "../../ui/parts";
import type { Channel, Tested } from "./types";

/** By what people are told, and whether it works. */
export function Channels({ channels }: { channels: readonly Channel[] }) {
  return (
    <Panel title="Channels">
      {channels.length === 0 ? (
        <Empty title="No channels">
          Signals are shown here and in the terminal only. <code>edgeproof notify --help</code> says how to be told elsewhere.
        </Empty>
      ) : (
        <Stack gap={0}>
          {channels.map((channel) => (
            <Row key={channel.name} channel={channel} />
          ))}
        </Stack>
      )}
    </Panel>
  );
}

function Row({ channel }: { channel: Channel }) {
  const isOperator = useIsOperator();
  const test = useMutation({
    mutationFn: (withMessage: boolean) => send<Tested>("POST", `/channels/${encodeURIComponent(channel.name)}/test`, { with_message: withMessage }),
  });
  return (
    <div className="channel">
      <Group justify="space-between" gap="xs">
        <div>
          <Text fw={600} size="sm">
            <span className={`lamp ${channel.is_set_up ? "well" : ""}`} aria-hidden /> {words(channel.name)}
            {!channel.is_set_up && <span className="muted"> · not set up</span>}
          </Text>
          <Text size="sm" c="dimmed" className="wraps">
            {channel.words}
          </Text>
        </div>
        {isOperator && channel.is_set_up && (
          <Group gap="xs">
            <Button size="xs" variant="default" loading={test.isPending && test.variables === false} disabled={test.isPending} onClick={() => test.mutate(false)} aria-label={`Test ${channel.name} without a message`}>
              Test
            </Button>
            <Button size="xs" variant="default" loading={test.isPending && test.variables === true} disabled={test.isPending} onClick={() => test.mutate(true)} aria-label={`Send a test message by ${channel.name}`}>
              Send a message
            </Button>
          </Group>
        )}
      </Group>
      {test.error && <Failure error={test.error} title="The test could not be made" />}
      {test.data && <Outcome tested={test.data} />}
    </div>
  );
}

function Outcome({ tested }: { tested: Tested }) {
  return (
    <Alert color={tested.works ? "edge" : "red"} title={tested.works ? "It works" : "It does not work"} role="status" mt="xs">
      {tested.problem && (
        <Text size="sm" className="wraps">
          {tested.problem}
        </Text>
      )}
      {tested.found.length > 0 && (
        <List size="sm">
          {tested.found.map((each) => (
            <List.Item key={each}>{each}</List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}
