import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of what is said about a signal. */
export function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Group justify="space-between" mb={6} className="part-head">
        <Title order={3}>{title}</Title>
        {aside && <Text size="xs" c="dimmed" component="span">{aside}</Text>}
      </Group>
      {children}
    </section>
  );
}
