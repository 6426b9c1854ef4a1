import { Button, CopyButton, Group, SegmentedControl, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Failure } from "../../ui/parts";
import { fieldsOf, type JournalRecord } from "./records";

interface More {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  error: unknown;
  fetchNextPage: () => unknown;
}

/** Records, newest first; older ones are fetched as their place comes near. */
export function RecordList({ records, more }: { records: readonly JournalRecord[]; more: More }) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useEffect(() => setMargin((list.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const virtual = useWindowVirtualizer({
    count: records.length,
    estimateSize: () => 37,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => records[index]?.seq ?? index,
  });
  const items = virtual.getVirtualItems();
  const isNearEnd = (items.at(-1)?.index ?? 0) >= records.length - 40;
  const wantsMore = isNearEnd && more.hasNextPage && !more.isFetchingNextPage && !more.isFetchNextPageError;
  const { fetchNextPage } = more;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);
  const toggle = (seq: number) => setOpen((now) => (now.has(seq) ? new Set([...now].filter((each) => each !== seq)) : new Set([...now, seq])));
  return (
    <>
      <div ref={list} className="virtual" style={{ height: virtual.getTotalSize() }} onKeyDown={walk}>
        {items.map((item) => {
          const record = records[item.index];
          return record === undefined ? null : (
            <div key={item.key} ref={virtual.measureElement} data-index={item.index} style={{ transform: `translateY(${item.start - margin}px)` }}>
              <Row record={record} isOpen={open.has(record.seq)} toggle={() => toggle(record.seq)} />
            </div>
          );
        })}
      </div>
      {more.isFetchNextPageError ? (
        <Failure error={more.error} retry={() => void fetchNextPage()} />
      ) : (
        <Text size="xs" c="dimmed" ta="center" pt="sm" role="status">
          {more.hasNextPage ? "Older ones are fetched …" : "That is the beginning."}
        </Text>
      )}
    </>
  );
}

/** j, k and the arrows walk the rows; Esc closes the one that is open. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key] ?? 0;
  const row = (event.target as HTMLElement).closest<HTMLElement>(".record-head");
  if (row === null || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && row.getAttribute("aria-expanded") === "true") row.click();
  if (step === 0) return;
  const at = Number(row.closest<HTMLElement>("[data-index]")?.dataset["index"]);
  const next = event.currentTarget.querySelector<HTMLElement>(`[data-index="${at + step}"] .record-head`);
  if (next === null) return;
  event.preventDefault();
  next.focus();
}

function Row({ record, isOpen, toggle }: { record: JournalRecord; isOpen: boolean; toggle: () => void }) {
  const Mark = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div className="record">
      <UnstyledButton className="record-head" onClick={toggle} aria-expanded={isOpen}>
        <Mark size={14} aria-hidden />
        <span className="record-at">
          <Moment at={record.at} look="short" />
        </span>
        <span className="record-kind">{words(record.kind)}</span>
        <span className="record-words">{record.words}</span>
      </UnstyledButton>
      {isOpen && <Whole record={record} />}
    </div>
  );
}

function Whole({ record }: { record: JournalRecord }) {
  const [look, setLook] = useState("fields");
  const raw = JSON.stringify(record.document, null, 2);
  return (
    <div className="record-whole">
      <Group justify="space-between" mb="xs" gap="xs">
        <Text size="xs" c="dimmed" className="wraps">
          no. {record.seq} · <Moment at={record.at} look="full" /> · session {record.session}
          {record.symbol && ` · ${record.symbol}`}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="Look of the record"
            data={[{ value: "fields", label: "Fields" }, { value: "json", label: "JSON" }]}
            value={look}
            onChange={setLook}
          />
          <CopyButton value={raw}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy JSON"}
              </Button>
            )}
          </CopyButton>
        </Group>
      </Group>
      {look === "json" ? (
        <pre className="record-raw" tabIndex={0} role="region" aria-label="JSON of the record">
          {raw}
        </pre>
      ) : (
        <dl className="record-fields">
          {fieldsOf(record.document).map((field, at) => (
            // Nothing of the list moves: its place is its name.
            <div key={at} className={field.value === null ? "field-group" : ""} style={{ paddingLeft: field.depth * 14 }}>
              <dt>{field.name}</dt>
              <dd>{field.value ?? ""}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
