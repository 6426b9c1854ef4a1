"""The limits of risk: one frozen value, checked once, each field with the words that say what it is.

Fractions are of equity unless they say otherwise. None switches a limit off; `without_limits` switches off all that can
be, for the comparison of a replay with the backtest.
"""

import difflib
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, HOUR, SECOND

MAX_RISK_FRACTION = Decimal("0.10")
"""Above this a handful of losses in a row, which every system has, takes half of the account."""

T = TypeVar("T")

_LEVELS = ("warn_loss", "no_entries_loss", "flatten_loss")


def _limit(default: T, meaning: str) -> T:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLimits:
    """What may be risked. Every field says what it means in its metadata, from where the documentation has it.

    Raises
    ------
    InputError
        Where a limit is no number, out of its range, or contradicts another; it names all that is wrong.
    """

    risk_fraction: Decimal = _limit(Decimal("0.02"), "lost if the stop of one trade is hit")
    max_open_risk: Decimal | None = _limit(Decimal("0.04"), "lost if every stop is hit, resting entries included")
    max_positions: int | None = _limit(2, "instruments with a position or a resting entry")
    max_signals_per_position: int | None = _limit(1, "signals whose entries share one net position")
    may_oppose: bool = _limit(False, "whether an entry may go against a position of its own instrument")
    whitelist: frozenset[Instrument] | None = _limit(None, "instruments that may be traded; without one, all listed")
    min_size_share: Decimal | None = _limit(Decimal("0.25"), "share of the size by risk that limits must leave it")
    max_notional: Decimal | None = _limit(Decimal(100_000), "USD that the position of one entry may be worth")
    max_leverage: Decimal | None = _limit(Decimal(5), "notional of everything, long and short alike, over equity")
    max_margin_share: Decimal | None = _limit(Decimal("0.5"), "share of the available margin that one entry may lock")
    max_btc_beta: Decimal | None = _limit(Decimal(3), "net BTC-equivalents: at 1 the account moves like BTC")
    max_correlation: float | None = _limit(0.85, "correlation with an open position above which an entry is refused")
    halve_correlation: float | None = _limit(0.6, "correlation with an open position above which an entry is halved")
    correlation_window: int = _limit(720, "newest returns that are compared; hourly ones: thirty days")
    min_observations: int = _limit(168, "returns below which a correlation or beta is not known; hourly ones: a week")
    warn_loss: Decimal | None = _limit(Decimal("0.015"), "loss of the day, of its opening equity: `warn`")
    no_entries_loss: Decimal | None = _limit(Decimal("0.025"), "loss of the day: `no_new_entries`")
    flatten_loss: Decimal | None = _limit(Decimal("0.03"), "loss of the day: `flatten`")
    reset_hour: int = _limit(0, "UTC hour at which the trading day begins")
    max_drawdown: Decimal | None = _limit(Decimal("0.15"), "fall from the peak of equity that halts")
    loss_streak: int | None = _limit(3, "losses in a row that begin a cooldown, as does each one after them")
    cooldown: int = _limit(4 * HOUR, "milliseconds without an entry after the last of them")
    max_orders_a_minute: int | None = _limit(30, "orders of any kind within a minute; only entries are refused by it")
    max_price_age: int | None = _limit(30 * SECOND, "milliseconds after which a price is stale")
    kelly_multiplier: float | None = _limit(None, "share of the shrunk Kelly fraction to risk; without one, no Kelly")

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise InputError("\n".join(problems))


def without_limits(risk_fraction: Decimal = Decimal("0.02")) -> RiskLimits:
    """Limits that refuse nothing: of each trade the risk alone is left."""
    return RiskLimits(
        risk_fraction=risk_fraction,
        max_open_risk=None,
        max_positions=None,
        max_signals_per_position=None,
        may_oppose=True,
        min_size_share=None,
        max_notional=None,
        max_leverage=None,
        max_margin_share=None,
        max_btc_beta=None,
        max_correlation=None,
        halve_correlation=None,
        warn_loss=None,
        no_entries_loss=None,
        flatten_loss=None,
        max_drawdown=None,
        loss_streak=None,
        max_orders_a_minute=None,
        max_price_age=None,
    )


