import { Code, Drawer, Stack, Title } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { Empty, Failure, Waiting } from "../../ui/parts";
import { FilterBar } from "./FilterBar";
import { type Filter, filtersOf, FILTERS, withFilter } from "./filters";
import { SignalDetail } from "./SignalDetail";
import { SignalList } from "./SignalList";
import { useSignals } from "./useSignals";
import "./signals.css";

export default function Signals() {
  const { id } = useParams();
  const [search, setSearch] = useSearchParams();
  const filters = filtersOf(search);
  const { rows, total, pages, facets, isCut } = useSignals(filters);
  const [selected, setSelected] = useState<string | null>(id ?? null);
  const input = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const isPhone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false }) ?? false;
  const open = useCallback((of: string) => navigate({ pathname: `/signals/${of}`, search: search.toString() }, { replace: id !== undefined }), [navigate, search, id]);
  const close = useCallback(() => navigate({ pathname: "/signals", search: search.toString() }), [navigate, search]);
  const change = useCallback((name: Filter, value: string | null) => setSearch((before) => withFilter(before, name, value), { replace: true }), [setSearch]);
  const clear = useCallback(
    () => setSearch((before) => FILTERS.reduce((left, name) => withFilter(left, name, null), before), { replace: true }),
    [setSearch],
  );
  useEffect(() => {
    if (id !== undefined) setSelected(id);
  }, [id]);
  const walk = (by: number) => {
    const at = rows.findIndex((row) => row.id === selected);
    const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    setSelected(next.id);
    if (id !== undefined) open(next.id);
  };
  useHotkeys([
    ["/", () => input.current?.focus()],
    ["j", () => walk(1)],
    ["ArrowDown", () => walk(1)],
    ["k", () => walk(-1)],
    ["ArrowUp", () => walk(-1)],
    ["Enter", () => selected !== null && id === undefined && open(selected), { preventDefault: false }],
    ["Escape", () => id !== undefined && !isAsked() && close()],
  ]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const more = hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : null;
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <Stack gap="sm" className="signals">
      <Title order={1}>Signals</Title>
      <FilterBar filters={filters} facets={facets} change={change} clear={clear} search={input} />
      {pages.data === undefined ? (
        pages.error ? <Failure error={pages.error} retry={() => void pages.refetch()} /> : <Waiting lines={12} />
      ) : rows.length === 0 ? (
        <section className="panel">
          {isFiltered ? (
            <Empty title="No signal is like that">Take a filter away: nothing {isCut ? "of the newest 20,000 signals" : "this home has kept"} matches all of them.</Empty>
          ) : (
            <Empty title="No signal yet">
              <Code>edgeproof scan</Code> watches for signals of proven hypotheses, <Code>edgeproof scan --all</Code> of all of them. Each appears here when it fires.
            </Empty>
          )}
        </section>
      ) : (
        <SignalList rows={rows} total={total} isCut={isCut} selected={selected} select={setSelected} open={open} more={more} />
      )}
      <Drawer
        opened={id !== undefined}
        onClose={close}
        position="right"
        size={isPhone ? "100%" : 620}
        title="Signal"
        closeOnEscape={false}
        lockScroll={isPhone}
        overlayProps={{ backgroundOpacity: isPhone ? 0.5 : 0.12 }}
        closeButtonProps={{ "aria-label": "Close the signal" }}
        transitionProps={{ duration: 120 }}
      >
        {id !== undefined && <SignalDetail id={id} />}
      </Drawer>
    </Stack>
  );
}

/** Whether a question stands in front of the drawer: Escape is for it then. */
function isAsked(): boolean {
  return document.querySelectorAll('[role="dialog"]').length > 1;
}
