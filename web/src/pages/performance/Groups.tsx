// The same figures by instrument, day, hour or regime.
import { SegmentedControl, Select } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { count, percent, plain, words } from "../../ui/format";
import { Amount, Empty, InR, Panel } from "../../ui/parts";
import { factor } from "./rows";
import { type Grouping, GROUPINGS, type Stats } from "./types";

export function Groups({ stats, by, setBy }: { stats: Stats; by: Grouping; setBy: (by: Grouping) => void }) {
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const choose = (value: string | null) => value && setBy(value as Grouping);
  const aside = isNarrow ? (
    <Select size="xs" w={130} aria-label="Group by" allowDeselect={false} data={[...GROUPINGS]} value={by} onChange={choose} />
  ) : (
    <SegmentedControl size="xs" aria-label="Group by" data={[...GROUPINGS]} value={by} onChange={choose} />
  );
  const most = Math.max(...stats.groups.map(({ total_r }) => Math.abs(total_r ?? 0)), 0.01);
  return (
    <Panel title={`By ${stats.by}`} aside={aside}>
      {stats.groups.length === 0 ? (
        <Empty title="No trade is over yet" />
      ) : (
        <div className="data-scroll" role="region" aria-label={`Figures by ${stats.by}`} tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th scope="col">{stats.by}{stats.by === "hour" || stats.by === "day" ? " (UTC)" : ""}</th>
                <th scope="col" className="number">Trades</th>
                <th scope="col" className="number">Win rate</th>
                <th scope="col" className="number">PF</th>
                <th scope="col" className="number">R a trade</th>
                <th scope="col" className="number">Sum</th>
                <th scope="col" aria-hidden />
                <th scope="col" className="number">Net</th>
              </tr>
            </thead>
            <tbody>
              {stats.groups.map((group) => (
                <tr key={group.label}>
                  <td className="whole strong">{words(String(group.label))}</td>
                  <td className="number" data-name="trades">{count(group.n)}</td>
                  <td className="number" data-name="win rate" title={`95 %: ${percent(group.win_rate_low)} to ${percent(group.win_rate_high)}`}>{percent(group.win_rate)}</td>
                  <td className="number" data-name="PF">{said(group)}</td>
                  <td className="number" data-name="R a trade"><InR value={group.expectancy_r} /></td>
                  <td className="number" data-name="sum"><InR value={group.total_r} /></td>
                  <td className="bar-cell" aria-hidden><Bar share={(group.total_r ?? 0) / most} /></td>
                  <td className="number" data-name="net"><Amount value={group.net_pnl} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function said(group: Stats["groups"][number]): string {
  const found = factor(group);
  return typeof found === "string" ? found : plain(found);
}

/** To the right what was won, to the left what was lost. */
function Bar({ share }: { share: number }) {
  const width = Math.abs(share) * 50;
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" className="bar">
      <rect x={share < 0 ? 50 - width : 50} width={width} y="1" height="8" className={share < 0 ? "lost" : "won"} />
      <line x1="50" x2="50" y1="0" y2="10" />
    </svg>
  );
}
