"""Closes that were evaluated too late, put together where they belong together: a night is one line, not hundreds."""

from collections.abc import Iterable
from dataclasses import dataclass

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed
from edgeproof.core.model.time import MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Closes of one instrument that follow one another and were late for one reason."""

    first: CloseMissed
    last: CloseMissed
    closes: int
    signals: tuple[str, ...]

    def with_next(self, missed: CloseMissed) -> "Stretch":
        """The stretch with the close that follows it."""
        signals = (*self.signals, *missed.signals)
        return Stretch(first=self.first, last=missed, closes=self.closes + 1, signals=signals)


def stretches(found: Iterable[CloseMissed]) -> list[Stretch]:
    """The closes that belong together, by the time of their first."""
    done: list[Stretch] = []
    growing: dict[tuple[Instrument, str], Stretch] = {}
    for each in sorted(found, key=lambda missed: missed.at):
        key = (each.instrument, each.reason)
        known = growing.get(key)
        if known is not None and each.at - known.last.at <= MINUTE:
            growing[key] = known.with_next(each)
            continue
        if known is not None:
            done.append(known)
        growing[key] = Stretch(first=each, last=each, closes=1, signals=each.signals)
    return sorted((*done, *growing.values()), key=lambda stretch: (stretch.first.at, stretch.first.instrument))
