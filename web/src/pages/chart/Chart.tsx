import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Chart() {
  return (
    <Stack>
      <Title order={1}>Chart</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
