"""Where answers to people meet the home of a session."""

from collections.abc import Callable
from pathlib import Path

from edgeproof.bootstrap import asking
from edgeproof.bootstrap.statistics import records_of_journal
from edgeproof.ports import Journal, Report
from edgeproof.services.answers.commands import PhoneAnswers, Sources


def answers_of(
    home: Path,
    config: Path,
    *,
    health: Callable[[], Report | None] = lambda: None,
    deliveries: Callable[[Journal], tuple[str, ...]] = lambda journal: (),
) -> PhoneAnswers:
    """The answers of a home, from its journal; `health` is the report of the session that runs.

    The journal is opened anew for each: an answer is made beside the loop of the session, and must not share its
    connections.
    """
    return PhoneAnswers(
        Sources(
            journal=lambda: asking.kept_journal(home, config),
            trading=lambda journal: asking.kept_trading(journal, config),
            records=lambda journal: records_of_journal(home, journal),
            held_by=lambda: asking.held_by(home),
            traded_by=lambda: asking.traded_by(home),
            leave=lambda word, target, by: asking.leave_wish(home, word, target, by=by),
            outcome=lambda wish: asking.answer(home, config, wish),
            health=health,
            deliveries=deliveries,
        )
    )
