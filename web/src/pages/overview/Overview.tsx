import { Code, Group, Stack, Text, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
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
  const isWide = useMediaQuery("(min-width: 68em)", true, { getInitialValueInEffect: false });
  const open = trading ? (
    <>
      <PositionsPanel positions={trading.positions} isRunning={canSteer} />
      <RestingPanel resting={trading.resting} />
    </>
  ) : (
    <NoTrading />
  );
  const equity = trading && <EquityPanel session={overview.session?.id ?? null} />;
  const account = trading && <AccountPanel trading={trading} isLive={isLive} canSteer={canSteer} />;
  const breaker = trading && <BreakerPanel trading={trading} />;
  const signals = <LastSignals signals={overview.last_signals} />;
  const trades = trading && <LastTrades trades={overview.last_trades} />;
  const funnel = <FunnelPanel funnel={overview.funnel} hasTrading={trading !== null} />;
  const feed = <FeedPanel missed={overview.missed_today} />;
  const checks = <ChecksPanel parity={overview.parity} told={overview.told} live={channels} />;
  const notices = <NoticesPanel notices={overview.notices} />;
  return (
    <>
      <OffersPanel offers={overview.offers} />
      <WishesPanel wishes={overview.wishes} isTrading={canSteer} />
      {isWide ? (
        <div className="overview">
          <div className="main-column">
            {open}
            {equity}
            <div className="halves">
              {signals}
              <div className="main-column">
                {trades}
                {notices}
              </div>
            </div>
          </div>
          <div className="side-column">
            {account}
            {breaker}
            <PreviewsPanel />
            {funnel}
            {feed}
            {checks}
          </div>
        </div>
      ) : (
        <div className="overview">
          {open}
          <div className="halves">
            {account}
            <div className="main-column">
              {breaker}
              <PreviewsPanel />
              {funnel}
            </div>
          </div>
          {equity}
          <div className="halves">
            {signals}
            {trades}
          </div>
          <div className="halves">
            {feed}
            {checks}
          </div>
          {notices}
        </div>
      )}
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
