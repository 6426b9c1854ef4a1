// Thousands of rows, of which those in sight are drawn. What arrives on top does not move what one reads.
import { Button, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { SignalRow } from "../../api/types";
import { count } from "../../ui/format";
import { newerThan } from "./merge";
import { COLUMNS, SignalCard, SignalLine, spoken } from "./SignalRows";

interface List {
  rows: readonly SignalRow[];
  total: number;
  /** Whether older ones are kept that are not listed. */
  isCut: boolean;
  selected: string | null;
  select: (id: string) => void;
  open: (id: string) => void;
  more: (() => void) | null;
}

/** So near to the top, one looks at what comes rather than reads what came. */
const AT_TOP = 8;

export function SignalList({ rows, total, isCut, selected, select, open, more }: List) {
  const isNarrow = useMediaQuery("(max-width: 62em)", false, { getInitialValueInEffect: false }) ?? false;
  const height = isNarrow ? 82 : 38;
  const box = useRef<HTMLDivElement>(null);
  const [anchor, setAnchor] = useState<string | null>(null);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
  });
  useEffect(() => list.measure(), [list, height]);
  useHeld(box, rows, height);
  const newer = newerThan(rows, anchor);
  const items = list.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= rows.length - 50) more();
  }, [more, last, rows.length]);
  const at = selected === null ? -1 : rows.findIndex((row) => row.id === selected);
  useEffect(() => {
    if (at >= 0) list.scrollToIndex(at, { align: "auto" });
    // Only where another row was chosen: rows that arrive must not pull the list to it.
  }, [selected]);
  const onScroll = () => {
    const top = box.current?.scrollTop ?? 0;
    if (top <= AT_TOP) setAnchor(null);
    else setAnchor((before) => before ?? rows[0]?.id ?? null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && at >= 0 && selected !== null) open(selected);
  };
  return (
    <div className={`signal-list ${isNarrow ? "narrow" : ""}`}>
      {!isNarrow && (
        <div className="signal-row heading" aria-hidden>
          {COLUMNS.map((name) => <span key={name} className={NUMBERS.has(name) ? "number" : undefined}>{name}</span>)}
        </div>
      )}
      {newer > 0 && (
        <Button className="newer" size="xs" radius="xl" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={() => { box.current?.scrollTo({ top: 0 }); setAnchor(null); }}>
          {count(newer)} new
        </Button>
      )}
      <div
        ref={box}
        className="signal-box"
        role="listbox"
        aria-label="Signals, newest first"
        tabIndex={0}
        aria-activedescendant={at >= 0 && items.some((item) => item.index === at) ? `signal-${selected}` : undefined}
        style={{ "--rows": `${rows.length * height}px` } as CSSProperties}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: list.getTotalSize(), position: "relative" }} role="presentation">
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                id={`signal-${row.id}`}
                role="option"
                aria-selected={row.id === selected}
                aria-label={spoken(row)}
                aria-setsize={total}
                aria-posinset={item.index + 1}
                className={`${isNarrow ? "signal-card" : "signal-row"} ${row.id === selected ? "selected" : ""}`}
                style={{ position: "absolute", insetInline: 0, top: 0, height, transform: `translateY(${item.start}px)` }}
                onClick={() => { select(row.id); open(row.id); }}
              >
                {isNarrow ? <SignalCard row={row} /> : <SignalLine row={row} />}
              </div>
            );
          })}
        </div>
      </div>
      <Text size="xs" c="dimmed" className="list-foot" component="div">
        <span role="status">{count(total)} {total === 1 ? "signal" : "signals"}</span>
        {isCut && <span className="warned">of the newest 20,000; older ones: edgeproof why ID</span>}
        <span className="hints">{rows.length < total ? `${count(rows.length)} loaded · ` : ""}j k or arrows walk, Enter opens, / searches</span>
      </Text>
    </div>
  );
}

const NUMBERS = new Set(["entry", "stop", "target", "R:R", "win"]);

/** Keep in place what one reads: rows that arrive above it scroll the list by their height. */
function useHeld(box: React.RefObject<HTMLDivElement | null>, rows: readonly SignalRow[], height: number): void {
  const first = useRef<string | null>(null);
  useLayoutEffect(() => {
    const before = first.current;
    first.current = rows[0]?.id ?? null;
    if (box.current === null || before === null || box.current.scrollTop <= AT_TOP) return;
    const come = newerThan(rows, before);
    if (come > 0) box.current.scrollTop += come * height;
  }, [box, rows, height]);
}
