// How trading stands now: as painted where a session runs, else as of the last closes.
import { usePicture } from "../../api/live";
import { useOverview } from "../../api/queries";
import type { Trading } from "../../api/types";

export interface Known {
  trading: Trading | null;
  /** Whether the figures move: a session paints them. */
  isLive: boolean;
}

export function useTrading(): Known {
  const painted = usePicture((picture) => picture.trading);
  const fetched = useOverview().data?.trading ?? null;
  return { trading: painted ?? fetched, isLive: painted !== null };
}

/** The newest price of an instrument: what it would be closed at, as far as one knows. */
export function useMark(symbol: string): number | null {
  return usePicture((picture) => {
    const found = picture.instruments.find((each) => each.symbol === symbol);
    return found?.mark ?? found?.last ?? null;
  });
}
