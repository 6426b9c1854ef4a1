"""Where the page of sessions gets its journal, its store and what discoveries found of the hypotheses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgeproof.adapters.storage.atomic import write_file
from edgeproof.bootstrap import open_store
from edgeproof.bootstrap.drift import weighing
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Decided, SessionBegan, SignalTraded
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import Journal
from edgeproof.research.parity.definitions import definitions
from edgeproof.research.parity.history import load
from edgeproof.research.parity.result import ParityResult
from edgeproof.research.parity.taken import joined, read_taken
from edgeproof.research.parity.trades.live import LiveSide, read_live
from edgeproof.research.report.session.page import build_session_page
from edgeproof.research.report.session.sources import Outcomes, SessionSources
from edgeproof.services.live_trades import live_trades
from edgeproof.services.one_session import OneSession

ALL, LAST = "all", "last"
_NAMED = 8
_FOLDER = "reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What others have counted, as documents; see `SessionSources`."""

    about: Mapping[str, Any]
    stats: Mapping[str, Any] | None
    standing: Mapping[str, Any] | None
    missed: Sequence[Mapping[str, Any]] = field(default=())
    notices: Sequence[Mapping[str, Any]] = field(default=())


def session_named(journal: Journal, wanted: str) -> str | None:
    """The session with this id (or the only one whose id begins so), the last one, or None for all of them.

    Raises
    ------
    InputError
        When there is none, or more than one.
    """
    known = [entry.record.session for entry in journal.read(SessionBegan)]
    if not known:
        raise InputError(
            "no session is kept in this home yet: watch or trade first\n  edgeproof paper\nor see one\n  edgeproof demo"
        )
    if wanted == ALL:
        return None
    if wanted == LAST:
        return known[-1]
    matches = [each for each in dict.fromkeys(known) if wanted and each.startswith(wanted)]
    if wanted in matches or len(matches) == 1:
        return wanted if wanted in matches else matches[0]
    fault = f'no session is called "{wanted}"' if not matches else f'"{wanted}" begins {len(matches)} sessions'
    newest = list(dict.fromkeys(reversed(known)))
    more = f" and {len(newest) - _NAMED} older ones" if len(newest) > _NAMED else ""
    raise InputError(f"{fault}; there are (newest first): {', '.join(newest[:_NAMED])}{more}; or {ALL}, or {LAST}")


def read_by(journal: Journal, session: str | None) -> Journal:
    """A journal as the page of a session reads it: that session of it, or all of it."""
    return journal if session is None else OneSession(journal, session)


def session_file(home: Path, session: str | None, file: Path | None) -> Path:
    """Where the page goes.

    Raises
    ------
    InputError
        It is a folder.
    """
    target = file if file is not None else home / _FOLDER / f"session-{session or ALL}.html"
    if target.is_dir():
        raise InputError(f"expected --html to be a file, found a folder: {target}; try {target / 'session.html'}")
    return target


def write_session_report(
    home: Path, journal: Journal, session: str | None, said: Said, parity: ParityResult | None, target: Path
) -> None:
    """Write the page of a session of a journal (of all of them where None)."""
    page = build_session_page(session_sources(home, journal, session, said, parity))
    write_file(target, page.encode())


def session_sources(
    home: Path, journal: Journal, session: str | None, said: Said, parity: ParityResult | None
) -> SessionSources:
    """What the page is made from."""
    scope = read_by(journal, session)
    return SessionSources(
        about=said.about,
        stats=said.stats,
        standing=said.standing,
        until=max(scope.taken_until().values(), default=0),
        trades=live_trades(scope),
        sides=_sides(scope),
        tested=tested_of(home, journal),
        parity=parity,
        decisions=[entry.record.decision for entry in journal.read(Decided, session=session)],
        fates=[entry.record.decided for entry in journal.read(SignalTraded, session=session)],
        missed=said.missed,
        notices=said.notices,
        candles=lambda instrument, start, end: _candles(home, journal, instrument, start, end),
    )


def tested_of(home: Path, journal: Journal) -> dict[str, Outcomes]:
    """What every hypothesis is held against, as its last session defined it, on all that was ever watched."""
    hypotheses: dict[str, Hypothesis] = {}
    instruments: set[Instrument] = set()
    for entry in journal.read(SessionBegan):
        hypotheses |= {each.name: each for each in definitions(entry.record).hypotheses}
        instruments |= {used.instrument for used in entry.record.history}
    tested = weighing(home, tuple(hypotheses.values()), tuple(sorted(instruments))).tested
    return {
        name: Outcomes(outcomes=each.outcomes, instruments=each.instruments, why=each.why)
        for name, each in tested.items()
    }


def _sides(journal: Journal) -> dict[str, LiveSide]:
    instruments = {entry.record.signal.instrument for entry in journal.read(SignalTraded)}
    return {
        each.signal.id: each
        for instrument in sorted(instruments)
        for each in read_live(journal, instrument, None).taken
    }


def _candles(home: Path, journal: Journal, instrument: Instrument, start: int, end: int) -> Candles | None:
    """What was stored, and over it what sessions took in."""
    stored = load(open_store(home), instrument, MINUTE, start, end)
    taken = read_taken(journal, None, instrument, MINUTE, end)
    kept, _ = joined(stored, NO_FUNDING, taken.candles, taken.funding)
    kept = kept.between(start, end)
    return fill_gaps(kept) if len(kept) else None
