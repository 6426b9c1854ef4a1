import { Anchor, Group, Table, Tabs, Text } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useNavigate, useSearchParams } from "react-router";
import { count, percent, words } from "../../ui/format";
import { Empty, Facts, Panel, Shown, StateBadge } from "../../ui/parts";
import { useRun } from "./queries";
import type { Certificate, RunDetail } from "./types";
import { VerdictTable } from "./VerdictTable";
import { isoDay, some } from "./words";

const TABS = ["verdicts", "data", "report"] as const;

/** What a run found: its verdicts, the data it stood on, and its own report. */
export function RunPage({ id }: { id: string }) {
  const run = useRun(id);
  const [address, setAddress] = useSearchParams();
  const navigate = useNavigate();
  const tab = TABS.find((each) => each === address.get("show")) ?? "verdicts";
  return (
    <Shown of={run} lines={10}>
      {(detail) => (
        <>
          {/* The report says it all itself, and wants the height. */}
          {tab !== "report" && <Summary detail={detail} />}
          <Tabs
            value={tab}
            keepMounted={false}
            onChange={(value) => (value === "verdicts" ? void navigate(`/research/${id}`) : setAddress({ show: value ?? "" }))}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="verdicts">Verdicts ({detail.analyses.length})</Tabs.Tab>
              <Tabs.Tab value="data">Data ({detail.data.length})</Tabs.Tab>
              <Tabs.Tab value="report">Report</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="verdicts">
              {detail.analyses.length === 0 ? (
                <Empty title="No verdicts">
                  This run is a backtest: it has trades, not verdicts. <code>edgeproof discover</code> judges hypotheses.
                </Empty>
              ) : (
                <VerdictTable rows={detail.analyses} />
              )}
            </Tabs.Panel>
            <Tabs.Panel value="data">
              <Certificates of={detail.data} />
            </Tabs.Panel>
            <Tabs.Panel value="report">
              <Report id={id} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Shown>
  );
}

function Summary({ detail }: { detail: RunDetail }) {
  const { run, ledger, placebos, self_checks: checks } = detail;
  return (
    <div className="run-summary">
      <Panel
        title="What was run"
        aside={
          run.other_version && (
            <span className="warned other-version">other version</span>
          )
        }
      >
        <Facts
          facts={[
            ["On", some(run.instruments)],
            ["History", <History key="history" start={run.start} end={run.end} />],
            ["Hypotheses", count(run.hypotheses)],
            ["Version", run.version],
          ]}
        />
      </Panel>
      <Panel title="What it found">
        <Group gap="xs">
          {Object.entries(detail.states)
            .filter(([, n]) => n > 0)
            .map(([state, n]) => (
              <Group gap={6} key={state} wrap="nowrap">
                <Text fw={600}>{count(n)}</Text>
                <StateBadge state={state} />
              </Group>
            ))}
        </Group>
        <Text size="xs" c="dimmed" mt="sm">
          A result that is not proven is not a failure: it was not paid for with money.
        </Text>
      </Panel>
      <Panel title="What it cost to look">
        <Facts
          facts={[
            ["Trials paid for", ledger ? `${count(ledger.trials)}${ledger.new === undefined ? "" : ` (${count(ledger.new)} new)`}` : "–"],
            ["Placebos passed", placebos ? `${count(placebos.passed)} of ${count(placebos.tested)} tested` : "–"],
            ["Look-ahead checks", checks ? `${count(checks.differences)} of ${count(checks.checks)} differed` : "–"],
          ]}
        />
      </Panel>
    </div>
  );
}

function History({ start, end }: { start: string | null; end: string | null }) {
  if (start === null || end === null) return <>all that is stored</>;
  return (
    <>
      <span className="day">{isoDay(start)}</span> to <span className="day">{isoDay(end)}</span>
    </>
  );
}

function Certificates({ of }: { of: readonly Certificate[] }) {
  if (of.length === 0) return <Empty title="No certificates">The run does not say what its data were like.</Empty>;
  return (
    <div className="panel scrolls" tabIndex={0} role="region" aria-label="Data certificates">
      <Table horizontalSpacing="xs" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {["Instrument", "From", "To", "Candles", "Missing", "Coverage", "Gaps", "Outliers", "Funding", "Objections"].map((name, at) => (
              <Table.Th key={name} className={at > 2 && at < 8 ? "number" : ""}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((each) => (
            <Table.Tr key={each.instrument}>
              <Table.Th scope="row">{each.instrument}</Table.Th>
              <Table.Td className="day">{isoDay(each.start)}</Table.Td>
              <Table.Td className="day">{isoDay(each.end)}</Table.Td>
              <Table.Td className="number">{count(each.candles)}</Table.Td>
              <Table.Td className="number">{count(each.missing)}</Table.Td>
              <Table.Td className="number">{percent(each.coverage, 2)}</Table.Td>
              <Table.Td className="number">{count(each.gap_count)}</Table.Td>
              <Table.Td className="number">{count(each.outlier_count)}</Table.Td>
              <Table.Td title={each.funding_reason ?? ""}>{words(each.funding)}</Table.Td>
              <Table.Td>{each.objections.length === 0 ? "none" : each.objections.join("; ")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Report({ id }: { id: string }) {
  const address = `/api/runs/${encodeURIComponent(id)}/report`;
  return (
    <div className="panel report">
      <Group justify="flex-end" mb="xs">
        <Anchor href={address} target="_blank" rel="noopener" size="sm">
          Open in a tab <IconExternalLink size={14} aria-hidden />
        </Anchor>
      </Group>
      <iframe src={address} title={`Report of run ${id}`} sandbox="allow-scripts allow-popups" referrerPolicy="no-referrer" />
    </div>
  );
}
