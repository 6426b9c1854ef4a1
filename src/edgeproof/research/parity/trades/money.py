"""What a trade made on both sides, and which cause each part of the difference has.

Exits are paired: first those of the same leg, then what is left, each pair for as much as both have. A pair differs by
its two prices times that quantity, so that the pairs add up to the difference of all exits, exactly; entry, fees and
funding are the other three terms of a result. What the journal's own result has beyond its fills is unexplained.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, localcontext
from enum import StrEnum

EXACT = Context(prec=100)
"""Sums of products of prices and quantities, none of which has more than 28 digits, are exact in so many."""

ZERO = Decimal(0)
ROUNDING = Decimal("1e-12")
"""What a result may differ from its fills: it was summed up in 28 digits."""


class TradeCause(StrEnum):
    """Why a trade made something else than in the backtest."""

    ENTRY_PRICE = "entry_price"
    EXIT_PRICE = "exit_price"
    EXIT_KIND = "exit_kind"
    EXIT_TIME = "exit_time"
    QUANTITY = "quantity"
    FEES = "fees"
    FUNDING = "funding"
    CUT_SHORT = "cut_short"
    STILL_OPEN = "still_open"
    NOT_IN_BACKTEST = "not_in_backtest"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A part of a position that was closed: by which leg, how much of it, at which price, when."""

    leg: str
    quantity: Decimal
    price: Decimal
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One side of a trade, in money for all of the quantity; `entry_value` is price x quantity of what was entered."""

    entry_value: Decimal
    exits: tuple[Exit, ...]
    fees: Decimal
    funding: Decimal

    @property
    def quantity(self) -> Decimal:
        """What was closed of it."""
        return sum((each.quantity for each in self.exits), ZERO)

    @property
    def entry_price(self) -> Decimal:
        """The mean price of its entry, to 28 digits; 0 where nothing was closed."""
        return self.entry_value / self.quantity if self.quantity else ZERO

    def net(self, direction: int) -> Decimal:
        """direction x (exits - entry) - fees - funding.

        >>> sold = Exit(leg="stop", quantity=Decimal(2), price=Decimal(99), time=0)
        >>> Made(entry_value=Decimal(200), exits=(sold,), fees=Decimal("0.2"), funding=Decimal(0)).net(1)
        Decimal('-2.2')
        """
        with localcontext(EXACT):
            value = sum((each.quantity * each.price for each in self.exits), ZERO)
            return direction * (value - self.entry_value) - self.fees - self.funding


Judge = Callable[[Exit, Exit], TradeCause]
"""The cause of a pair of exits that differ, live and in the backtest."""

Money = Mapping[TradeCause, Decimal]


def differences(direction: int, live: Made, backtest: Made, net: Decimal, judge: Judge) -> Money:
    """How much more a trade made live than in the backtest, by cause; the sum is net - backtest's net, exactly.

    Both sides are of the same quantity; `net` is the result as the journal has it.
    """
    money: dict[TradeCause, Decimal] = {}
    with localcontext(EXACT):
        for cause, part in _terms(direction, live, backtest, judge):
            money[cause] = money.get(cause, ZERO) + part
        rest = net - backtest.net(direction) - sum(money.values(), ZERO)
        cause = TradeCause.UNEXPLAINED if abs(rest) > ROUNDING else TradeCause.ENTRY_PRICE
        money[cause] = money.get(cause, ZERO) + rest
    return {cause: part for cause, part in money.items() if part}


def _terms(direction: int, live: Made, backtest: Made, judge: Judge) -> Iterator[tuple[TradeCause, Decimal]]:
    yield TradeCause.ENTRY_PRICE, direction * (backtest.entry_value - live.entry_value)
    yield TradeCause.FEES, backtest.fees - live.fees
    yield TradeCause.FUNDING, backtest.funding - live.funding
    for ours, theirs in pairs(live.exits, backtest.exits):
        yield judge(ours, theirs), direction * ours.quantity * (ours.price - theirs.price)


def pairs(live: Sequence[Exit], backtest: Sequence[Exit]) -> list[tuple[Exit, Exit]]:
    """Exits of both sides in pairs of the same quantity: those of the same leg first, then the rest in their order."""
    found: list[tuple[Exit, Exit]] = []
    mine, theirs = list(live), list(backtest)
    with localcontext(EXACT):
        for leg in dict.fromkeys(each.leg for each in live):
            own = [each for each in mine if each.leg == leg]
            other = [each for each in theirs if each.leg == leg]
            found += _paired(own, other)
            mine = [each for each in mine if each.leg != leg] + own
            theirs = [each for each in theirs if each.leg != leg] + other
        mine.sort(key=lambda each: each.time)
        theirs.sort(key=lambda each: each.time)
        found += _paired(mine, theirs)
    return found


def _paired(live: list[Exit], backtest: list[Exit]) -> Iterator[tuple[Exit, Exit]]:
    """Pairs as far as both reach; what is left of either stays in its list."""
    while live and backtest:
        ours, theirs = live.pop(0), backtest.pop(0)
        both = min(ours.quantity, theirs.quantity)
        yield replace(ours, quantity=both), replace(theirs, quantity=both)
        for side, each in ((live, ours), (backtest, theirs)):
            if each.quantity > both:
                side.insert(0, replace(each, quantity=each.quantity - both))
