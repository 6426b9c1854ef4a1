// How the feed is: whether it is connected and fresh, how fast it answers, what it missed; and what would fire now.
import { Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { usePicture } from "../../api/live";
import type { Overview, Picture } from "../../api/types";
import { count, percent, plain, price, span, words } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { DirectionMark, Facts, Panel } from "../../ui/parts";

export function FeedPanel({ missed }: { missed: Overview["missed_today"] }) {
  const picture = usePicture((each) => each);
  return (
    <Panel title="Feed" aside={picture && <Text size="xs" c="dimmed" component="span">{picture.venue} <Moment at={picture.venue_time} look="clock" /></Text>}>
      {picture === null ? <NotLive missed={missed} /> : <Live picture={picture} missed={missed} />}
    </Panel>
  );
}

function NotLive({ missed }: { missed: Overview["missed_today"] }) {
  return (
    <Stack gap={6}>
      <Text size="sm" c="dimmed">Not live: no session paints its feed now.</Text>
      <Missed missed={missed} />
    </Stack>
  );
}

function Live({ picture, missed }: { picture: Picture; missed: Overview["missed_today"] }) {
  const { feed, latency_ms: latency } = picture;
  const stale = picture.instruments.filter((each) => each.is_stale);
  const late = picture.closes - picture.closes_in_time;
  const incidents = Object.entries(feed.incidents);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} component="div">
        <span className={`lamp ${!feed.is_connected ? "bad" : feed.is_well ? "well" : "warned"}`} aria-hidden />{" "}
        {!feed.is_connected ? "not connected" : feed.is_well ? "connected and well" : "connected, not well"}
      </Text>
      {feed.problems.map((each) => (
        <Text key={each} size="xs" className="warned wraps">{each}</Text>
      ))}
      <Facts
        facts={[
          ["Facts a second", plain(feed.facts_per_second, 1)],
          ["Clock skew", span(feed.skew_ms === null ? null : Math.abs(feed.skew_ms))],
          ["Signal latency", latency ? <>p50 {span(latency.p50)}, p99 {span(latency.p99)}</> : "no close yet"],
          ["Closes in time", <>{count(picture.closes_in_time)} of {count(picture.closes)}{late > 0 && <span className="warned"> ({percent(late / picture.closes, 2)} late)</span>}</>],
          ["Stale", stale.length === 0 ? "none" : <span className="warned">{stale.map((each) => each.instrument).join(", ")}</span>],
          ...incidents.map(([kind, times]) => [words(kind), count(times)] as const),
        ]}
      />
      <Missed missed={missed} />
    </Stack>
  );
}

function Missed({ missed }: { missed: Overview["missed_today"] }) {
  if (missed.closes === 0) return <Text size="xs" c="dimmed">No close was missed today.</Text>;
  const reasons = Object.entries(missed.by_reason).map(([reason, times]) => `${words(reason)} ${count(times)}`);
  return <Text size="xs" className="warned">Missed today: {count(missed.closes)} closes ({reasons.join(", ")}). edgeproof missed lists them.</Text>;
}

export function PreviewsPanel() {
  const previews = usePicture((picture) => picture.previews);
  const names = usePicture((picture) => picture.instruments);
  if (previews === null) return null;
  return (
    <Panel title="Would fire if the candle closed now">
      {previews.length === 0 ? (
        <Text size="sm" c="dimmed">Nothing, as prices stand.</Text>
      ) : (
        <ul className="rows">
          {previews.map((each) => (
            <li key={`${each.hypothesis} ${each.symbol} ${each.timeframe}`}>
              <div className="between">
                <span>
                  <Link className="quiet-link strong" to={`/chart?${new URLSearchParams({ symbol: each.symbol, timeframe: each.timeframe, hypothesis: each.hypothesis })}`}>
                    {names?.find((of) => of.symbol === each.symbol)?.instrument ?? each.symbol}
                  </Link>{" "}
                  <DirectionMark direction={each.direction} />
                </span>
                <span className="muted">{each.timeframe}, closes <Moment at={each.closes_at} look="ago" /></span>
              </div>
              <Text size="xs" c="dimmed" className="wraps">{each.hypothesis}: near {price(each.reference_price)}, stop {price(each.stop_loss)}, target {each.targets.map(price).join(", ")}</Text>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
