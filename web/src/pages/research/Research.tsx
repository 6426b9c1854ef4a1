// Runs, what one of them found, and what changed between two: one flow, and every step has an address.
import { Anchor, Stack, Title } from "@mantine/core";
import { Link, useParams, useSearchParams } from "react-router";
import { Compare } from "./Compare";
import { RunPage } from "./RunPage";
import { Runs } from "./Runs";
import "./research.css";

export default function Research() {
  const { run } = useParams();
  const [words] = useSearchParams();
  const isComparing = words.has("a") || words.has("b");
  const where = run ? `Run ${run}` : isComparing ? "Compare" : null;
  return (
    <Stack gap="md">
      {where && (
        <Anchor component={Link} to="/research" size="sm" mb={-8}>
          ‹ All runs
        </Anchor>
      )}
      <Title order={1}>{where ?? "Research"}</Title>
      {run ? <RunPage id={run} /> : isComparing ? <Compare a={words.get("a") ?? ""} b={words.get("b") ?? ""} /> : <Runs />}
    </Stack>
  );
}
