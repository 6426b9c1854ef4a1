import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ask, send } from "../../api/client";
import { useMe } from "../../api/queries";
import { Moment } from "../../ui/Moment";
import { Failure, Panel, Shown } from "../../ui/parts";
import { keepDevice, keyBytes, labelOf, lookAround, ownDevice, standing, type Standing } from "./push";
import type { Device } from "./types";

const WHY_NOT: Record<Exclude<Standing, "ready">, ReactNode> = {
  insecure: "A browser lets only pages over https, or of this very machine, notify. How to put TLS in front is said below, at Access.",
  apple: "On iPhone and iPad only an installed page may notify: tap Share, then “Add to Home Screen”, open it from there and come back here.",
  unsupported: "This browser cannot be notified while its pages are closed. Another one on this device may.",
  off: "The server has no keys for it: see “edgeproof doctor”.",
  denied: "This browser was told not to let these pages notify. Allow notifications in the settings of the site (left of the address), then open this page anew.",
  worker: "The part of these pages that receives notifications is not there (yet): open them anew. It needs the built pages and a certificate the browser trusts.",
};

/** Notifications of this browser, also while no page is open. */
export function Notifications() {
  const isOffered = useMe().data?.push.available ?? false;
  const around = useQuery({ queryKey: ["push", "here", isOffered], queryFn: async () => standing(await lookAround(isOffered)), staleTime: 0 });
  const devices = useQuery({
    queryKey: ["push", "devices"],
    queryFn: ({ signal }) => ask<{ subscriptions: Device[] }>("/push/subscriptions", signal),
    enabled: isOffered,
  });
  const own = devices.data?.subscriptions.some((device) => device.id === ownDevice()) ?? false;
  return (
    <Panel title="Notifications of this browser">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Signals and alarms on this device, also while these pages are closed. What is told goes through the push service of the
          browser's maker, encrypted for this browser.
        </Text>
        {around.data === "ready" ? (
          <Switching isOn={own} />
        ) : (
          around.data && (
            <Text size="sm" className="warned" role="status">
              {WHY_NOT[around.data]}
            </Text>
          )
        )}
        {isOffered && <Shown of={devices} lines={1}>{(found) => <Devices devices={found.subscriptions} />}</Shown>}
      </Stack>
    </Panel>
  );
}

function Switching({ isOn }: { isOn: boolean }) {
  const queries = useQueryClient();
  const enable = useMutation({ mutationFn: subscribeHere, onSettled: () => queries.invalidateQueries({ queryKey: ["push"] }) });
  if (isOn) return null;
  return (
    <>
      <Group>
        <Button onClick={() => enable.mutate()} loading={enable.isPending}>
          Notify this browser
        </Button>
      </Group>
      {enable.error && <Failure error={enable.error} title="This browser is not notified" />}
    </>
  );
}

async function subscribeHere(): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission === "denied") throw new Error(String(WHY_NOT.denied));
  if (permission !== "granted") throw new Error("The question was closed without an answer: press again and choose “Allow”.");
  const { key } = await ask<{ key: string }>("/push/key");
  const registration = await navigator.serviceWorker.ready;
  // One of another server key, as of an older home, would never be reached.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const subscription = await subscribed(registration.pushManager, keyBytes(key));
  const { id } = await send<{ id: string }>("POST", "/push/subscriptions", { ...subscription.toJSON(), label: labelOf(navigator.userAgent) });
  keepDevice(id);
}

const PATIENCE = 20_000;

/** A browser that cannot reach its maker's push service tries for ever, and says nothing. */
async function subscribed(manager: PushManager, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  const tooLong = new Promise<never>((_, fail) => setTimeout(() => fail(new Error("no answer within 20 seconds")), PATIENCE));
  try {
    return await Promise.race([manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }), tooLong]);
  } catch (error) {
    throw new Error(
      `The browser's push service did not take it: ${error instanceof Error ? error.message : String(error)}. Is this device online, and is push not switched off in the browser?`,
    );
  }
}

async function remove(id: string): Promise<void> {
  await send("DELETE", `/push/subscriptions/${encodeURIComponent(id)}`);
  if (id !== ownDevice()) return;
  keepDevice(null);
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

function Devices({ devices }: { devices: readonly Device[] }) {
  const queries = useQueryClient();
  const [isTold, setIsTold] = useState(false);
  const refresh = () => queries.invalidateQueries({ queryKey: ["push", "devices"] });
  const removing = useMutation({ mutationFn: remove, onSettled: refresh });
  const testing = useMutation({ mutationFn: () => send("POST", "/push/test"), onSuccess: () => setIsTold(true), onSettled: refresh });
  if (devices.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        No device is notified.
      </Text>
    );
  }
  return (
    <>
      <ul className="devices">
        {devices.map((device) => (
          <li key={device.id}>
            <div>
              <Text size="sm" fw={600} component="span">
                {device.label || "A device"}
              </Text>{" "}
              {device.id === ownDevice() && (
                <Badge size="xs" variant="light">
                  this one
                </Badge>
              )}
              <Text size="xs" c="dimmed">
                since <Moment at={device.since} /> · {device.last_told ? <>last told <Moment at={device.last_told} /></> : "nothing told yet"}
                {device.failures > 0 && <span className="lost"> · failed {device.failures} times</span>}
              </Text>
            </div>
            <Button
              size="xs"
              variant="default"
              loading={removing.isPending && removing.variables === device.id}
              onClick={() => removing.mutate(device.id)}
              aria-label={`Remove ${device.label || "this device"}`}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <Group gap="sm">
        <Button size="xs" variant="default" onClick={() => testing.mutate()} loading={testing.isPending}>
          Send a test
        </Button>
        {isTold && !testing.isPending && !testing.error && (
          <Text size="sm" role="status">
            Sent. If nothing shows within a minute, look whether the device keeps notifications back (focus, do not disturb).
          </Text>
        )}
      </Group>
      {(testing.error ?? removing.error) && <Failure error={testing.error ?? removing.error} title="That did not work" />}
    </>
  );
}
