import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useRouteError } from "react-router";
import { openNew } from "./pwa";

/** How the browsers say that a part of the pages is gone: Chromium, Firefox, Safari, and the bundler for style sheets. */
const GONE = /dynamically imported module|importing a module script failed|unable to preload css/i;

/** A defect of a page: the others go on. After an upgrade a page's files may be gone, and opening it anew is the remedy. */
export function WentWrong() {
  const error = useRouteError();
  const said = error instanceof Error ? error.message : String(error);
  const isGone = GONE.test(said);
  return (
    <Stack className="panel" role="alert" m="md">
      <Title order={1}>{isGone ? "This page is not there any more" : "This page broke"}</Title>
      <Text size="sm" className="wraps">
        {isGone ? "A part of it could not be fetched: the server was upgraded since these pages were opened, or is not reached." : said}
      </Text>
      <Text size="sm" c="dimmed">
        The session is not touched by it. Opening the page anew helps where the server was upgraded meanwhile.
      </Text>
      <Group>
        <Button onClick={() => void openNew()}>Open it anew</Button>
      </Group>
    </Stack>
  );
}
