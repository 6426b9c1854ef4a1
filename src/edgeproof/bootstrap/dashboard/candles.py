"""The candles of a home: what is stored, and what sessions took in since."""

import threading
from dataclasses import dataclass

from edgeproof.bootstrap.dashboard.kept import newest
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, FundingTaken
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.ports import CandleStore, Journal
from edgeproof.services.prepare import candles_of, joined_candles, with_rates

_AGAIN = 2 * DAY
"""How far back candles that are stored already may have been corrected since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What there is of an instrument: its finest timeframe, when its first candle opens and its last one closes."""

    base: int = MINUTE
    first: int = 0
    until: int = 0


@dataclass(slots=True)
class _Taken:
    seq: int
    since: int
    candles: Candles


def stored(store: CandleStore) -> dict[Instrument, Held]:
    """What a store has of each instrument."""
    found: dict[Instrument, Held] = {}
    for each in store.holdings():
        if each.timeframe is None or (each.instrument in found and found[each.instrument].base < each.timeframe):
            continue
        found[each.instrument] = Held(base=each.timeframe, first=each.first, until=each.last + each.timeframe)
    return found


class KeptCandles:
    """What sessions took in and no store has yet, read on from the journal; threads may share it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._taken: dict[Instrument, _Taken] = {}

    def taken(self, journal: Journal, instrument: Instrument, held: Held) -> Candles:
        """What sessions took in of an instrument that is not stored, or is stored otherwise."""
        if held.base != MINUTE:
            return candles_of([])
        with self._turn:
            known = self._taken.get(instrument)
            (last,) = newest(journal, CandleTaken)
            if known is None or known.seq > last or known.since != held.until:
                known = self._taken[instrument] = _Taken(0, held.until, candles_of([]))
            if last > known.seq:
                start = None if known.seq else held.until - _AGAIN
                new = journal.read(CandleTaken, instrument=instrument, start=start, after=known.seq)
                known.candles = joined_candles(known.candles, candles_of([each.record.candle for each in new]))
                known.seq = last
            return known.candles


def candles_from(store: CandleStore, instrument: Instrument, base: int, taken: Candles, start: int) -> Candles:
    """The candles of an instrument that open at `start` or later, gap-filled."""
    since = taken[int((taken.open_time < start).sum()) :]
    if base not in store.timeframes(instrument):
        return since
    found = store.load_candles(instrument, base, start=start)
    if len(since):
        return joined_candles(found, since)
    return fill_gaps(found) if len(found) else found


def funding_of(store: CandleStore, journal: Journal, instrument: Instrument, start: int) -> Funding:
    """The funding of an instrument: what is stored, and what sessions took in since; from `start` on where none is."""
    found = store.load_funding(instrument) if instrument in store.instruments() else NO_FUNDING
    since = int(found.time[-1]) if len(found.time) else start
    return with_rates(found, [each.record for each in journal.read(FundingTaken, instrument=instrument, start=since)])
