import { span } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { useVenueNow } from "./standing";

/** How long until a time of the venue, by the venue's clock: that of a replica goes at another pace than ours. */
export function Left({ until }: { until: string }) {
  const now = useVenueNow();
  if (now === null) return <Moment at={until} />;
  const left = Date.parse(until) - now;
  return (
    <time dateTime={until} title={`${until.slice(0, 19).replace("T", " ")} UTC`}>
      {left > 0 ? `in ${span(left)}` : "now"}
    </time>
  );
}
