import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useRouteError } from "react-router";

/** A defect of a page: the others go on. After an upgrade a page's files may be gone, and opening it anew is the remedy. */
export function WentWrong() {
  const error = useRouteError();
  return (
    <Stack className="panel" role="alert" m="md">
      <Title order={1}>This page broke</Title>
      <Text size="sm" className="wraps">
        {error instanceof Error ? error.message : String(error)}
      </Text>
      <Text size="sm" c="dimmed">
        The session is not touched by it. Opening the page anew helps where the server was upgraded meanwhile.
      </Text>
      <Group>
        <Button onClick={() => location.reload()}>Open it anew</Button>
      </Group>
    </Stack>
  );
}
