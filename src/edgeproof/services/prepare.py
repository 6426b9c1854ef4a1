"""The history a session begins with: what earlier sessions took in and what the venue remembers, into the store.

1. `give_back`: candles and funding that earlier sessions wrote into the journal go into the store.
2. `bring`: what the venue has since is downloaded; where nothing is stored, as much as was asked for.
3. `begin_with`: the gap-filled history of an instrument up to where the session takes over, and its digest.

A session that was killed is taken up where its journal ends: what closed since comes through the feed, is evaluated as
ever, and is told as missed. After a longer pause the session begins where the store ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.candles.digest import history_digest
from edgeproof.core.candles.fill import fill_gaps, fill_until
from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, Candles, Funding
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, FundingTaken, HistoryUsed, Record
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.ports import CandleStore, Journal, MarketHistory
from edgeproof.services.download import Downloaded, Wanted, download

LONGEST_GAP = 6 * DAY
"""After a longer pause a session does not go on where the last one ended; a feed brings no more than that."""

WIDEST_HOLE = DAY
"""Stored candles before a hole wider than this are no history of what comes after it."""

_AGAIN = 2 * HOUR
"""How far back candles that are in the store already may have been corrected since."""

REMEMBERED = 2 * DAY
"""What a feed is given of the history, to go on from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The history of an instrument, gap-filled up to `used.end`, and the funding up to there."""

    used: HistoryUsed
    candles: Candles
    funding: Funding


def give_back(store: CandleStore, journal: Journal, source: str) -> None:
    """Put into the store what earlier sessions took in. Doing it again changes nothing."""
    for instrument in journal.taken_until():
        end = _stored_until(store, instrument)
        start = None if end is None else end - _AGAIN
        taken = [entry.record.candle for entry in journal.read(CandleTaken, instrument=instrument, start=start)]
        candles = candles_of(taken)
        if len(candles):
            store.save_candles(instrument, candles, source=source, replace=True)
        rates = [entry.record for entry in journal.read(FundingTaken, instrument=instrument, start=start)]
        if rates:
            store.save_funding(instrument, funding_of(rates), source=source, replace=True)


def candles_of(taken: Sequence[ClosedCandle]) -> Candles:
    """Base candles in order of time, of each the last that was told."""
    last = {each.open_time: each for each in taken}
    ordered = [last[time] for time in sorted(last)]
    columns = {name: np.array([getattr(each, name) for each in ordered], np.float64) for name in COLUMNS}
    return Candles(
        timeframe=MINUTE,
        open_time=np.array([each.open_time for each in ordered], np.int64),
        filled=np.array([each.filled for each in ordered], np.bool_),
        **columns,
    )


def funding_of(taken: Sequence[FundingTaken]) -> Funding:
    """Funding rates in order of time."""
    rates = {each.funding.time: each.funding.rate for each in taken}
    times = sorted(rates)
    return Funding(time=np.array(times, np.int64), rate=np.array([rates[time] for time in times], np.float64))


async def bring(
    history: MarketHistory, store: CandleStore, instrument: Instrument, *, now: int, span: int, least: int
) -> Downloaded:
    """Download what the store lacks of the last `span`; of an instrument that is not stored, the last `least`.

    Where the venue's candles contradict stored ones, which trades were made into, the venue is right.
    """
    stored = _stored_until(store, instrument)
    start = now - least if stored is None or stored < now - span else stored - MINUTE
    wanted = Wanted(instrument=instrument, timeframe=MINUTE, start=start // MINUTE * MINUTE, end=now)
    try:
        return await download(history, store, wanted)
    except DataError:
        again = Wanted(instrument=instrument, timeframe=MINUTE, start=wanted.start, end=now, replace=True)
        return await download(history, store, again)


def begin_with(store: CandleStore, instrument: Instrument, *, now: int, span: int, taken_until: int | None) -> Prepared:
    """The history of the last `span`, up to where an earlier session ended if that is not long ago."""
    stored = _stored_until(store, instrument)
    end = stored if stored is not None else 0
    if taken_until is not None and now - taken_until <= LONGEST_GAP and taken_until >= end - LONGEST_GAP:
        end = taken_until
    candles = _loaded(store, instrument, end, span)
    start = int(candles.open_time[0]) if len(candles) else end
    funding = store.load_funding(instrument, end=end)
    used = HistoryUsed(instrument=instrument, start=start, end=end, digest=history_digest(candles, funding))
    return Prepared(used=used, candles=candles, funding=funding)


def load_used(store: CandleStore, used: HistoryUsed) -> tuple[Candles, Funding]:
    """The history a session began with, from the store as it is now."""
    if MINUTE not in store.timeframes(used.instrument):
        return candles_of([]), NO_FUNDING
    candles = store.load_candles(used.instrument, MINUTE, start=used.start, end=used.end)
    return fill_until(candles, used.end), store.load_funding(used.instrument, end=used.end)


def history_source(
    store: CandleStore, journal: Journal, session: str, used: Mapping[Instrument, HistoryUsed]
) -> Callable[[Instrument, Sequence[Record]], tuple[Candles, Funding]]:
    """What gives the whole history of an instrument: what its session began with and all that it took in since."""

    def load(instrument: Instrument, pending: Sequence[Record]) -> tuple[Candles, Funding]:
        candles, funding = load_used(store, used[instrument])
        taken = [each.record for each in journal.read(CandleTaken, instrument=instrument, session=session)]
        taken += [each for each in pending if isinstance(each, CandleTaken) and each.candle.instrument == instrument]
        rates = [each.record for each in journal.read(FundingTaken, instrument=instrument, session=session)]
        rates += [each for each in pending if isinstance(each, FundingTaken) and each.funding.instrument == instrument]
        return joined_candles(candles, candles_of([each.candle for each in taken])), with_rates(funding, rates)

    return load


def _stored_until(store: CandleStore, instrument: Instrument) -> int | None:
    held = (
        each.last + MINUTE
        for each in store.holdings()
        if each.instrument == instrument and each.kind == "candles" and each.timeframe == MINUTE
    )
    return next(held, None)


def _loaded(store: CandleStore, instrument: Instrument, end: int, span: int) -> Candles:
    """The candles of the last `span` before `end` that no wide hole parts from it."""
    if MINUTE not in store.timeframes(instrument):
        return candles_of([])
    candles = store.load_candles(instrument, MINUTE, start=(end - span) // DAY * DAY, end=end)
    wide = np.flatnonzero(np.diff(candles.open_time) > WIDEST_HOLE)
    first = int(wide[-1]) + 1 if len(wide) else 0
    return fill_until(candles[first:], end)


def joined_candles(history: Candles, taken: Candles) -> Candles:
    """History with what was taken in since; of a minute in both, what was taken in."""
    if len(taken) == 0:
        return history
    kept = ~np.isin(history.open_time, taken.open_time)
    times = np.concatenate([history.open_time[kept], taken.open_time])
    order = np.argsort(times)

    def both(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(history, name)[kept], getattr(taken, name)])[order]

    columns = {name: both(name) for name in (*COLUMNS, "filled")}
    return fill_gaps(Candles(timeframe=MINUTE, open_time=times[order], **columns))


def with_rates(funding: Funding, taken: Sequence[FundingTaken]) -> Funding:
    """Funding with the rates that were taken in since."""
    rates = dict(zip(funding.time.tolist(), funding.rate.tolist(), strict=True))
    rates |= {each.funding.time: each.funding.rate for each in taken}
    times = sorted(rates)
    return Funding(time=np.array(times, np.int64), rate=np.array([rates[time] for time in times], np.float64))
