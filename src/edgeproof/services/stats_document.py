"""What trading came to, as JSON. A figure that does not exist is null, and so is a profit factor without losses."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from edgeproof.core.model.time import format_time
from edgeproof.core.performance.equity import Drawdowns
from edgeproof.core.performance.live import Label, TradeFigures
from edgeproof.services.scoreboard import ScoreRow, Tally
from edgeproof.services.signal_document import weight_document
from edgeproof.services.statistics import AccountFigures, HypothesisFigures, LiveStatistics
from edgeproof.services.trading_document import number

Document = dict[str, Any]

Groups = tuple[str, Sequence[tuple[Label, TradeFigures]]]
"""What trades were grouped by, and the figures of each group."""


def stats_document(found: LiveStatistics, groups: Groups | None) -> Document:
    """All of it."""
    last = found.last
    document = {
        "start": format_time(found.start),
        "until": format_time(found.until),
        "sessions": found.sessions,
        "command": None if last is None else last.command,
        "venue": None if last is None else last.venue,
        "version": None if last is None else last.version,
        "account": None if found.account is None else _account(found.account),
        "trades": _figures(found.figures),
        "exposure": found.exposure,
        "streaks": asdict(found.streaks),
        "hypotheses": [_hypothesis(each) for each in found.hypotheses],
    }
    if groups is not None:
        by, rows = groups
        document |= {"by": by, "groups": [{"label": label, **_figures(each)} for label, each in rows]}
    return document


def _account(account: AccountFigures) -> Document:
    return {
        "start_equity": number(account.start_equity),
        "equity": number(account.equity),
        "open_pnl": number(account.open_pnl),
        "drawdown": _drawdowns(account.drawdowns),
        "days": account.days,
        "sharpe": account.sharpe,
        "sortino": account.sortino,
        "calmar": account.calmar,
        "growth_a_year": account.growth_a_year,
    }


def _drawdowns(found: Drawdowns) -> Document:
    return {
        "deepest": found.deepest,
        "peak_at": _time(found.peak_at),
        "trough_at": _time(found.trough_at),
        "longest_ms": found.longest,
        "current": found.current,
        "current_since": _time(found.current_since),
    }


def _figures(figures: TradeFigures) -> Document:
    found = {each.name: getattr(figures, each.name) for each in fields(figures)}
    return {name: number(value) if isinstance(value, Decimal | float) else value for name, value in found.items()}


def _hypothesis(each: HypothesisFigures) -> Document:
    return {
        "hypothesis": each.row.hypothesis,
        "state": each.state or None,
        "weight": None if each.weight is None else weight_document(each.weight),
        "signals": each.signals,
        "taken": each.taken,
        "watched_days": each.watched_days,
        "expected_trades": each.expected,
        "live": _figures(each.figures),
        "against_tested": _row(each.row),
    }


def _row(row: ScoreRow) -> Document:
    return {
        "verdict": row.verdict.value,
        "difference": row.difference,
        "live": _tally(row.compared),
        "tested": None if row.tested is None else asdict(row.tested),
    }


def _tally(tally: Tally) -> Document:
    return {
        "n": tally.n,
        "win_rate": tally.win_rate,
        "profit_factor_r": tally.profit_factor,
        "expectancy_r": tally.expectancy_r,
    }


def _time(time: int | None) -> str | None:
    return None if time is None else format_time(time)
