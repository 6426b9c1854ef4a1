import { Alert, List, Select, Switch, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { count, multiple, percent, tone } from "../../ui/format";
import { formatTime } from "../../ui/Moment";
import { Empty, Panel, Shown, StateBadge } from "../../ui/parts";
import { useComparison, useRuns } from "./queries";
import type { Analysis, Compared, Comparison, Run } from "./types";
import { byChange, isChanged } from "./verdicts";

/** Two runs: first what makes them different, then what came out differently. */
export function Compare({ a, b }: { a: string; b: string }) {
  const [, setAddress] = useSearchParams();
  const runs = useRuns().data?.runs.filter((run) => run.has_edge) ?? [];
  const compared = useComparison(a, b);
  const choose = (which: { a?: string; b?: string }) => setAddress({ a, b, ...which }, { replace: true });
  return (
    <>
      <div className="panel compare-pair">
        <Choice label="Before (a)" runs={runs} value={a} choose={(id) => choose({ a: id })} />
        <Text c="dimmed" pb={8}>
          →
        </Text>
        <Choice label="After (b)" runs={runs} value={b} choose={(id) => choose({ b: id })} />
      </div>
      {a === b || a === "" || b === "" ? (
        <Empty title="Choose two runs">What differs between them is told first, then what came out differently.</Empty>
      ) : (
        <Shown of={compared} lines={8}>
          {(comparison) => <Differences of={comparison} />}
        </Shown>
      )}
    </>
  );
}

function Choice({ label, runs, value, choose }: { label: string; runs: readonly Run[]; value: string; choose: (id: string) => void }) {
  return (
    <Select
      label={label}
      data={runs.map((run) => ({ value: run.id, label: `${run.at ? formatTime(new Date(run.at), "full") : "run"} · ${run.id.slice(0, 8)}` }))}
      value={value || null}
      allowDeselect={false}
      onChange={(id) => id && choose(id)}
    />
  );
}

function Differences({ of }: { of: Comparison }) {
  const [isAll, setIsAll] = useState(false);
  const changed = useMemo(() => of.rows.filter(isChanged), [of]);
  const rows = useMemo(() => byChange(isAll ? of.rows : changed), [of, isAll, changed]);
  return (
    <>
      {of.differs.length === 0 ? (
        <Alert color="blue" title="They were made from the same" role="status">
          Same data, version and costs: any change below is a defect.
        </Alert>
      ) : (
        <Alert color="yellow" title="What differs between them" role="status">
          <List size="sm">
            {of.differs.map((what) => (
              <List.Item key={what}>{what}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Panel
        title={`${count(changed.length)} of ${count(of.rows.length)} changed`}
        aside={<Switch label="Show the unchanged too" checked={isAll} onChange={(event) => setIsAll(event.currentTarget.checked)} />}
      >
        {rows.length === 0 ? (
          <Empty title="Nothing changed">Every verdict is the same in both.</Empty>
        ) : (
          <div role="table" aria-label="Changes">
            <div role="row" className="compare-row compare-head">
              {["Hypothesis", "State", "Trades", "Win rate", "R a trade"].map((name) => (
                <span key={name} role="columnheader">
                  {name}
                </span>
              ))}
            </div>
            {rows.map((row) => (
              <Row key={`${row.hypothesis} ${row.scope}`} row={row} />
            ))}
          </div>
        )}
      </Panel>
    </>
  );
}

function Row({ row }: { row: Compared }) {
  const { a, b, change } = row;
  return (
    <div role="row" className="compare-row">
      <div role="cell" className="wraps">
        <b>{row.hypothesis}</b>
        <Text size="xs" c="dimmed">
          {row.scope}
        </Text>
      </div>
      <div role="cell">
        {a === null || b === null ? (
          <span className="warned">only in {a === null ? "b" : "a"}</span>
        ) : change.state ? (
          <>
            <StateBadge state={change.state[0]} /> → <StateBadge state={change.state[1]} />
          </>
        ) : (
          <StateBadge state={b.state} />
        )}
      </div>
      <div role="cell" data-name="trades">
        {fromTo(a, b, (each) => count(each.n))}
      </div>
      <div role="cell">
        {fromTo(a, b, (each) => percent(each.win_rate))} <Change value={change.win_rate} text={percent(change.win_rate, 1, true)} />
      </div>
      <div role="cell">
        {fromTo(a, b, (each) => multiple(each.expectancy_r))} <Change value={change.expectancy_r} text={multiple(change.expectancy_r)} />
      </div>
    </div>
  );
}

function fromTo(a: Analysis | null, b: Analysis | null, say: (row: Analysis) => string): string {
  const found = [a, b].filter((each) => each !== null).map(say);
  return [...new Set(found)].join(" → ");
}

function Change({ value, text }: { value: number | null; text: string }) {
  return value === null || Math.abs(value) < 1e-9 ? null : <b className={`change ${tone(value) ?? ""}`}>({text})</b>;
}
