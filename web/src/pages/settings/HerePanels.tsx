// What is of this browser alone: looks, and being installed.
import { Button, SegmentedControl, Stack, Text, useMantineColorScheme } from "@mantine/core";
import { useMe } from "../../api/queries";
import { formatTime } from "../../ui/Moment";
import { Facts, Panel } from "../../ui/parts";
import { isApple, isInstalled, useInstall } from "../../ui/pwa";

export function LooksPanel() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Panel title="Looks">
      <Stack gap="sm">
        <SegmentedControl
          aria-label="Theme"
          data={[{ value: "auto", label: "As the device" }, { value: "light", label: "Light" }, { value: "dark", label: "Dark" }]}
          value={colorScheme}
          onChange={(value) => setColorScheme(value as "auto" | "light" | "dark")}
        />
        <Facts facts={[["Zone of the times", zone], ["For example", formatTime(new Date(), "full")]]} />
        <Text size="xs" c="dimmed">
          The zone is this device's; pointing at a time says it in UTC. Days of trading and of history are days of UTC.
        </Text>
        <Install />
      </Stack>
    </Panel>
  );
}

function Install() {
  const install = useInstall();
  if (isInstalled()) return <Text size="sm">Installed on this device.</Text>;
  if (install !== null) {
    return (
      <Button variant="default" onClick={install}>
        Install on this device
      </Button>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {!window.isSecureContext
        ? "Installing needs https, or an address of this machine."
        : isApple()
          ? "To install: Share, then “Add to Home Screen”."
          : "To install: the browser's menu, “Install” or “Add to Home screen”."}
    </Text>
  );
}

export function AboutPanel() {
  const me = useMe().data;
  return (
    <Panel title="About">
      <Facts
        facts={[
          ["Version", me?.version ?? "–"],
          ["Pages", me && me.build !== __BUILD__ ? `${__BUILD__} (the server's are ${me.build || "not built"})` : __BUILD__],
          ["Home", me?.home ?? "–"],
          ["Journal", me?.journal || "–"],
          ["You are", me ? `${me.name} (${me.role === "operator" ? "may steer" : "may look"})` : "–"],
          ["Made of", <a key="licences" className="plain-link" href="/licences.txt">the work of others, by its licences</a>],
        ]}
      />
    </Panel>
  );
}
