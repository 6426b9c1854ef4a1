import { Button, Group, Select, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import { useSlashFocus } from "../../ui/useSlashFocus";
import { count, multiple, percent, plain, tone } from "../../ui/format";
import { DirectionMark, Empty, StateBadge } from "../../ui/parts";
import { Interval } from "./Interval";
import type { Analysis } from "./types";
import { choices, EVERYTHING, filtered, sorted, type Filter, type Sort, type SortKey } from "./verdicts";

const COLUMNS: readonly { key: SortKey; name: string; title: string; isNumber?: boolean }[] = [
  { key: "hypothesis", name: "Hypothesis", title: "Name, what it was judged on" },
  { key: "timeframe", name: "Time", title: "Timeframe" },
  { key: "state", name: "Verdict", title: "State, and why" },
  { key: "n", name: "n / needed", title: "Trades, and how many a proof would need", isNumber: true },
  { key: "win_rate", name: "Win rate", title: "Share of wins with its 95 % interval; the mark is the bar it must clear" },
  { key: "expectancy_r", name: "R a trade", title: "Mean result of a trade in multiples of its risk, after costs", isNumber: true },
  { key: "profit_factor", name: "PF", title: "Profit factor: what was won for each unit lost", isNumber: true },
  { key: "q_value", name: "p / q", title: "p of luck; q after counting every trial", isNumber: true },
  { key: "cost_r", name: "Cost", title: "Fees, slippage and funding of a trade in R", isNumber: true },
];

/** Verdicts, hundreds of them: only what is seen is drawn. */
export function VerdictTable({ rows }: { rows: readonly Analysis[] }) {
  const [filter, setFilter] = useState<Filter>(EVERYTHING);
  const [sort, setSort] = useState<Sort>({ by: "state", isDown: false });
  const isNarrow = useMediaQuery("(max-width: 62em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const shown = useMemo(() => sorted(filtered(rows, filter), sort), [rows, filter, sort]);
  return (
    <div className="panel">
      <Filters rows={rows} filter={filter} change={(part) => setFilter({ ...filter, ...part })} sort={isNarrow ? { sort, setSort } : null} />
      <Group justify="space-between" my="xs">
        <Text size="xs" c="dimmed" role="status">
          {count(shown.length)} of {count(rows.length)}
        </Text>
        {filter !== EVERYTHING && (
          <Button size="compact-xs" variant="subtle" onClick={() => setFilter(EVERYTHING)}>
            Show all
          </Button>
        )}
      </Group>
      {shown.length === 0 ? (
        <Empty title="Nothing matches">No verdict has all of what was asked for.</Empty>
      ) : (
        <Rows rows={shown} isNarrow={isNarrow} sort={sort} setSort={setSort} />
      )}
    </div>
  );
}

interface Sorting {
  sort: Sort;
  setSort: (sort: Sort) => void;
}

function Filters({ rows, filter, change, sort }: { rows: readonly Analysis[]; filter: Filter; change: (part: Partial<Filter>) => void; sort: Sorting | null }) {
  const search = useSlashFocus();
  return (
    <div className="filters">
      <TextInput
        ref={search}
        aria-label="Search the verdicts"
        placeholder="Search: name, words of the verdict   /"
        value={filter.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
        className="filter-text"
      />
      {(["state", "family", "timeframe"] as const).map((of) => (
        <Select
          key={of}
          aria-label={`Filter by ${of}`}
          placeholder={`any ${of}`}
          data={choices(rows, of).map((value) => ({ value, label: value.replaceAll("_", " ") }))}
          value={filter[of]}
          onChange={(value) => change({ [of]: value })}
          clearable
          clearButtonProps={{ "aria-label": `Any ${of}` }}
        />
      ))}
      {sort && (
        <Select
          aria-label="Sort by"
          data={COLUMNS.map(({ key, name }) => ({ value: key, label: `by ${name.toLowerCase()}` }))}
          value={sort.sort.by}
          allowDeselect={false}
          onChange={(value) => value && sort.setSort({ by: value as SortKey, isDown: isNumber(value as SortKey) })}
        />
      )}
    </div>
  );
}

function isNumber(key: SortKey): boolean {
  return key === "win_rate" || (COLUMNS.find((column) => column.key === key)?.isNumber ?? false);
}

function Rows({ rows, isNarrow, sort, setSort }: { rows: readonly Analysis[]; isNarrow: boolean } & Sorting) {
  const list = useRef<HTMLDivElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isNarrow ? 168 : 58),
    overscan: 8,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  return (
    <div role="table" aria-label="Verdicts" aria-rowcount={rows.length + 1}>
      {!isNarrow && <Head sort={sort} setSort={setSort} />}
      <div ref={list} role="rowgroup" className="virtual" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className={isNarrow ? "verdict-card" : "verdict-row verdict-grid"}
              style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              <Cells row={row} isNarrow={isNarrow} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Head({ sort, setSort }: Sorting) {
  return (
    <div role="rowgroup">
      <div role="row" aria-rowindex={1} className="verdict-grid verdict-head">
        {COLUMNS.map(({ key, name, title }) => {
          const isBy = sort.by === key;
          return (
            <div key={key} role="columnheader" aria-sort={isBy ? (sort.isDown ? "descending" : "ascending") : "none"} className={isNumber(key) && key !== "win_rate" ? "number" : ""}>
              <UnstyledButton title={title} onClick={() => setSort({ by: key, isDown: isBy ? !sort.isDown : isNumber(key) })}>
                {name}
                <span aria-hidden>{isBy ? (sort.isDown ? " ↓" : " ↑") : ""}</span>
              </UnstyledButton>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Cells({ row, isNarrow }: { row: Analysis; isNarrow: boolean }) {
  const label = (text: string) => (isNarrow ? <span className="muted">{text} </span> : null);
  return (
    <>
      <div role="cell" className="verdict-name">
        <Link to={`/performance/${encodeURIComponent(row.hypothesis)}`} className="quiet-link wraps">
          {row.hypothesis}
        </Link>
        <Text size="xs" c="dimmed" component="div">
          {row.scope} · {row.family.replaceAll("_", " ")} · {row.direction === "long" || row.direction === "short" ? <DirectionMark direction={row.direction} /> : row.direction}
        </Text>
      </div>
      <div role="cell">{row.timeframe}</div>
      <div role="cell" className="verdict-words">
        <StateBadge state={row.state} /> <span className="verdict-text">{withoutState(row)}</span>
      </div>
      <div role="cell" className="number">
        {label("n")}
        {count(row.n)}
        <span className="muted"> / {row.needed_trades === null ? "–" : count(row.needed_trades)}</span>
      </div>
      <div role="cell" className="verdict-rate">
        <Interval value={row.win_rate} low={row.win_rate_low} high={row.win_rate_high} bar={row.bar} />
      </div>
      <div role="cell" className={`number ${tone(row.expectancy_r) ?? ""}`} title={`95 %: ${multiple(row.expectancy_low)} to ${multiple(row.expectancy_high)}`}>
        {multiple(row.expectancy_r)}
      </div>
      <div role="cell" className="number">
        {label("PF")}
        {plain(row.profit_factor)}
      </div>
      <div role="cell" className="number">
        {label("p / q")}
        {chance(row.p_value)} / {chance(row.q_value)}
      </div>
      <div role="cell" className="number" title={row.win_rate === null ? "" : `Bar at these costs: ${percent(row.bar)}`}>
        {label("cost")}
        {plain(row.cost_r)} R
      </div>
    </>
  );
}

/** The state stands in the badge already. */
function withoutState(row: Analysis): string {
  return row.verdict.replace(/^[a-z]+: /, "");
}

function chance(value: number | null): string {
  return value === null ? "–" : value < 0.001 ? "<0.001" : value.toFixed(value < 0.1 ? 3 : 2);
}
