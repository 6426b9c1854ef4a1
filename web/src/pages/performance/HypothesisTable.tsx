// Live against backtest, hypothesis by hypothesis: a table on the desk, cards on the phone.
import { Group, Select, Switch, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { count, multiple, plain, tone, words } from "../../ui/format";
import { Amount, Empty, Panel, StateBadge } from "../../ui/parts";
import { useSlashFocus } from "../../ui/useSlashFocus";
import { DriftGauge, RateBar, RateKey } from "./Gauges";
import { type Filter, filtered, type Row, rowsOf, type Sort, sorted, type SortKey } from "./rows";
import type { Performances } from "./types";

const COLUMNS: readonly { key: SortKey; name: string; title: string; isNumber?: boolean }[] = [
  { key: "hypothesis", name: "Hypothesis", title: "Its name, its state, and how it stands to its test" },
  { key: "drift", name: "Drift", title: "How far live results have moved against the test, between nothing and the limit at which it is killed" },
  { key: "winRate", name: "Win rate", title: "Live with its 95 % interval, against the tested rate and the one that breaks even" },
  { key: "n", name: "n / expected", title: "Live trades, and how many the backtest had in as much time", isNumber: true },
  { key: "expectancy", name: "R a trade", title: "Mean result in multiples of the risk: live, and tested", isNumber: true },
  { key: "profitFactor", name: "PF", title: "Profit factor: won for each unit lost", isNumber: true },
  { key: "net", name: "Net", title: "What it made, after all costs", isNumber: true },
];

/** So many are drawn at first: more would only slow the page down. */
const MOST = 100;

export function HypothesisTable({ found }: { found: Performances }) {
  const rows = useMemo(() => rowsOf(found), [found]);
  const hasOwn = rows.some(({ isLive, isWatched }) => isLive || isWatched);
  const [filter, setFilter] = useState<Filter>({ text: "", state: null, isAll: !hasOwn });
  const [sort, setSort] = useState<Sort>({ by: "n", isDown: true });
  const [most, setMost] = useState(MOST);
  const isNarrow = useMediaQuery("(max-width: 62em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const shown = useMemo(() => sorted(filtered(rows, filter), sort), [rows, filter, sort]);
  const search = useSlashFocus();
  const states = useMemo(() => [...new Set(rows.map(({ state }) => state))].sort(), [rows]);
  const change = (part: Partial<Filter>) => setFilter((now) => ({ ...now, ...part }));
  return (
    <Panel title="Live against backtest" aside={<RateKey />}>
      <Group gap="xs" mb="xs" role="search" aria-label="Hypotheses">
        <TextInput ref={search} size="xs" className="performance-search" aria-label="Search hypotheses" placeholder="Search: name, state, verdict    ( / )" value={filter.text} onChange={(event) => change({ text: event.currentTarget.value })} onKeyDown={(event) => { if (event.key === "Escape") { change({ text: "" }); event.currentTarget.blur(); } }} />
        <Select size="xs" w={140} aria-label="State" placeholder="any state" clearable clearButtonProps={{ "aria-label": "Any state" }} data={states.map((value) => ({ value, label: words(value) }))} value={filter.state} onChange={(state) => change({ state })} />
        {isNarrow && (
          <Select size="xs" w={140} aria-label="Sort by" allowDeselect={false} data={COLUMNS.map(({ key, name }) => ({ value: key, label: `by ${name.toLowerCase()}` }))} value={sort.by} onChange={(by) => by && setSort({ by: by as SortKey, isDown: by !== "hypothesis" })} />
        )}
        <Switch size="xs" label="also what is not watched" checked={filter.isAll} onChange={(event) => change({ isAll: event.currentTarget.checked })} />
        <Text size="xs" c="dimmed" role="status">
          {count(shown.length)} of {count(rows.length)}
        </Text>
      </Group>
      {shown.length === 0 ? (
        <Empty title="Nothing matches">{filter.isAll ? "No hypothesis has all of what was asked for." : "None of those that trade or are watched; the switch above shows all."}</Empty>
      ) : (
        <div className="data-scroll" role="region" aria-label="Hypotheses" tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                {COLUMNS.map((column) => <Head key={column.key} column={column} sort={sort} setSort={setSort} />)}
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, most).map((row) => <One key={row.hypothesis} row={row} />)}
            </tbody>
          </table>
        </div>
      )}
      {shown.length > most && (
        <UnstyledButton className="plain-link" mt="xs" onClick={() => setMost(shown.length)}>
          Show all {count(shown.length)}
        </UnstyledButton>
      )}
    </Panel>
  );
}

function Head({ column, sort, setSort }: { column: (typeof COLUMNS)[number]; sort: Sort; setSort: (sort: Sort) => void }) {
  const { name, title, isNumber } = column;
  const isBy = sort.by === column.key;
  return (
    <th scope="col" className={isNumber ? "number" : ""} aria-sort={isBy ? (sort.isDown ? "descending" : "ascending") : "none"}>
      <UnstyledButton className="sorter" title={title} onClick={() => setSort({ by: column.key, isDown: isBy ? !sort.isDown : column.key !== "hypothesis" })}>
        {name}
        <span aria-hidden>{isBy ? (sort.isDown ? " ↓" : " ↑") : ""}</span>
      </UnstyledButton>
    </th>
  );
}

const VERDICTS: Record<string, string> = { below: "lost", above: "won", "as tested": "won" };

function One({ row }: { row: Row }) {
  return (
    <tr>
      <td className="whole">
        <Link to={`/performance/${encodeURIComponent(row.hypothesis)}`} className="quiet-link strong wraps">
          {row.hypothesis}
        </Link>
        <div className="small">
          <StateBadge state={row.state} /> <span className={VERDICTS[row.verdict] ?? "muted"}>{row.verdict}</span>
          {row.note && <span className="warned"> {row.note}</span>}
        </div>
      </td>
      <td className="whole" data-name="drift"><DriftGauge {...row} /></td>
      <td className="whole"><RateBar value={row.winRate} low={row.low} high={row.high} tested={row.testedRate} breakEven={row.breakEven} /></td>
      <td className="number" data-name="n / expected">
        {count(row.n)} <span className="muted">/ {row.expected === null ? "–" : plain(row.expected, 1)}</span>
      </td>
      <td className="number" data-name="R a trade">
        <span className={tone(row.expectancy)}>{multiple(row.expectancy)}</span> <span className="muted">tested {multiple(row.testedExpectancy)}</span>
      </td>
      <td className="number" data-name="PF">{plain(row.profitFactor)}</td>
      <td className="number" data-name="net"><Amount value={row.net} /></td>
    </tr>
  );
}
