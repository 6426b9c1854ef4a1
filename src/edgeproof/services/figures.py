"""Figures as people read them."""

import math
from collections.abc import Sequence
from decimal import Decimal

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND, format_time
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.services.signal_document import risk_reward_text


def price_text(price: float | None) -> str:
    """A price with seven digits or so, without exponents.

    >>> price_text(60_043.7), price_text(150.263), price_text(0.601139), price_text(1.234e-7)
    ('60,043.70', '150.2630', '0.601139', '0.000000123400')
    >>> price_text(0.0), price_text(-2.5), price_text(math.nan), price_text(math.inf)
    ('0', '-2.5', 'nan', 'inf')
    """
    if price is None:
        return ""
    if not 0 < price < math.inf:
        return f"{price:,.6g}"  # of a signal that is void: no number, or none that a price can be
    digits = 2 if price >= 1_000 else 4 if price >= 1 else 5 - math.floor(math.log10(price))
    return f"{price:,.{digits}f}"


def value_text(value: object) -> str:
    """A value that a rule looked at, short.

    >>> value_text(12.34567), value_text(0.00002), value_text("late"), value_text(None), value_text(True)
    ('12.3457', '2e-05', 'late', 'not known', 'yes')
    """
    match value:
        case None:
            return "not known"
        case bool():
            return "yes" if value else "no"
        case float():
            return "not known" if math.isnan(value) else f"{value:.6g}"
        case _:
            return str(value)


def rule_text(decided: Decision | FateDecided) -> str:
    """A rule that decided, with what it found and what it allows."""
    value, limit = decided.value, decided.limit
    if isinstance(value, float | int) and isinstance(limit, float | int):
        return f"{decided.rule} {value_text(value)} {'>' if value >= limit else '<'} {value_text(limit)}"
    found = decided.rule if value is None else f"{decided.rule} {value_text(value)}"
    if value is None and limit is not None:
        found += " not known"
    return found if limit is None else f"{found}, needed {value_text(limit)}"


def denial_text(traded: FateDecided) -> str:
    """The rule by which a signal was not traded; of one whose hypothesis was killed by its live trades that it was."""
    return f"killed, {rule_text(traded)}" if traded.rule == "drift" else rule_text(traded)


def span_text(milliseconds: float) -> str:
    """A span of time in its two largest units.

    >>> span_text(12), span_text(4_900), span_text(125_000), span_text(300_000), span_text(90_061_000)
    ('12 ms', '4.9 s', '2m 5s', '5m', '1d 1h')
    """
    if milliseconds < SECOND:
        return f"{milliseconds:.0f} ms"
    if milliseconds < MINUTE:
        return f"{milliseconds / SECOND:.1f} s"
    units = (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND))
    rest = int(milliseconds)
    parts: list[str] = []
    for unit, size in units:
        count, rest = divmod(rest, size)
        parts.append(f"{count}{unit}")
    first = next(number for number, part in enumerate(parts) if part[0] != "0")
    return " ".join(part for part in parts[first : first + 2] if part[0] != "0")


def shortened(name: str, width: int) -> str:
    """A name within a width, its middle left out: names of hypotheses differ at both ends.

    >>> shortened("Placebo_Mirror_EMA_Crossover_2m", 15), shortened("Micro", 15)
    ('Placebo…over_2m', 'Micro')
    """
    if len(name) <= width:
        return name
    end = (width - 1) // 2
    return f"{name[: width - 1 - end]}…{name[len(name) - end :]}"


def labels(instruments: Sequence[Instrument]) -> dict[Instrument, str]:
    """The shortest name of each instrument that is its own among them."""
    bases = [instrument.base for instrument in instruments]
    return {each: each.base if bases.count(each.base) == 1 else each.unified for each in instruments}


def money_text(amount: Decimal | None, *, signed: bool = False) -> str:
    """Money to the cent; "-" where it is not known.

    >>> money_text(Decimal("10405.384")), money_text(Decimal("-33.24"), signed=True), money_text(None)
    ('10,405.38', '-33.24', '-')
    """
    if amount is None:
        return "-"
    return f"{amount:+,.2f}" if signed else f"{amount:,.2f}"


def quantity_text(quantity: Decimal) -> str:
    """A quantity with all its digits and no more.

    >>> quantity_text(Decimal("0.40")), quantity_text(Decimal("12E+3"))
    ('0.4', '12,000')
    """
    return f"{quantity.normalize():,f}"


def percent_text(fraction: Decimal | float | None, limit: Decimal | float | None = None) -> str:
    """A fraction as a percentage, and what it may be at most.

    >>> percent_text(Decimal("0.0173"), Decimal("0.04")), percent_text(0.15), percent_text(None, 0.02)
    ('1.73 of 4 %', '15 %', '? of 2 %')
    """
    found = "?" if fraction is None else _plain(100 * float(fraction))
    return f"{found} %" if limit is None else f"{found} of {_plain(100 * float(limit))} %"


def _plain(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def moment_text(time: int) -> str:
    """Date and time of day."""
    return format_time(time)[:19].replace("T", " ")


def clock_text(time: int) -> str:
    """The time of day."""
    return format_time(time)[11:19]


def prices_text(decision: Decision) -> str:
    """Entry, stop, targets and what they are worth against one another."""
    signal = decision.signal
    targets = " ".join(price_text(each) for each in signal.targets) or "none"
    ratio = risk_reward_text(signal.risk_reward) or "-"
    entry, stop = price_text(signal.reference_price), price_text(signal.stop_loss)
    return f"entry {entry}  stop {stop}  target {targets}  {ratio}"
