"""`edgeproof report --session`: what sessions came to as one page, put together from what other commands print."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edgeproof.bootstrap import asking, statistics
from edgeproof.bootstrap.parity import run_parity
from edgeproof.bootstrap.session_report import ALL, Said, read_by, session_file, session_named, write_session_report
from edgeproof.cli.context import Context
from edgeproof.cli.stretches import stretches
from edgeproof.config import load_settings
from edgeproof.core.model.journal import CloseMissed, Noticed, SessionBegan, SessionEnded
from edgeproof.core.model.time import format_time
from edgeproof.ports import Journal
from edgeproof.research.parity.compare import Question
from edgeproof.research.parity.result import ParityResult
from edgeproof.services.record_words import LATE_REASONS
from edgeproof.services.statistics import LiveStatistics, live_statistics
from edgeproof.services.stats_document import stats_document
from edgeproof.services.trading_document import trading_document

MOST_LINES = 200
"""So many of the newest notices and stretches are on the page."""


def write(
    context: Context, wanted: str = ALL, html: Path | None = None, found: ParityResult | None = None
) -> tuple[Path, dict[str, Any]]:
    """Write the page of a session, or of all; where it is, and what it says in short.

    `found` is a comparison that was made already, of the same sessions.
    """
    with asking.kept_journal(context.home, context.config) as journal:
        session = session_named(journal, wanted)
        target = session_file(context.home, session, html)
        scope = read_by(journal, session)
        parity = found
        if parity is None:
            parity = run_parity(context.home, load_settings(context.config), question=Question(session=session))
        view = asking.kept_trading(scope, context.config)
        stats = None
        if view is not None:
            records = statistics.records_of_journal(context.home, journal)
            # By all trades there are: what a hypothesis weighs now does not depend on which session is looked at.
            weights = statistics.weights_of_journal(context.home, journal)
            stats = live_statistics(scope, view, records, weights=weights)
        said = Said(
            about=_about(context, scope, session, stats),
            stats=None if stats is None else stats_document(stats, None),
            standing=None if view is None else trading_document(view),
            missed=_missed([each.record for each in scope.read(CloseMissed)]),
            notices=_notices([each.record for each in scope.read(Noticed)]),
        )
        write_session_report(context.home, journal, session, said, parity if parity.instruments else None, target)
    return target.resolve(), summary(target.resolve(), session, stats)


def summary(file: Path, session: str | None, stats: LiveStatistics | None) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "report": str(file),
        "bytes": file.stat().st_size,
        "session": session or ALL,
        "trades": 0 if stats is None else stats.figures.n,
    }


def _about(context: Context, scope: Journal, session: str | None, stats: LiveStatistics | None) -> dict[str, Any]:
    began = [entry.record for entry in scope.read(SessionBegan)]
    ended = {entry.record.session: entry.record for entry in scope.read(SessionEnded)}
    holder = asking.held_by(context.home)
    last = began[-1]
    until = max(scope.taken_until().values(), default=last.at)
    runs = holder is not None and (session is None or last.session not in ended)
    return {
        "title": f"session {session}" if session else "all sessions",
        "session": session,
        "command": last.command,
        "venue": last.venue,
        "version": last.version,
        "start": format_time(stats.start if stats is not None else _first(began)),
        "until": format_time(stats.until if stats is not None else until),
        "running": holder if runs else None,
        "sessions": [_session(each, ended.get(each.session), each is last and runs) for each in began],
        "instruments": sorted({used.instrument.unified for each in began for used in each.history}),
        "hypotheses": len({name for each in began for name in each.hypotheses}),
    }


def _first(began: Sequence[SessionBegan]) -> int:
    return min((used.end for each in began for used in each.history), default=began[0].at)


def _session(began: SessionBegan, ended: SessionEnded | None, is_running: bool) -> dict[str, Any]:
    if ended is not None:
        end = ended.reason or "ended"
    else:
        end = "still running" if is_running else "ended without a word: it was killed, or the machine stopped"
    return {
        "id": began.session,
        "command": began.command,
        "venue": began.venue,
        "version": began.version,
        "began": format_time(began.at),
        "ended": None if ended is None else format_time(ended.at),
        "how": end,
        "hypotheses": len(began.hypotheses),
        "instruments": len(began.history),
    }


def _missed(found: Sequence[CloseMissed]) -> list[dict[str, Any]]:
    return [
        {
            "first": format_time(each.first.at),
            "last": format_time(each.last.at),
            "closes": each.closes,
            "instrument": each.first.instrument.unified,
            "reason": each.first.reason,
            "words": LATE_REASONS.get(each.first.reason, each.first.reason),
            "late_ms": max(0, each.first.evaluated_at - each.first.at),
            "signals": list(each.signals),
        }
        for each in stretches(found)[-MOST_LINES:]
    ]


def _notices(found: Sequence[Noticed]) -> list[dict[str, Any]]:
    """The newest, equal ones of one minute once."""
    counts = Counter((each.at // 60_000, each.kind, each.detail, each.instrument) for each in found)
    return [
        {
            "at": format_time(minute * 60_000),
            "kind": kind,
            "detail": detail,
            "instrument": None if instrument is None else instrument.unified,
            "count": count,
        }
        for (minute, kind, detail, instrument), count in list(counts.items())[-MOST_LINES:]
    ]
