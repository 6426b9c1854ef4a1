// Live against backtest: all hypotheses, or everything about one.
import { Stack, Title } from "@mantine/core";
import { useState } from "react";
import { useParams } from "react-router";
import { Empty, Panel, Shown } from "../../ui/parts";
import { AccountPanel } from "./AccountPanel";
import { Detail } from "./Detail";
import { Groups } from "./Groups";
import { HypothesisTable } from "./HypothesisTable";
import { ParityPanel } from "./ParityPanel";
import { usePerformance } from "./queries";
import type { Grouping, Performances } from "./types";
import "./performance.css";

export default function Performance() {
  const { hypothesis } = useParams();
  return hypothesis === undefined ? <All /> : <Detail key={hypothesis} name={hypothesis} />;
}

function All() {
  const [by, setBy] = useState<Grouping>("instrument");
  const performance = usePerformance(by);
  return (
    <Stack gap="md">
      <Title order={1}>Performance</Title>
      <Shown of={performance} lines={14}>
        {(found) => <Found found={found} by={by} setBy={setBy} />}
      </Shown>
    </Stack>
  );
}

function Found({ found, by, setBy }: { found: Performances; by: Grouping; setBy: (by: Grouping) => void }) {
  const { stats, parity } = found;
  if (stats === null && found.states.length === 0) {
    return (
      <Empty title="Nothing was tested or traded yet">
        First a discovery: <code>edgeproof discover --all</code>. Then trade on paper what qualified:{" "}
        <code>edgeproof paper --all</code>. To see all of it in a minute: <code>edgeproof demo</code>.
      </Empty>
    );
  }
  return (
    <>
      {stats ? (
        <AccountPanel stats={stats} />
      ) : (
        <Panel title="What trading came to">
          <Empty title="Nothing was traded yet">
            What was tested stands below. Trade it on paper: <code>edgeproof paper --all</code>
          </Empty>
        </Panel>
      )}
      <HypothesisTable found={found} />
      <div className="performance-pair">
        {stats && <Groups stats={stats} by={by} setBy={setBy} />}
        <ParityPanel parity={parity} hasTrades={stats !== null} />
      </div>
    </>
  );
}
