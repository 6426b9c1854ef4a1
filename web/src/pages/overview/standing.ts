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

/** The venue's time in milliseconds as the session last painted it, to the second; null while none does. */
export function useVenueNow(): number | null {
  return usePicture((picture) => Math.floor(Date.parse(picture.venue_time) / 1000) * 1000);
}
