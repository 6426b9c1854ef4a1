import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Journal() {
  return (
    <Stack>
      <Title order={1}>Journal</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
