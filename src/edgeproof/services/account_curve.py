"""The equity of an account over its life, from what its sessions wrote down.

Two curves, because a journal has two: what the account was worth when each trading day opened (open P&L included), of
which daily returns are made; and the cash after each trade that ended, which shows every fall that was realised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from edgeproof.core.model.journal import BookKept
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.time import DAY
from edgeproof.core.performance.equity import EquityCurve
from edgeproof.ports import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCurve:
    """The money an account began with, at `start`, and its two curves; `marked` ends with the equity at the end."""

    start: int
    cash: Decimal
    marked: EquityCurve
    realised: EquityCurve


def account_curve(
    journal: Journal, trades: Sequence[LiveTrade], equity: Decimal | None, until: int
) -> AccountCurve | None:
    """The curves of a journal whose account is worth `equity` at `until`; None where nothing was ever traded.

    An equity that is not known is left out.
    """
    first = next((each.record for each in journal.read(BookKept)), None)
    if first is None or first.change.account is None:
        return None
    cash = first.change.account.cash
    marked = _openings(journal, first.at, until) or [(first.at, cash)]
    if equity is not None and until >= marked[-1][0]:
        marked.append((until, equity))
    realised = [(first.at, cash)]
    for each in trades:
        time, made = realised[-1]
        realised.append((max(time, each.trade.time), made + each.trade.net_pnl))
    return AccountCurve(start=first.at, cash=cash, marked=_curve(marked), realised=_curve(realised))


def _openings(journal: Journal, start: int, until: int) -> list[tuple[int, Decimal]]:
    """The opening equity of each trading day, at its beginning; days without a record have none.

    A question a day, of which the first records answer: a journal has thousands a day.
    """
    found: list[tuple[int, Decimal]] = []
    after = start
    while after <= until:
        opening = _opening(journal, after, found[-1][0] if found else -1)
        if opening is None:
            break
        found.append(opening)
        after = opening[0] + DAY
    return found


def _opening(journal: Journal, after: int, last: int) -> tuple[int, Decimal] | None:
    for entry in journal.read(BookKept, start=after):
        account = entry.record.change.account
        day = None if account is None else account.day
        if day is not None and day.start > last and day.opening_equity is not None:
            return day.start, day.opening_equity
    return None


def _curve(points: Sequence[tuple[int, Decimal]]) -> EquityCurve:
    return EquityCurve(
        time=np.array([time for time, _ in points], dtype=np.int64),
        equity=np.array([float(equity) for _, equity in points]),
    )
