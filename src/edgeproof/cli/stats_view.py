"""What trading came to, as lines: the account, its trades, each hypothesis beside its backtest, the groups asked for.

A figure that does not exist is a dash, and what it needs stands beside it.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned, flowed, one_line
from edgeproof.cli.score_lines import (
    drift_text,
    factor_text,
    interval_text,
    r_text,
    rate_text,
    score_table,
    weight_cell,
)
from edgeproof.core.performance.live import Label, Streaks, TradeFigures
from edgeproof.services.figures import moment_text, money_text, percent_text, shortened, span_text
from edgeproof.services.scoreboard import LEAST_TRADES, WITHIN
from edgeproof.services.statistics import LEAST_DAYS, AccountFigures, HypothesisFigures, LiveStatistics
from edgeproof.services.stats_document import Groups

WIDE = 116
_INDENT = "    "


def stats_lines(found: LiveStatistics, groups: Groups | None, width: int) -> Iterator[Text]:
    """All of it."""
    yield from flowed(_head(found), width)
    yield Text()
    if found.account is not None:
        yield from flowed(_money_of(found.account), width)
    yield from flowed(_trades(found.figures), width)
    yield from flowed(_costs(found.figures), width)
    yield from flowed([*_time(found), *([] if found.account is None else _drawdowns(found.account))], width)
    if found.account is not None:
        yield from flowed(_ratios(found.account), width)
    yield from flowed(_doubts(found.figures), width)
    yield from _hypotheses(found, width)
    if groups is not None:
        yield from _groups(groups, width)


def _head(found: LiveStatistics) -> Iterator[Text]:
    if found.last is not None:
        yield Text(f"{found.last.command} {found.last.venue}", "bold")
    yield Text(f"{moment_text(found.start)[:16]} to {moment_text(found.until)[:16]} UTC")
    yield Text(span_text(max(0, found.until - found.start)))
    yield Text(f"{found.sessions} {'session' if found.sessions == 1 else 'sessions'}")


def _money_of(account: AccountFigures) -> Iterator[Text]:
    yield Text(f"equity {money_text(account.equity)}", "bold")
    yield Text(f"began with {money_text(account.start_equity)}")
    if account.equity is not None and account.start_equity > 0:
        made = float(account.equity / account.start_equity) - 1
        yield Text(f"{100 * made:+.2f} %", _colour(made))
    yield Text(f"open P&L {money_text(account.open_pnl, signed=True)}")


def _trades(figures: TradeFigures) -> Iterator[Text]:
    if not figures.n:
        yield Text("no trade is over yet: there is nothing to make figures of")
        return
    word = "trade" if figures.n == 1 else "trades"
    rate = f"{rate_text(figures.win_rate)}, 95 % interval {interval_text(figures.win_rate_low, figures.win_rate_high)}"
    yield Text(f"{figures.n:,} {word}, {figures.n_wins:,} won ({rate})", "bold")
    yield Text(f"profit factor {factor_text(figures.profit_factor)}")
    yield Text(f"a trade {_money(figures.expectancy)} and {r_text(figures.expectancy_r)} R")
    yield Text(f"in all {r_text(figures.total_r)} R")


def _money(amount: float) -> str:
    return "-" if math.isnan(amount) else f"{amount:+,.2f}"


def _costs(figures: TradeFigures) -> Iterator[Text]:
    if not figures.n:
        return
    net = (money_text(figures.net_pnl, signed=True), _colour(float(figures.net_pnl)))
    yield Text.assemble("realised ", net, " net")
    yield Text(f"{money_text(figures.gross_pnl, signed=True)} gross")
    yield Text(f"fees {money_text(figures.fees)}")
    yield Text(f"funding {money_text(figures.funding)}")
    words = f"slippage {money_text(figures.slippage_cost)} in the gross ({_bps(figures.slippage_bps)}"
    yield Text(f"{words}; assumed {_bps(figures.assumed_bps)})")


def _bps(bps: float) -> str:
    return "-" if math.isnan(bps) else f"{bps:.2f} bp"


def _time(found: LiveStatistics) -> Iterator[Text]:
    if not math.isnan(found.exposure):
        yield Text(f"in a position {percent_text(round(found.exposure, 4))} of the time")
    if found.figures.n:
        yield Text(_streaks(found.streaks))


def _streaks(streaks: Streaks) -> str:
    now = f"{abs(streaks.current)} {'won' if streaks.current > 0 else 'lost'}" if streaks.current else "none"
    return f"in a row {streaks.wins} won, {streaks.losses} lost at most, now {now}"


def _drawdowns(account: AccountFigures) -> Iterator[Text]:
    found = account.drawdowns
    if math.isnan(found.deepest):
        yield Text("realised drawdown -")
        return
    words = f"realised drawdown {100 * found.deepest:.2f} % at most, {100 * found.current:.2f} % now"
    yield Text(f"{words}, longest {span_text(found.longest)}" if found.longest else words)


def _ratios(account: AccountFigures) -> Iterator[Text]:
    days = f"{account.days} whole {'day' if account.days == 1 else 'days'}"
    if account.days < LEAST_DAYS:
        yield Text(f"Sharpe, Sortino, Calmar: need {LEAST_DAYS} whole days of equity, there are {account.days}", "dim")
        return
    for name, ratio in (("Sharpe", account.sharpe), ("Sortino", account.sortino), ("Calmar", account.calmar)):
        yield Text(f"{name} {_ratio(ratio)}")
    yield Text(f"over {days}, a year of 365", "dim")


def _ratio(ratio: float) -> str:
    return "- (nothing was lost, or all days alike)" if math.isnan(ratio) else f"{ratio:.2f}"


def _doubts(figures: TradeFigures) -> Iterator[Text]:
    if figures.without_risk:
        yield Text(f"{figures.without_risk} without a planned risk count in money alone", "yellow")
    if figures.funding_incomplete:
        yield Text(f"not all funding is known of {figures.funding_incomplete}", "yellow")


# --- each hypothesis beside its backtest ---


def _hypotheses(found: LiveStatistics, width: int) -> Iterator[Text]:
    if not found.hypotheses:
        return
    yield Text()
    yield Text("live against tested", "dim")
    traded = [each for each in found.hypotheses if each.figures.n]
    weights = {each.row.hypothesis: each.weight for each in found.hypotheses if each.weight is not None}
    heading, lines = score_table([each.row for each in traded], width, weights)
    if traded:
        yield heading
    for line, each in zip(lines, traded, strict=True):
        yield line
        for below in flowed((Text(part, "dim") for part in _details(each)), width - len(_INDENT)):
            yield Text.assemble(_INDENT, below)
    yield from _without_trades(found, width)
    yield from flowed([*_legend(), *_versions(found)], width)


def _without_trades(found: LiveStatistics, width: int) -> Iterator[Text]:
    """Those without figures, by what they weigh."""
    others = [each for each in found.hypotheses if not each.figures.n]
    if not others:
        return
    signals, taken = sum(each.signals for each in others), sum(each.taken for each in others)
    words = f"{len(others)} more without a trade that is over (signals {signals:,}, {taken:,} taken; each: --json)"
    yield one_line(Text(words, "dim"))
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for each in others:
        if each.weight is not None:
            groups[weight_cell(each.weight).plain].append(each.row.hypothesis)
    for weight, names in groups.items():
        segments = [Text(f"weight {weight}:", "dim"), *(Text(shortened(name, width // 2), "dim") for name in names)]
        for below in flowed(segments, width - len(_INDENT)):
            yield Text.assemble(_INDENT, below)


def _legend() -> Iterator[Text]:
    yield Text(f"as tested: within {100 * WITHIN:.0f} points of the tested win rate;", "dim")
    yield Text(f"nothing is said before {LEAST_TRADES} trades", "dim")


def _details(each: HypothesisFigures) -> Iterator[str]:
    yield f"signals {each.signals:,}, {each.taken:,} taken"
    if each.expected is not None:
        yield f"{each.expected:,.1f} expected"
    yield f"slip {_bps(each.figures.slippage_bps)} ({each.figures.assumed_bps:.2f} assumed)"
    yield f"net {money_text(each.figures.net_pnl, signed=True)}"
    if each.weight is not None and (words := drift_text(each.weight)):
        yield words


def _versions(found: LiveStatistics) -> Iterator[Text]:
    """What was tested by another program than the one that trades: the figures beside it may be of other rules."""
    if found.last is None:
        return
    now = found.last.version
    others = [each for each in found.hypotheses if each.row.tested and set(each.row.tested.versions) - {now}]
    if others:
        versions = sorted({name for each in others if each.row.tested for name in each.row.tested.versions} - {now})
        yield Text(f"{len(others)} tested by another version: {', '.join(versions)};", "yellow")
        yield Text(f"traded last by {now}; edgeproof discover tests anew", "yellow")


# --- groups ---


def _groups(groups: Groups, width: int) -> Iterator[Text]:
    title, rows = groups
    yield Text()
    if not rows:
        yield Text(f"by {title}: no trade is over yet", "dim")
        return
    titles = [title, "trades", "won", "95 %", "PF", "R", "in all", "net P&L"]
    titles += ["fees", "funding", "slippage", "assumed"] if width >= WIDE else []
    header: list[Cell | Filling] = [Text(each, "dim") for each in titles]
    header[0] = lambda _: Text(title, "dim")
    cells = [_group(label, each, width) for label, each in rows]
    yield from aligned([header, *cells], width, right=range(1, len(titles)))
    yield one_line(Text("for reading: the best of many groups looks good by luck", "dim"))


def _group(label: Label, figures: TradeFigures, width: int) -> list[Cell | Filling]:
    name = f"{label:02d}:00" if isinstance(label, int) else label
    cells: list[Cell | Filling] = [
        lambda room: Text(shortened(name, room)),
        f"{figures.n:,}",
        rate_text(figures.win_rate),
        interval_text(figures.win_rate_low, figures.win_rate_high),
        factor_text(figures.profit_factor),
        r_text(figures.expectancy_r),
        r_text(figures.total_r),
        Text(money_text(figures.net_pnl, signed=True), _colour(float(figures.net_pnl))),
    ]
    if width >= WIDE:
        money: tuple[Decimal, ...] = figures.fees, figures.funding, figures.slippage_cost, figures.assumed_cost
        cells += map(money_text, money)
    return cells


def _colour(amount: float) -> str:
    return "" if not amount else "green" if amount > 0 else "red"
