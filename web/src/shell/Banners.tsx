// What has to be said on every page: that the server is away, that these pages are old, that a clock is wrong.
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useLive, usePicture } from "../api/live";
import { useOverview } from "../api/queries";
import { span } from "../ui/format";
import { useSeconds } from "../ui/Moment";
import { openNew, prepareNew } from "../ui/pwa";

const CLOCK_MAY_BE_OFF = 60_000;

export function Banners() {
  const overview = useOverview().data;
  const connection = useLive((state) => state.connection);
  const lostAt = useLive((state) => state.lostAt);
  const skew = useLive((state) => state.skew);
  const serverBuild = useLive((state) => state.serverBuild);
  const isPainted = useLive((state) => state.picture !== null);
  const isConnected = usePicture((picture) => picture.feed.is_connected);
  const problem = usePicture((picture) => picture.feed.problems[0] ?? "");
  const trouble = useLive((state) => state.trouble);
  const found = [
    trouble !== null && (
      <Alert key="trouble" color="red" title="The journal cannot be read" role="alert">
        {trouble}
      </Alert>
    ),
    connection === "lost" && lostAt !== null && <Lost key="lost" since={lostAt} />,
    serverBuild !== "" && serverBuild !== __BUILD__ && <Old key="old" />,
    Math.abs(skew) > CLOCK_MAY_BE_OFF && <ClockOff key="clock" skew={skew} />,
    isConnected === false && (
      <Alert key="feed" color="red" title="The session is not connected to the venue" role="alert">
        Prices stand still. It comes back by itself; what it misses is fetched.
      </Alert>
    ),
    isConnected === true && problem && (
      <Alert key="problem" color="yellow" title="The feed is not well" role="status">
        {problem}
      </Alert>
    ),
    connection === "open" && !isPainted && overview?.state === "running" && (
      <Alert key="unpainted" color="yellow" role="status" title="No live prices">
        The session is being made ready, or is busy: what is shown is as of the last closes.
      </Alert>
    ),
    overview?.state === "killed" && (
      <Alert key="killed" color="yellow" role="status" title="The last session was killed">
        Nothing is lost: edgeproof {overview.session?.command ?? "paper"} goes on where it was. Until then nobody looks after
        what is open.
      </Alert>
    ),
    overview?.other_version && (
      <Alert key="version" color="yellow" role="status" title="Another version">
        The session ran edgeproof {overview.session?.version}: what it wrote down is shown as it is.
      </Alert>
    ),
  ].filter(Boolean);
  return found.length === 0 ? null : (
    <Stack gap="xs" mb="md">
      {found}
    </Stack>
  );
}

function Lost({ since }: { since: number }) {
  useSeconds();
  return (
    <Alert color="red" title="The server is not reached" role="alert">
      Since {span(Date.now() - since)}: what is shown is from before. These pages come back by themselves, and fetch what they
      missed.
    </Alert>
  );
}

function Old() {
  const [isOpening, setIsOpening] = useState(false);
  useEffect(() => void prepareNew(), []);
  return (
    <Alert color="blue" title="These pages are of an older version" role="status">
      <Group justify="space-between">
        <Text size="sm">The server was upgraded since they were opened.</Text>
        <Button size="xs" loading={isOpening}
          onClick={() => {
            setIsOpening(true);
            void openNew();
          }}
        >
          Open the new ones
        </Button>
      </Group>
    </Alert>
  );
}

function ClockOff({ skew }: { skew: number }) {
  return (
    <Alert color="yellow" title="This device's clock is off" role="status">
      It is {span(Math.abs(skew))} {skew > 0 ? "ahead of" : "behind"} the server's. Ages and countdowns here go by the server's.
    </Alert>
  );
}
