import { Button, Center, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { ApiError, keepToken, send } from "../../api/client";
import { client } from "../../api/queries";
import type { Me } from "../../api/types";

const NAME = "edgeproof-name";

export default function Login() {
  const [name, setName] = useState(() => localStorage.getItem(NAME) ?? "");
  const [password, setPassword] = useState("");
  const [isCapsLock, setIsCapsLock] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const login = useMutation({
    mutationFn: () => send<Me>("POST", "/login", { password, name }),
    onSuccess: (me) => {
      localStorage.setItem(NAME, name);
      keepToken(me.csrf);
      client.setQueryData(["me"], me);
    },
    // Another try begins where the last one was wrong, not at the end of it.
    onError: () => field.current?.select(),
  });
  const isInsecure = !window.isSecureContext;
  return (
    <Center mih="100dvh" p="md" component="main">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate();
        }}
      >
        <Stack w="min(340px, calc(100vw - 32px))" className="panel" p="lg">
          <img src="/icon.svg" alt="" width={48} height={48} />
          <Title order={1}>edgeproof</Title>
          <TextInput
            label="Your name"
            name="username"
            description="Optional. Kept in the journal beside what you do."
            value={name}
            maxLength={64}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="username"
          />
          <PasswordInput
            ref={field}
            label="Password"
            name="password"
            description="The operator's or the viewer's, as set with: edgeproof web password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            onKeyUp={(event) => setIsCapsLock(event.getModifierState("CapsLock"))}
            visibilityToggleButtonProps={{ "aria-label": "Show or hide the password" }}
            autoComplete="current-password"
            error={login.error instanceof ApiError && login.error.status === 401}
            autoFocus
            required
            withAsterisk={false}
          />
          {isCapsLock && (
            <Text size="sm" className="warned" role="status">
              Caps Lock is on.
            </Text>
          )}
          {login.error && (
            <Text size="sm" className="lost wraps" role="alert" style={{ whiteSpace: "pre-wrap" }}>
              {login.error.message}
            </Text>
          )}
          <Button type="submit" loading={login.isPending} disabled={password === ""}>
            Log in
          </Button>
          {isInsecure && (
            <Text size="xs" className="warned">
              This address is not encrypted: whoever is on the way can read the password. Put TLS in front of it.
            </Text>
          )}
        </Stack>
      </form>
    </Center>
  );
}
