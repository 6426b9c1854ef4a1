// Actions on the session: asked twice, with room for a reason; what came of it is said in the session's own words.
import { Button, type ButtonProps, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { type ReactNode, useState } from "react";
import { type Answered, useAction, useIsOperator } from "../api/queries";
import type { WishWord } from "../api/types";

interface Action {
  wish: WishWord;
  target?: string;
  /** What the button says: a verb. */
  label: string;
  /** What will happen, in a sentence or two. */
  consequence: ReactNode;
  isDangerous?: boolean;
}

/** A button that asks the session for something, once a person has confirmed it. Nothing for who may only look. */
export function ActionButton({ action, ...looks }: { action: Action } & Omit<ButtonProps, "children">) {
  const [isOpen, { open, close }] = useDisclosure(false);
  if (!useIsOperator()) return null;
  return (
    <>
      <Button size="xs" variant={action.isDangerous ? "light" : "default"} color={action.isDangerous ? "red" : "edge"} {...looks} onClick={open}>
        {action.label}
      </Button>
      <ConfirmDialog action={action} isOpen={isOpen} close={close} />
    </>
  );
}

/** The question before an action. */
export function ConfirmDialog({ action, isOpen, close }: { action: Action; isOpen: boolean; close: () => void }) {
  const [why, setWhy] = useState("");
  const asking = useAction();
  const ask = () =>
    asking.mutate(
      { wish: action.wish, target: action.target ?? "", why },
      {
        onSuccess: (answered) => {
          say(action, answered);
          setWhy("");
          close();
        },
      },
    );
  return (
    <Modal opened={isOpen} onClose={close} title={`${action.label}?`} centered closeButtonProps={{ "aria-label": "Leave it as it is" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{action.consequence}</Text>
          <TextInput
            label="Why (kept in the journal with your name)"
            value={why}
            maxLength={200}
            onChange={(event) => setWhy(event.currentTarget.value)}
            data-autofocus
          />
          {asking.error && (
            <Text size="sm" className="lost" role="alert" style={{ whiteSpace: "pre-wrap" }}>
              {asking.error.message}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" color={action.isDangerous ? "red" : "edge"} loading={asking.isPending}>
              {action.label}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function say(action: Action, answered: Answered): void {
  const [title, message, color] =
    answered.state === "granted"
      ? [`${action.label}: granted`, answered.outcome ?? "", "edge"]
      : answered.state === "kept"
        ? [`${action.label}: kept`, "No session trades now; it is granted when the next one begins.", "yellow"]
        : [`${action.label}: not answered yet`, `The session (${answered.held_by}) has not answered; it is granted as soon as it looks.`, "yellow"];
  notifications.show({ title, message, color, autoClose: answered.state === "granted" ? 6000 : false });
}
