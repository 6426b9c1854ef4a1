// What is chosen: instrument, timeframe, hypothesis, colours.
import { ActionIcon, Select, Title, Tooltip, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconEye, IconEyeCheck } from "@tabler/icons-react";
import { useSlashFocus } from "../../ui/useSlashFocus";
import { lengthOf } from "./candles";
import type { Palette } from "./looks";
import { type Change, type ChartPlace, TIMEFRAMES } from "./place";
import type { Choices } from "./types";

interface Chosen {
  choices: Choices;
  place: ChartPlace;
  change: (change: Change) => void;
  palette: Palette;
  setPalette: (palette: Palette) => void;
}

export function Controls({ choices, place, change, palette, setPalette }: Chosen) {
  const search = useSlashFocus();
  const offered = choices.instruments.find(({ symbol }) => symbol === place.symbol)?.timeframes ?? [];
  const isOffered = (timeframe: string) => offered.length === 0 || offered.includes(timeframe);
  useHotkeys(TIMEFRAMES.map((timeframe, index) => [String(index + 1), () => isOffered(timeframe) && change({ timeframe })]));
  const isSafe = palette === "safe";
  return (
    <div className="chart-controls" role="search" aria-label="What the chart shows">
      <Title order={1} className="chart-title">
        Chart
      </Title>
      <Select
        ref={search}
        className="chart-symbol"
        aria-label="Instrument"
        size="xs"
        searchable
        allowDeselect={false}
        nothingFoundMessage="none of that name"
        data={instrumentChoices(choices)}
        value={place.symbol}
        onChange={(symbol) => symbol && change({ symbol })}
        comboboxProps={{ width: "max-content", position: "bottom-start" }}
      />
      <div className="chart-frames" role="group" aria-label="Timeframe">
        {TIMEFRAMES.map((timeframe, index) => (
          <UnstyledButton
            key={timeframe}
            className={timeframe === place.timeframe ? "frame chosen" : "frame"}
            aria-pressed={timeframe === place.timeframe}
            disabled={!isOffered(timeframe)}
            title={isOffered(timeframe) ? `Key ${index + 1}` : "No candles of this length"}
            onClick={() => change({ timeframe })}
          >
            {timeframe}
          </UnstyledButton>
        ))}
      </div>
      <Select
        className="chart-frame"
        aria-label="Any timeframe"
        size="xs"
        searchable
        allowDeselect={false}
        nothingFoundMessage="none"
        data={[...new Set([...(offered.length > 0 ? offered : TIMEFRAMES), place.timeframe])].sort((a, b) => lengthOf(a) - lengthOf(b))}
        value={place.timeframe}
        onChange={(timeframe) => timeframe && change({ timeframe })}
      />
      <Select
        className="chart-hypothesis"
        aria-label="Hypothesis: its indicators, conditions and signals"
        placeholder="Hypothesis: its indicators"
        size="xs"
        searchable
        clearable
        clearButtonProps={{ "aria-label": "No hypothesis" }}
        nothingFoundMessage="none of that name"
        limit={200}
        data={hypothesisChoices(choices, place.hypothesis)}
        value={place.hypothesis || null}
        onChange={(hypothesis) => change({ hypothesis: hypothesis ?? "" })}
        comboboxProps={{ width: "max-content", position: "bottom-start" }}
      />
      <Tooltip label={isSafe ? "Colours: blue and orange" : "Colours: green and red"}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Colours that are told apart without red and green"
          aria-pressed={isSafe}
          onClick={() => setPalette(isSafe ? "usual" : "safe")}
        >
          {isSafe ? <IconEyeCheck size={17} aria-hidden /> : <IconEye size={17} aria-hidden />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function instrumentChoices({ instruments }: Choices) {
  const named = (isWatched: boolean) =>
    instruments.filter((each) => each.is_watched === isWatched).map(({ symbol, venue_symbol }) => ({ value: symbol, label: `${symbol}  ${venue_symbol}` }));
  const groups = [{ group: "watched", items: named(true) }, { group: "others", items: named(false) }].filter(({ items }) => items.length > 0);
  return groups.length === 1 ? (groups[0]?.items ?? []) : groups;
}

function hypothesisChoices({ hypotheses }: Choices, chosen: string) {
  const names = hypotheses.map(({ name, state, timeframe }) => ({ value: name, label: `${name} · ${timeframe} ${state}` }));
  return chosen === "" || names.some(({ value }) => value === chosen) ? names : [{ value: chosen, label: chosen }, ...names];
}
