// What is open or waits on the instrument: as lines on the chart with their live result, and in words below it.
import { useMemo } from "react";
import { Link } from "react-router";
import { usePicture } from "../../api/live";
import type { Position, Resting } from "../../api/types";
import { money, multiple, price, quantity } from "../../ui/format";
import { Amount, DirectionMark, InR, Panel } from "../../ui/parts";
import type { PriceLevel } from "./drawing";
import type { Look } from "./looks";
import type { ChartDocument } from "./types";

const NONE: readonly never[] = [];

/** Positions of the instrument: the session's own picture where there is one, else what the journal says. */
function usePositions(document: ChartDocument): readonly Position[] {
  const painted = usePicture((picture) => picture.trading?.positions ?? null);
  return useMemo(() => {
    const { position, symbol } = document;
    if (painted) return painted.filter((each) => each.symbol === symbol);
    return position === null ? NONE : Array.isArray(position) ? position : [position];
  }, [painted, document]);
}

function useResting(symbol: string): readonly Resting[] {
  const painted = usePicture((picture) => picture.trading?.resting ?? null);
  return useMemo(() => painted?.filter((each) => each.symbol === symbol) ?? NONE, [painted, symbol]);
}

export function useLevels(document: ChartDocument, look: Look): readonly PriceLevel[] {
  const positions = usePositions(document);
  const resting = useResting(document.symbol);
  return useMemo(() => [...positions.flatMap((each) => levelsOf(each, look)), ...resting.flatMap((each) => waiting(each, look))], [positions, resting, look]);
}

function levelsOf(each: Position, look: Look): PriceLevel[] {
  const found: PriceLevel[] = [{ price: each.entry_price, title: `${each.direction} ${multiple(each.net_r)} ${money(each.net_pnl, true)}`, colour: look.accent, isDashed: false }];
  if (each.stop !== null) found.push({ price: each.stop, title: "stop", colour: look.down, isDashed: false });
  const left = each.targets.filter(({ is_done }) => !is_done);
  left.forEach((target, index) => found.push({ price: target.price, title: left.length > 1 ? `target ${index + 1}` : "target", colour: look.up, isDashed: true }));
  return found;
}

function waiting(each: Resting, look: Look): PriceLevel[] {
  return [{ price: each.price, title: `waits: ${each.direction}`, colour: look.warned, isDashed: true }];
}

export function OpenOnes({ document }: { document: ChartDocument }) {
  const positions = usePositions(document);
  const resting = useResting(document.symbol);
  if (positions.length + resting.length === 0) return null;
  return (
    <Panel title="Open on this instrument">
      <ul className="rows">
        {positions.map((each) => (
          <li key={each.id} className="chart-open">
            <DirectionMark direction={each.direction} />
            <Link className="quiet-link strong" to={`/signals/${encodeURIComponent(each.id)}`}>{each.signal}</Link>
            <span>{quantity(each.quantity)} at {price(each.entry_price)}</span>
            <span>stop {price(each.stop)}</span>
            <span>{each.targets.filter(({ is_done }) => !is_done).map((target) => `target ${price(target.price)}`).join(", ")}</span>
            <span className="strong"><InR value={each.net_r} /> <Amount value={each.net_pnl} /></span>
          </li>
        ))}
        {resting.map((each) => (
          <li key={each.id} className="chart-open">
            <DirectionMark direction={each.direction} />
            <Link className="quiet-link strong" to={`/signals/${encodeURIComponent(each.id)}`}>{each.signal}</Link>
            <span>waits at {price(each.price)}, {quantity(each.quantity)}</span>
            <span>stop {price(each.stop)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
