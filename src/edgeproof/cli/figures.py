"""Figures as people read them."""

import math
from collections.abc import Sequence

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND


def price_text(price: float | None) -> str:
    """A price with seven digits or so, without exponents.

    >>> price_text(60_043.7), price_text(150.263), price_text(0.601139), price_text(1.234e-7)
    ('60,043.70', '150.2630', '0.601139', '0.000000123400')
    """
    if price is None:
        return ""
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