def check_whitelist(limits: RiskLimits, listed: Collection[Instrument]) -> None:
    """Nothing, where every instrument of the whitelist is listed by the venue; otherwise an `InputError`."""
    unknown = sorted((limits.whitelist or frozenset()) - set(listed))
    if unknown:
        names = sorted(each.unified for each in listed)
        raise InputError("\n".join(_unknown(each.unified, names) for each in unknown))


def _unknown(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"the venue lists {len(names)} instruments and not this one"
    return f"whitelist: expected instruments that the venue lists, found {name}; {hint}"


def _problems(limits: RiskLimits) -> Iterator[str]:
    ranges = list(_out_of_range(limits))
    yield from ranges
    if limits.whitelist is not None and not limits.whitelist:
        yield "whitelist: expected at least one instrument, found none; leave it out to allow every listed one"
    if not ranges:
        yield from _contradictions(limits)


# Least, most, and whether the least itself is out of range.
_OPEN_FRACTION = (0, 1, True)
_COUNT = (1, 10_000, False)
_RANGES: dict[str, tuple[float | Decimal, float | Decimal, bool]] = {
    "risk_fraction": (0, MAX_RISK_FRACTION, True),
    "max_open_risk": _OPEN_FRACTION,
    "max_positions": _COUNT,
    "max_signals_per_position": _COUNT,
    "min_size_share": (0, 1, False),
    "max_notional": (0, Decimal("1e15"), True),
    "max_leverage": (0, 100, True),
    "max_margin_share": _OPEN_FRACTION,
    "max_btc_beta": (0, 100, True),
    "max_correlation": (0, 1, False),
    "halve_correlation": (0, 1, False),
    "correlation_window": (3, 1_000_000, False),
    "min_observations": (3, 1_000_000, False),
    "warn_loss": _OPEN_FRACTION,
    "no_entries_loss": _OPEN_FRACTION,
    "flatten_loss": _OPEN_FRACTION,
    "reset_hour": (0, 23, False),
    "max_drawdown": _OPEN_FRACTION,
    "loss_streak": _COUNT,
    "cooldown": (0, 30 * DAY, False),
    "max_orders_a_minute": _COUNT,
    "max_price_age": (0, DAY, True),
    "kelly_multiplier": _OPEN_FRACTION,
}


def _out_of_range(limits: RiskLimits) -> Iterator[str]:
    for name, (least, most, is_open) in _RANGES.items():
        value = getattr(limits, name)
        if value is None:
            continue
        # An ordering comparison with a decimal that is no number raises.
        is_above = not math.isnan(value) and (value > least if is_open else value >= least)
        if not (is_above and value <= most):
            yield f"{name}: expected a number {'above' if is_open else 'from'} {least} to {most}, found {value}"


def _contradictions(limits: RiskLimits) -> Iterator[str]:
    levels = [(name, getattr(limits, name)) for name in _LEVELS if getattr(limits, name) is not None]
    for (name, lower), (next_name, higher) in zip(levels, levels[1:], strict=False):
        if lower > higher:
            yield f"{name}: expected at most {next_name} ({higher}), found {lower}; a later level needs a greater loss"
    if limits.max_open_risk is not None and limits.max_open_risk < limits.risk_fraction:
        yield (
            f"max_open_risk: expected at least risk_fraction ({limits.risk_fraction}), found {limits.max_open_risk}; "
            "no trade could have its size"
        )
    halve, refuse = limits.halve_correlation, limits.max_correlation
    if halve is not None and refuse is not None and halve > refuse:
        yield f"halve_correlation: expected at most max_correlation ({refuse}), found {halve}"
    if limits.min_observations > limits.correlation_window:
        yield (
            f"min_observations: expected at most correlation_window ({limits.correlation_window}), "
            f"found {limits.min_observations}; no correlation would ever be known"
        )
