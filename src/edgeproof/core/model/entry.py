"""An entry that somebody wants, and what is known of its market: what risk is asked about. Prices are to the tick."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument

HEAVIEST = Decimal("1.5")
"""No weight of a signal is above this, whatever its hypothesis has won."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """What the signals of a hypothesis came to: `average_loss` is positive; both averages in R, after costs."""

    n: int
    win_rate: float
    average_win: float
    average_loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWeight:
    """The share of the usual risk that signals of a hypothesis get, 0 for none, and why: how it does against its test.

    `stage` is "untested", "steady", "gaining", "alert", "half" or "kill", or "probation" while one that was killed has
    shown no other on paper; "" where nobody weighs. `value` is the statistic of drift after `trades` live trades and
    `limit` where it kills; None without a test. `note` says what a person should know.
    """

    weight: Decimal = Decimal(1)
    stage: str = ""
    value: float | None = None
    limit: float | None = None
    trades: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        if not (self.weight.is_finite() and 0 <= self.weight <= HEAVIEST):
            raise InputError(f"expected a weight from 0 to {HEAVIEST}, found {self.weight}")


UNWEIGHED = SignalWeight()
"""Of a signal that nobody weighs: its risk is the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """An entry for a signal: `direction` 1 long, -1 short; `entry` the price that will be paid as far as one can say.

    `record` is wanted by Kelly sizing alone; None where there is none. `weight` multiplies the risk.
    """

    signal_id: str
    instrument: Instrument
    direction: int
    entry: Decimal
    stop: Decimal
    record: TrackRecord | None = None
    weight: SignalWeight = UNWEIGHED


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """What the venue says of an instrument it lists: the step of quantities, which is also the least one, and margin.

    `initial_margin_fraction` is the share of the notional that is locked, None where it is not known.
    """

    lot_size: Decimal
    initial_margin_fraction: Decimal | None
    is_tradeable: bool = True

    def __post_init__(self) -> None:
        for name in ("lot_size", "initial_margin_fraction"):
            amount: Decimal | None = getattr(self, name)
            if amount is not None and not (amount.is_finite() and amount > 0):
                raise InputError(f"{name}: expected a number above 0, found {amount}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryMarket:
    """The market at the moment of a decision. `terms` is None for an instrument nobody knows.

    `price_at` is the time of the newest price, `now` that of the decision, both by the venue's clock. `correlations`
    are those of the returns of the instrument with others, `betas` those of any instrument to BTC; one that is missing
    or NaN is not known.
    """

    now: int
    price_at: int | None
    terms: ContractTerms | None
    correlations: Mapping[Instrument, float] = field(default_factory=dict)
    betas: Mapping[Instrument, float] = field(default_factory=dict)
