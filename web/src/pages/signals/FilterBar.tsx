// What is looked for. Everything of it is in the address.
import { Button, Collapse, Group, Select, TextInput, CloseButton } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconSearch } from "@tabler/icons-react";
import { useCallback, type RefObject } from "react";
import type { SignalFacets } from "../../api/signals";
import { choices, type Filter, type Filters } from "./filters";
import { useSettled } from "./useSignals";

interface Bar {
  filters: Filters;
  facets: SignalFacets | undefined;
  change: (name: Filter, value: string | null) => void;
  clear: () => void;
  search: RefObject<HTMLInputElement | null>;
}

const TRADED = ["taken", "denied", "overlapped", "invalidated", "expired", "skipped"];

export function FilterBar({ filters, facets, change, clear, search }: Bar) {
  const isPhone = useMediaQuery("(max-width: 48em)") ?? false;
  const [isOpen, open] = useDisclosure(false);
  const settle = useCallback((value: string) => change("text", value), [change]);
  const [typed, setTyped] = useSettled(filters.text ?? "", settle);
  const chosen = Object.keys(filters).filter((name) => name !== "text").length;
  const select = (name: Filter, label: string, of: Parameters<typeof choices>[0]) => (
    <Select
      key={name}
      aria-label={label}
      placeholder={label}
      size="xs"
      className="filter"
      clearable
      clearButtonProps={{ "aria-label": `Any ${label}` }}
      searchable={name === "hypothesis" || name === "symbol"}
      nothingFoundMessage="none of that name"
      data={choices(of, filters[name])}
      value={filters[name] ?? null}
      onChange={(value) => change(name, value)}
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
  const selects = (
    <div className="filters">
      {select("symbol", "instrument", facets?.symbols)}
      {select("timeframe", "timeframe", facets?.timeframes)}
      {select("direction", "direction", facets?.directions ?? ["long", "short"])}
      {select("hypothesis", "hypothesis", facets?.hypotheses)}
      {select("fate", "fate", facets?.fates)}
      {select("traded", "traded", facets?.traded ?? TRADED)}
      {select("state", "state", facets?.states)}
      {(chosen > 0 || filters.text) && (
        <Button size="xs" variant="subtle" onClick={clear}>
          Clear
        </Button>
      )}
    </div>
  );
  return (
    <div role="search" aria-label="Signals">
      <Group gap="xs" wrap="nowrap" mb="xs">
        <TextInput
          ref={search}
          aria-label="Search signals"
          placeholder="Search: id, hypothesis, instrument, rule    ( / )"
          leftSection={<IconSearch size={16} aria-hidden />}
          rightSection={typed && <CloseButton size="sm" aria-label="Clear the search" onClick={() => setTyped("")} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            if (typed) setTyped("");
            event.currentTarget.blur();
          }}
          style={{ flex: 1, maxWidth: 460 }}
        />
        {isPhone && (
          <Button variant="default" leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />} onClick={open.toggle} aria-expanded={isOpen}>
            {chosen > 0 ? `Filters (${chosen})` : "Filters"}
          </Button>
        )}
      </Group>
      {isPhone ? <Collapse expanded={isOpen}>{selects}</Collapse> : selects}
    </div>
  );
}
