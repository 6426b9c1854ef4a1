// What trading came to, as a whole.
import { count, money, percent, plain, span } from "../../ui/format";
import { Moment } from "../../ui/Moment";
import { Amount, Facts, InR, Panel } from "../../ui/parts";
import { RateBar } from "./Gauges";
import { factor } from "./rows";
import type { Account, Stats } from "./types";

/** Whole days before ratios of daily returns mean something: services/statistics.py. */
const LEAST_DAYS = 30;

export function AccountPanel({ stats }: { stats: Stats }) {
  const { trades, account, streaks } = stats;
  const aside = (
    <span className="small muted">
      {stats.command} on {stats.venue}, {count(stats.sessions)} {stats.sessions === 1 ? "session" : "sessions"}, <Moment at={stats.start} /> to <Moment at={stats.until} />
    </span>
  );
  return (
    <Panel title="What trading came to" aside={aside}>
      <div className="performance-facts">
        <Facts
          facts={[
            ["Net", <Amount key="net" value={trades.net_pnl} />],
            ["In R", <InR key="r" value={trades.total_r} />],
            ["Trades", `${count(trades.n)}, ${count(trades.n_wins)} won`],
            ["A trade", <span key="e"><InR value={trades.expectancy_r} /> <Amount value={trades.expectancy} /></span>],
            ["Profit factor", factor(trades) === "no loss" ? "no loss" : plain(trades.profit_factor)],
          ]}
        />
        <Facts
          facts={[
            ["Equity", money(account?.equity)],
            ["Deepest fall", percent(account?.drawdown.deepest, 2)],
            ["Longest fall", span(account?.drawdown.longest_ms)],
            ["In the market", percent(stats.exposure)],
            ["In a row", `${count(streaks.wins)} won, ${count(streaks.losses)} lost`],
          ]}
        />
        <Facts
          facts={[
            ["Fees", <Amount key="f" value={-trades.fees} />],
            ["Funding", <Amount key="u" value={trades.funding} />],
            ["Slippage", `${plain(trades.slippage_bps, 1)} bps, assumed ${plain(trades.assumed_bps, 1)}`],
            ["Before costs", <Amount key="g" value={trades.gross_pnl} />],
            ...(trades.funding_incomplete > 0 ? [["Funding not complete", `of ${count(trades.funding_incomplete)} trades`] as const] : []),
          ]}
        />
        {account && <Ratios account={account} />}
      </div>
      <div className="performance-rate">
        <span className="small muted">Win rate, 95 % sure between {percent(trades.win_rate_low)} and {percent(trades.win_rate_high)}</span>
        <RateBar value={trades.win_rate} low={trades.win_rate_low} high={trades.win_rate_high} tested={null} breakEven={null} />
      </div>
    </Panel>
  );
}

/** Ratios of daily returns: of a few days they would be figures without a meaning. */
function Ratios({ account }: { account: Account }) {
  if (account.days < LEAST_DAYS) {
    return (
      <p className="small muted performance-note">
        Sharpe, Sortino, Calmar and growth a year come with {LEAST_DAYS} whole days of trading: of the {count(account.days)} there are they would say nothing.
      </p>
    );
  }
  return (
    <Facts
      facts={[
        ["Sharpe", plain(account.sharpe)],
        ["Sortino", plain(account.sortino)],
        ["Calmar", plain(account.calmar)],
        ["Growth a year", percent(account.growth_a_year, 1, true)],
        ["Of days", count(account.days)],
      ]}
    />
  );
}
