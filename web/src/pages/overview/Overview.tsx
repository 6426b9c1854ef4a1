import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Overview() {
  return (
    <Stack>
      <Title order={1}>Overview</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
