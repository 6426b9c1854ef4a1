"""Positions: one net position an instrument, and which signal owns which part of it.

Sums are kept, averages derived: of prices in ticks and quantities in lots the sums of products are exact in 28 digits,
so that equity is conserved to the last digit however often a position is traded.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.errors import PositionError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import StopKind

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The part of a position that one signal owns.

    `entered` and `exited` are quantities, `entry_value` and `exit_value` the sums of price x quantity of their fills.
    `fees` and `funding` are what was paid (negative: received). `is_funding_complete` is lost with the first settlement
    whose rate is not known.
    """

    signal_id: str
    direction: int
    opened_at: int
    entered: Decimal
    entry_value: Decimal
    exited: Decimal = _ZERO
    exit_value: Decimal = _ZERO
    fees: Decimal = _ZERO
    funding: Decimal = _ZERO
    is_funding_complete: bool = True

    def __post_init__(self) -> None:
        if self.direction not in (1, -1) or not _ZERO <= self.exited <= self.entered or not self.entered > 0:
            raise PositionError(
                f"{self.signal_id}: expected a direction of 1 or -1 and no more exited than entered, found "
                f"{self.direction}, {self.exited} of {self.entered}"
            )

    @property
    def quantity(self) -> Decimal:
        """What is open of it, never negative."""
        return self.entered - self.exited

    @property
    def average_entry(self) -> Decimal:
        """The quantity-weighted mean price of its entry fills, to 28 digits."""
        return self.entry_value / self.entered

    @property
    def realized_pnl(self) -> Decimal:
        """direction x (exit value - average entry x exited): of what is closed, before fees and funding.

        Exact once all is closed.
        """
        if self.exited == self.entered:
            return self.direction * (self.exit_value - self.entry_value)
        return self.direction * (self.exit_value - self.average_entry * self.exited)

    def unrealized_pnl(self, mark: Decimal) -> Decimal:
        """direction x (mark - average entry) x quantity."""
        return self.direction * (mark - self.average_entry) * self.quantity

    def net_pnl(self, mark: Decimal) -> Decimal:
        """All it has made at a mark price, open and closed, after fees and funding; exact.

        direction x (exit value + quantity x mark - entry value) - fees - funding.

        >>> half = Attribution(signal_id="s", direction=1, opened_at=0, entered=Decimal("0.4"), exited=Decimal("0.2"),
        ...     entry_value=Decimal(18_000), exit_value=Decimal(9_200), fees=Decimal("11.76"))
        >>> half.net_pnl(Decimal(45_500))  # 0.2 x 1,000 + 0.2 x 500 - 11.76
        Decimal('288.24')
        """
        gross = self.direction * (self.exit_value + self.quantity * mark - self.entry_value)
        return gross - self.fees - self.funding


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The net position of an instrument as the sum of its attributions, which all have the same direction.

    Attributions that are closed stay until they are taken out. `funded_until` is the last settlement that was accrued.
    """

    instrument: Instrument
    attributions: tuple[Attribution, ...] = field(default=())
    funded_until: int | None = None

    @property
    def direction(self) -> int:
        """1 long, -1 short, 0 flat."""
        return next((part.direction for part in self.attributions if part.quantity), 0)

    @property
    def quantity(self) -> Decimal:
        """What is open, never negative."""
        return sum((part.quantity for part in self.attributions), _ZERO)

    @property
    def signed_quantity(self) -> Decimal:
        """What is open, negative for a short."""
        return self.direction * self.quantity

    @property
    def average_entry(self) -> Decimal | None:
        """The mean of the attributions' average entries, weighted by what is open of each; None when flat."""
        if not self.quantity:
            return None
        return sum((part.average_entry * part.quantity for part in self.attributions), _ZERO) / self.quantity

    @property
    def fees(self) -> Decimal:
        """What was paid in fees (negative: received)."""
        return sum((part.fees for part in self.attributions), _ZERO)

    @property
    def funding(self) -> Decimal:
        """What was paid in funding (negative: received)."""
        return sum((part.funding for part in self.attributions), _ZERO)

    @property
    def realized_pnl(self) -> Decimal:
        """Of what is closed, before fees and funding."""
        return sum((part.realized_pnl for part in self.attributions), _ZERO)

    def unrealized_pnl(self, mark: Decimal) -> Decimal:
        """Of what is open, before fees and funding."""
        return sum((part.unrealized_pnl(mark) for part in self.attributions), _ZERO)

    def net_pnl(self, mark: Decimal) -> Decimal:
        """All it has made at a mark price, open and closed, after fees and funding; exact."""
        return sum((part.net_pnl(mark) for part in self.attributions), _ZERO)

    def attribution(self, signal_id: str) -> Attribution | None:
        """The part of a signal, None where it has none."""
        return next((part for part in self.attributions if part.signal_id == signal_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What watches over the part of a signal: the stop in force and the rules that move it, in floats as in a backtest.

    `best` is the best price since entry (highest high of a long, lowest low of a short), None before the first close.
    `trail` is the distance fixed at the signal, `deadline` when the time stop is due; None where there is none.
    """

    signal_id: str
    direction: int
    entry: float
    stop: float
    kind: StopKind = StopKind.INITIAL
    trail: float | None = None
    has_break_even: bool = False
    targets_filled: int = 0
    best: float | None = None
    deadline: int | None = None
