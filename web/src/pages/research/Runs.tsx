import { Alert, Anchor, Badge, Button, Checkbox, Group, List, Text } from "@mantine/core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { count } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Empty, Panel, Shown } from "../../ui/parts";
import { useRuns } from "./queries";
import type { Run, UnreadableRun } from "./types";
import { isoDay, some } from "./words";

/** All runs of the home; two of them can be chosen and compared. */
export function Runs() {
  const runs = useRuns();
  const [chosen, setChosen] = useState<string[]>([]);
  const navigate = useNavigate();
  const toggle = (id: string) => setChosen((now) => (now.includes(id) ? now.filter((each) => each !== id) : [...now, id].slice(-2)));
  const compare = () => {
    // The older one is what the newer one is held against.
    const [a, b] = [...chosen].sort((one, other) => place(runs.data?.runs, other) - place(runs.data?.runs, one));
    void navigate(`/research?a=${a}&b=${b}`);
  };
  return (
    <Panel
      title="Runs"
      aside={
        (runs.data?.runs.length ?? 0) > 1 && (
          <Group gap="xs">
            <Text size="xs" c="dimmed">
              {["choose two to compare", "choose one more", "two chosen"][chosen.length]}
            </Text>
            <Button size="xs" disabled={chosen.length !== 2} onClick={compare}>
              Compare
            </Button>
          </Group>
        )
      }
    >
      <Shown of={runs}>
        {({ runs: found, unreadable, left_out: leftOut }) => (
          <>
            <Unreadable runs={unreadable} />
            {found.length === 0 && unreadable.length === 0 ? (
              <Empty title="No run yet">
                Hypotheses are proven by a run over stored history: <code>edgeproof data download</code>, then <code>edgeproof discover</code>. What
                it finds is shown here as soon as it is written.
              </Empty>
            ) : (
              <ul className="runs">
                {found.map((run) => (
                  <RunRow key={run.id} run={run} isOnly={found.length < 2} isChosen={chosen.includes(run.id)} toggle={() => toggle(run.id)} />
                ))}
              </ul>
            )}
            {leftOut > 0 && (
              <Text size="xs" c="dimmed" mt="sm">
                {count(leftOut)} older ones are kept, and not listed.
              </Text>
            )}
          </>
        )}
      </Shown>
    </Panel>
  );
}

/** What hides nothing: the runs that can be read stand below it. */
function Unreadable({ runs }: { runs: readonly UnreadableRun[] }) {
  if (runs.length === 0) return null;
  return (
    <Alert color="yellow" title={runs.length === 1 ? "One run cannot be shown" : `${runs.length} runs cannot be shown`} mb="md" role="status">
      <List size="sm" className="wraps">
        {runs.map((run) => (
          <List.Item key={`${run.id} ${run.problem}`}>
            <span className="mono">{run.id}</span> {run.problem}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function place(runs: readonly Run[] | undefined, id: string): number {
  return runs?.findIndex((run) => run.id === id) ?? 0;
}

function RunRow({ run, isOnly, isChosen, toggle }: { run: Run; isOnly: boolean; isChosen: boolean; toggle: () => void }) {
  return (
    <li className="run-row">
      {!isOnly && <Checkbox checked={isChosen} onChange={toggle} disabled={!run.has_edge} aria-label={`Compare run ${run.id}`} />}
      <div className="run-what">
        <Anchor component={Link} to={`/research/${run.id}`} fw={600} size="sm">
          {run.at ? <Moment at={run.at} look="full" /> : "Run"} <span className="mono muted">{run.id}</span>
        </Anchor>
        <Text size="sm" title={run.instruments.join(", ")}>
          {count(run.hypotheses)} hypotheses on {some(run.instruments)}
        </Text>
        <Text size="xs" c="dimmed">
          {run.start && run.end ? `History of ${isoDay(run.start)} to ${isoDay(run.end)}` : "All stored history"} · seed {run.seed ?? "–"} ·{" "}
          {run.version}
        </Text>
      </div>
      <Group gap="xs" className="run-marks">
        {run.other_version && (
          <span className="warned other-version" title={`Made by edgeproof ${run.version}`}>
            other version
          </span>
        )}
        {run.has_edge ? (
          <Badge variant={run.qualified ? "light" : "outline"} color={run.qualified ? "edge" : "gray"}>
            {count(run.qualified)} qualified
          </Badge>
        ) : (
          <Badge variant="outline" color="gray" title="A backtest: trades and figures, no verdicts">
            no verdicts
          </Badge>
        )}
      </Group>
    </li>
  );
}
