import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Signals() {
  return (
    <Stack>
      <Title order={1}>Signals</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
