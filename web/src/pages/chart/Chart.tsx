// Candles of any instrument with what signals and trades made of them, live to the moment.
import { Stack, Text } from "@mantine/core";
import type { CSSProperties } from "react";
import { useSignal } from "../../api/signals";
import { Empty, Shown } from "../../ui/parts";
import { ChartView } from "./ChartView";
import { Controls } from "./Controls";
import { useLook } from "./looks";
import { placeOf, useParams } from "./place";
import { useChoices } from "./queries";
import type { Choices } from "./types";
import "./chart.css";

export default function Chart() {
  const choices = useChoices();
  return (
    <Shown of={choices} lines={12}>
      {(found) => (found.instruments.length === 0 ? <NoCandles /> : <Chosen choices={found} />)}
    </Shown>
  );
}

function Chosen({ choices }: { choices: Choices }) {
  const [params, change] = useParams();
  const asked = params.get("signal") ?? undefined;
  const signal = useSignal(asked);
  const { look, palette, setPalette } = useLook();
  const of = signal.data?.signal;
  const place = placeOf(params, choices, of);
  // Until it is known when the signal was, there is no telling which candles are wanted.
  const isWaiting = asked !== undefined && signal.isPending;
  return (
    <Stack gap="sm" style={{ "--chart-up": look.up, "--chart-down": look.down } as CSSProperties}>
      <Controls choices={choices} place={place} change={change} palette={palette} setPalette={setPalette} />
      {signal.error && asked !== undefined && (
        <Text size="sm" className="warned" role="status">
          The signal {asked} is not shown: {signal.error.message}
        </Text>
      )}
      {!isWaiting && <ChartView place={place} change={change} look={look} moment={of ? Date.parse(of.timestamp) : null} />}
    </Stack>
  );
}

function NoCandles() {
  return (
    <Empty title="There are no candles yet">
      They come with <code>edgeproof data download --instrument BTC/USD:USD</code>, or with a session:{" "}
      <code>edgeproof paper --all</code>. To look around in a made-up market: <code>edgeproof demo</code>.
    </Empty>
  );
}
