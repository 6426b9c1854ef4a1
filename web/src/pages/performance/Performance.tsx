import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Performance() {
  return (
    <Stack>
      <Title order={1}>Performance</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
