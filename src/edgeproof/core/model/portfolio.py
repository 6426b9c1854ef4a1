"""What is held and what it has done: positions, resting entries, the day, the equity. Money is `Decimal`, in USD.

None stands for what is not known; who decides on it has to fail closed. All times are int64 UTC milliseconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.trading import BreakerLevel, TradingStatus

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionPart:
    """The part of a position that one signal brought in, `quantity` positive for long, with the stop that guards it.

    `protective_stop` is None where none rests.
    """

    signal_id: str
    quantity: Decimal
    entry_price: Decimal
    protective_stop: Decimal | None

    @property
    def open_risk(self) -> Decimal | None:
        """What is lost of the money that went in if the stop is hit: quantity x (entry - stop), never below 0.

        From the entry, not from the mark: open profit that may be given back is no risk that was taken, and so the open
        risk of a part can only shrink, because a stop is never moved away. None without a stop.
        """
        if self.protective_stop is None:
            return None
        return max(ZERO, self.quantity * (self.entry_price - self.protective_stop))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPosition:
    """The one net position of an instrument: the sum of what each signal brought in, by construction.

    `mark_price` is None where it is not known.
    """

    instrument: Instrument
    mark_price: Decimal | None
    parts: tuple[PositionPart, ...]

    def __post_init__(self) -> None:
        numbers = [each for part in self.parts for each in (part.quantity, part.entry_price, part.protective_stop)]
        _check_finite(self.instrument.unified, self.mark_price, *numbers)
        if not self.parts or any(part.quantity == 0 for part in self.parts):
            raise InputError(f"{self.instrument}: expected parts with a quantity, found {self.parts}")

    @property
    def quantity(self) -> Decimal:
        """The net quantity in base currency, positive for long."""
        return sum((part.quantity for part in self.parts), ZERO)

    @property
    def direction(self) -> int:
        """1 for long, -1 for short, 0 where the parts cancel out."""
        return (self.quantity > 0) - (self.quantity < 0)

    @property
    def notional(self) -> Decimal | None:
        """|quantity| x mark price; None without a mark."""
        return None if self.mark_price is None else abs(self.quantity) * self.mark_price

    @property
    def unrealized_pnl(self) -> Decimal | None:
        """The sum over the parts of quantity x (mark price - entry price); None without a mark."""
        if self.mark_price is None:
            return None
        return sum((part.quantity * (self.mark_price - part.entry_price) for part in self.parts), ZERO)

    @property
    def open_risk(self) -> Decimal | None:
        """What is lost if the stop of every part is hit; None while one has none."""
        return total(part.open_risk for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingEntry:
    """An entry that was sent and is not filled yet: it may fill at any moment, so it counts like a position.

    `quantity` (positive: buys) is what is left of it.
    """

    signal_id: str
    instrument: Instrument
    quantity: Decimal
    price: Decimal
    protective_stop: Decimal

    def __post_init__(self) -> None:
        _check_finite(self.instrument.unified, self.quantity, self.price, self.protective_stop)
        if self.quantity == 0:
            raise InputError(f"{self.instrument}: expected a resting entry, found the quantity 0")

    @property
    def direction(self) -> int:
        """1 for long, -1 for short."""
        return 1 if self.quantity > 0 else -1

    @property
    def notional(self) -> Decimal:
        """|quantity| x price."""
        return abs(self.quantity) * self.price

    @property
    def open_risk(self) -> Decimal:
        """What will be lost if it fills and its stop is hit."""
        return max(ZERO, self.quantity * (self.price - self.protective_stop))


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingDay:
    """The trading day and its result: realised P&L plus what the open one has changed since the day began.

    `opening_equity` and `opening_unrealized` are None until both are known; `level` is the worst there has been since
    the day began. Deposits and withdrawals are no result and not part of it.
    """

    start: int
    opening_equity: Decimal | None
    opening_unrealized: Decimal | None
    realized: Decimal = ZERO
    level: BreakerLevel = BreakerLevel.NORMAL

    def pnl(self, unrealized: Decimal | None) -> Decimal | None:
        """The day's result while the open P&L is `unrealized`; None while either end is not known."""
        if unrealized is None or self.opening_unrealized is None:
            return None
        return self.realized + unrealized - self.opening_unrealized


@dataclass(frozen=True, slots=True, kw_only=True)
class LossStreak:
    """How many round trips in a row have lost, and when the last of them ended."""

    length: int = 0
    last_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All that a decision about a new entry needs to know of the account.

    `equity` includes open P&L. `peak_equity` is the highest there has been since trading began or was resumed after a
    drawdown. `orders_last_minute` counts all orders that were sent.
    """

    equity: Decimal | None
    peak_equity: Decimal | None = None
    available_margin: Decimal | None = None
    positions: tuple[OpenPosition, ...] = ()
    resting: tuple[RestingEntry, ...] = ()
    day: TradingDay | None = None
    losses: LossStreak = LossStreak()
    status: TradingStatus = TradingStatus()
    orders_last_minute: int | None = 0

    def __post_init__(self) -> None:
        _check_finite("account", self.equity, self.peak_equity, self.available_margin)
        held = [each.instrument for each in self.positions]
        if len(set(held)) < len(held):
            raise InputError(f"expected one net position an instrument, found {', '.join(map(str, held))}")

    @property
    def exposures(self) -> tuple[OpenPosition | RestingEntry, ...]:
        """All that is or may become a position."""
        return (*self.positions, *self.resting)

    @property
    def instruments(self) -> frozenset[Instrument]:
        """The instruments there is an exposure in."""
        return frozenset(each.instrument for each in self.exposures)

    @property
    def unrealized_pnl(self) -> Decimal | None:
        """The open P&L of all positions; None while one has no mark."""
        return total(each.unrealized_pnl for each in self.positions)

    @property
    def gross_notional(self) -> Decimal | None:
        """The notional of all exposures, long and short alike; None while one has no mark."""
        return total(each.notional for each in self.exposures)

    @property
    def open_risk(self) -> Decimal | None:
        """What is lost if every stop is hit; None while a position has none."""
        return total(each.open_risk for each in self.exposures)

    @property
    def day_pnl(self) -> Decimal | None:
        """The day's realised and open result; None while it is not known."""
        return None if self.day is None else self.day.pnl(self.unrealized_pnl)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum; None if one of the amounts is not known.

    >>> total([Decimal("0.1"), Decimal("0.2")]), total([Decimal(1), None])
    (Decimal('0.3'), None)
    """
    summed = ZERO
    for amount in amounts:
        if amount is None:
            return None
        summed += amount
    return summed


def _check_finite(what: str, *amounts: Decimal | None) -> None:
    for amount in amounts:
        if amount is not None and not amount.is_finite():
            raise InputError(f"{what}: expected finite amounts, or none where one is not known, found {amount}")
