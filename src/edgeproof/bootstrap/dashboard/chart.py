"""The chart of a home: candles, with what a hypothesis sees in them and what was traded."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from edgeproof.adapters.storage.library import user_files
from edgeproof.adapters.storage.states import LIVE, read_states
from edgeproof.bootstrap import open_store
from edgeproof.bootstrap.asking import kept_trading
from edgeproof.bootstrap.dashboard.candles import Held, KeptCandles, candles_from, funding_of, stored
from edgeproof.bootstrap.dashboard.kept import Kept, files_state, newest
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.dashboard.signals import KeptSignals
from edgeproof.bootstrap.parity import library_now
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import EdgeproofError, InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, HistoryUsed, SessionBegan
from edgeproof.core.model.time import DAY, MINUTE, format_duration, format_time, parse_duration
from edgeproof.core.signals.generate import warm_up
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import CandleStore, Journal
from edgeproof.research.parity.definitions import definitions
from edgeproof.services.dashboard.chart import Seen, candle_columns, seen, timeframes_of, trade_rows, window
from edgeproof.services.traded import traded_since
from edgeproof.services.trading_document import trading_document

NOTHING = "this home has no candles yet; edgeproof data download brings them, edgeproof paper takes them in live"

_SETTLES = 10
"""Times its warm-up: what a recurrence began with is then too little to see."""

_SESSIONS = 50
"""So many of the last sessions are asked where they began."""

_LONGEST_TRADE = 14 * DAY
_LONGEST = 7 * DAY
_STATES = ("qualified", "tested", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartAsked:
    """What is asked for: so many candles that open before `end`, a time in milliseconds (None: the newest)."""

    symbol: str
    timeframe: str
    hypothesis: str
    end: int | None
    count: int


class KeptChart:
    """The chart of a place; threads may share it."""

    def __init__(self, place: Place, signals: KeptSignals) -> None:
        self._place = place
        self._signals = signals
        self._candles = KeptCandles()
        self._began: Kept[tuple[SessionBegan, ...]] = Kept(1)
        self._library: Kept[tuple[Hypothesis, ...]] = Kept(1)

    def read(self) -> None:
        """Answer once, before somebody asks: what computes is loaded then, which takes a second or more."""
        with suppress(EdgeproofError):
            found = self.choices()
            if found["instruments"] and found["hypotheses"]:
                symbol, first = found["instruments"][0]["symbol"], found["hypotheses"][0]
                asked = ChartAsked(
                    symbol=symbol, timeframe=first["timeframe"], hypothesis=first["name"], end=None, count=1
                )
                self.chart(asked)

    def choices(self) -> Document:
        """`GET /api/instruments`."""
        held = stored(open_store(self._place.home))
        with self._place.journal() as journal:
            began = self._sessions(journal)
            taken = journal.taken_until()
        watched = {each.instrument for each in began[-1].history} if began else set()
        states = {str(each.get("hypothesis")): each for each in read_states(self._place.home).values()}
        return {
            "instruments": [
                _instrument_row(each, held.get(each), taken.get(each), is_watched=each in watched)
                for each in sorted({*held, *taken}, key=lambda each: (each not in watched, each.unified))
            ],
            "hypotheses": [_hypothesis_row(each, states.get(each.name)) for each in self._hypotheses(began)],
            "why": None if held or taken else NOTHING,
        }

    def chart(self, asked: ChartAsked) -> Document | None:
        """`GET /api/chart`; None where the home knows no such instrument.

        Raises
        ------
        InputError
            The timeframe or the hypothesis is none.
        """
        store = open_store(self._place.home)
        with self._place.journal() as journal:
            known = stored(store)
            instrument = _instrument(asked.symbol, {*known, *journal.taken_until()})
            if instrument is None:
                return None
            held = known.get(instrument, Held())
            timeframe = _timeframe(asked.timeframe, held.base)
            began = self._sessions(journal)
            hypothesis = self._hypothesis(began, asked.hypothesis)
            taken = self._candles.taken(journal, instrument, held)
            start = _start(asked, timeframe, hypothesis, _ends(asked, taken, held), _histories(began, instrument))
            base = candles_from(store, instrument, held.base, taken, start)
            candles, earlier = window(base, timeframe, end=asked.end, count=asked.count)
            found = _seen(store, journal, instrument, hypothesis, base, candles)
            return {
                "symbol": instrument.unified,
                "timeframe": format_duration(timeframe),
                "timeframe_ms": timeframe,
                "seq": newest(journal, CandleTaken)[0],
                "candles": candle_columns(candles),
                "indicators": found.indicators,
                "conditions": found.conditions,
                **self._happened(journal, instrument, candles),
                "position": _positions(journal, self._place, instrument),
                "earlier": earlier or (len(candles) > 0 and 0 < held.first < int(candles.open_time[0])),
            }

    def _happened(self, journal: Journal, instrument: Instrument, candles: Candles) -> Document:
        """The signals and the trades within a window."""
        if len(candles) == 0:
            return {"signals": [], "trades": []}
        start, end = int(candles.open_time[0]), int(candles.open_time[-1]) + candles.timeframe
        first, last = format_time(start), format_time(end)
        listed, _ = self._signals.newest(journal)
        of_it = (each.row for each in reversed(listed) if each.row["symbol"] == instrument.unified)
        trades = trade_rows(traded_since(journal, instrument, start - _LONGEST_TRADE, end + _LONGEST_TRADE))
        return {
            "signals": [row for row in of_it if first < row["at"] <= last],
            "trades": [row for row in trades if row["opened_at"] <= last and (row["closed_at"] or last) >= first],
        }

    def _sessions(self, journal: Journal) -> tuple[SessionBegan, ...]:
        """The last sessions, the newest last."""
        made_from = newest(journal, SessionBegan)
        return self._began.get(None, made_from, lambda: tuple(e.record for e in journal.last(SessionBegan, _SESSIONS)))

    def _hypotheses(self, began: Sequence[SessionBegan]) -> Sequence[Hypothesis]:
        """Those of the last session as it knew them, then what else there is now."""
        home = self._place.home
        now = self._library.get(None, files_state(user_files(home)), lambda: library_now(home))
        return tuple(({each.name: each for each in now} | _watched(began)).values())

    def _hypothesis(self, began: Sequence[SessionBegan], name: str) -> Hypothesis | None:
        if not name:
            return None
        found = _watched(began).get(name) or next((e for e in self._hypotheses(began) if e.name == name), None)
        if found is None:
            raise InputError(f'no hypothesis is called "{name}"; edgeproof hypotheses list has all of them')
        return found


def _watched(began: Sequence[SessionBegan]) -> dict[str, Hypothesis]:
    return {each.name: each for each in definitions(began[-1]).hypotheses} if began else {}


def _seen(
    store: CandleStore,
    journal: Journal,
    instrument: Instrument,
    hypothesis: Hypothesis | None,
    base: Candles,
    candles: Candles,
) -> Seen:
    if hypothesis is None or len(candles) == 0:
        return Seen(indicators=[], conditions=[])
    return seen(hypothesis, base, funding_of(store, journal, instrument, int(base.open_time[0])), candles)


def _positions(journal: Journal, place: Place, instrument: Instrument) -> list[Document]:
    view = kept_trading(journal, place.config)
    return [] if view is None else [
        each for each in trading_document(view)["positions"] if each["symbol"] == instrument.unified
    ]  # fmt: skip


def _instrument_row(instrument: Instrument, held: Held | None, taken: int | None, *, is_watched: bool) -> Document:
    base = MINUTE if held is None else held.base
    until = max(0 if held is None else held.until, taken or 0)
    return {
        "symbol": instrument.unified,
        "instrument": instrument.chart_symbol,
        "venue_symbol": instrument.venue_symbol,
        "timeframes": [format_duration(each) for each in timeframes_of(base)],
        "first": None if held is None else format_time(held.first),
        "last": format_time(until),
        "is_watched": is_watched,
    }


def _hypothesis_row(hypothesis: Hypothesis, kept: Mapping[str, Document] | None) -> Document:
    """The state is what trading made of it, else the best verdict."""
    verdicts = {each.get("state") for each in (kept or {}).get("scopes", {}).values()}
    live = (kept or {}).get(LIVE, {}).get("state")
    return {
        "name": hypothesis.name,
        "timeframe": format_duration(hypothesis.timeframe),
        "direction": "long" if hypothesis.direction > 0 else "short",
        "family": hypothesis.family,
        "state": live or next((each for each in _STATES if each in verdicts), "draft"),
    }


def _instrument(symbol: str, known: set[Instrument]) -> Instrument | None:
    names = {name: each for each in known for name in (each.venue_symbol, each.chart_symbol, each.unified)}
    return names.get(symbol)


def _timeframe(text: str, base: int) -> int:
    try:
        found = parse_duration(text)
    except InputError:
        found = 0
    if found < base or found % base or found > _LONGEST:
        choices = " ".join(format_duration(each) for each in timeframes_of(base))
        raise InputError(f'expected a timeframe such as {choices}, found "{text}"')
    return found


def _ends(asked: ChartAsked, taken: Candles, held: Held) -> int:
    """When the last candle that is asked for ends, or a little later."""
    until = max(held.until, int(taken.open_time[-1]) + MINUTE if len(taken) else 0)
    return until if asked.end is None else min(asked.end, until)


def _histories(began: Sequence[SessionBegan], instrument: Instrument) -> Sequence[HistoryUsed]:
    """From when to when each session had history of an instrument before it went on, the newest first."""
    return [used for each in reversed(began) for used in each.history if used.instrument == instrument]


def _start(
    asked: ChartAsked, timeframe: int, hypothesis: Hypothesis | None, end: int, histories: Sequence[HistoryUsed]
) -> int:
    """From when on candles are needed: so that all that is shown is whole, and what is computed has settled.

    Where a session saw all of the window, from where it began itself: a balance volume, or how long ago something
    was, is then to the last bit what its signals were fired on.
    """
    first = end - (asked.count + 1) * timeframe
    if hypothesis is None:
        return max(0, first // _LONGEST * _LONGEST)
    needed = warm_up(hypothesis)
    for used in histories:
        if used.end <= end and used.start + needed <= first:
            return used.start
    return max(0, (first - _SETTLES * needed) // _LONGEST * _LONGEST)
