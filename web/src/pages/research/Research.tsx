import { Stack, Title } from "@mantine/core";
import { Empty } from "../../ui/parts";

export default function Research() {
  return (
    <Stack>
      <Title order={1}>Research</Title>
      <Empty title="Being built" />
    </Stack>
  );
}
