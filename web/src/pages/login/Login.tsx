import { Button, Center, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { keepToken, send } from "../../api/client";
import { client } from "../../api/queries";
import type { Me } from "../../api/types";

export default function Login() {
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => send<Me>("POST", "/login", { password }),
    onSuccess: (me) => {
      keepToken(me.csrf);
      client.setQueryData(["me"], me);
    },
  });
  return (
    <Center mih="100dvh" p="md" component="main">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          login.mutate();
        }}
      >
        <Stack w={320} className="panel">
          <img src="/icon.svg" alt="" width={48} height={48} />
          <Title order={1}>edgeproof</Title>
          <PasswordInput
            label="Password"
            description="As set with: edgeproof web password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="current-password"
            autoFocus
            required
          />
          {login.error && (
            <Text size="sm" className="lost" role="alert" style={{ whiteSpace: "pre-wrap" }}>
              {login.error.message}
            </Text>
          )}
          <Button type="submit" loading={login.isPending}>
            Log in
          </Button>
        </Stack>
      </form>
    </Center>
  );
}
