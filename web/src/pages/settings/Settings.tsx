import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Settings() {
  return (
    <Stack>
      <Title order={1}>Settings</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
