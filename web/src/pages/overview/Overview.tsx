import { Code, Group, Stack, Text, Title } from "@mantine/core";
import { usePicture } from "../../api/live";
import { useOverview } from "../../api/queries";
import type { Overview as Document } from "../../api/types";
import { Empty, Panel, Shown } from "../../ui/parts";
import { AccountPanel, BreakerPanel } from "./Account";
import { EquityPanel } from "./Equity";
import { FeedPanel, PreviewsPanel } from "./Feed";
import { ChecksPanel, LastSignals, LastTrades, NoticesPanel } from "./Last";
import { PositionsPanel, RestingPanel } from "./Positions";
import { NoSession, SessionLine } from "./Session";
import { useTrading } from "./standing";
import { FunnelPanel } from "./Today";
import { OffersPanel, WishesPanel } from "./Waiting";
import "./overview.css";

export default function Overview() {
  const overview = useOverview();
  return (
    <Stack gap="md">
      <Group justify="space-between" align="baseline" gap="xs">
        <Title order={1}>Overview</Title>
        {overview.data && <SessionLine overview={overview.data} />}
      </Group>
      <Shown of={overview} lines={12}>
        {(found) => (found.state === "none" ? <NoSession /> : <Standing overview={found} />)}
      </Shown>
    </Stack>
  );
}

function Standing({ overview }: { overview: Document }) {
  const { trading, isLive } = useTrading();
  const channels = usePicture((picture) => picture.channels);
  const canSteer = overview.traded_by !== null;
  return (
    <>
      <OffersPanel offers={overview.offers} />
      <WishesPanel wishes={overview.wishes} isTrading={canSteer} />
      <div className="overview">
        <div className="main-column">
          {trading ? <PositionsPanel positions={trading.positions} isRunning={canSteer} /> : <NoTrading />}
          {trading && <RestingPanel resting={trading.resting} />}
          {trading && <EquityPanel session={overview.session?.id ?? null} />}
          <div className="halves">
            <LastSignals signals={overview.last_signals} />
            {trading ? <LastTrades trades={overview.last_trades} /> : <FunnelPanel funnel={overview.funnel} hasTrading={false} />}
          </div>
        </div>
        <div className="side-column">
          {trading && <AccountPanel trading={trading} isLive={isLive} canSteer={canSteer} />}
          {trading && <BreakerPanel trading={trading} />}
          <PreviewsPanel />
          {trading && <FunnelPanel funnel={overview.funnel} hasTrading />}
          <FeedPanel missed={overview.missed_today} />
          <ChecksPanel parity={overview.parity} told={overview.told} live={channels} />
          <NoticesPanel notices={overview.notices} />
        </div>
      </div>
    </>
  );
}

function NoTrading() {
  return (
    <Panel title="Trading">
      <Empty title="Nothing is traded here">
        <Text size="sm" span>
          edgeproof scan tells signals and trades none of them. <Code>edgeproof paper</Code> trades them on paper, by the limits of risk.
        </Text>
      </Empty>
    </Panel>
  );
}
