"""The drills there are: breaker, emergency stop, recovery, notifications. See bootstrap/drill.py for how they go."""

from collections.abc import Sequence

from edgeproof.bootstrap.drill import BEGIN, CASH, FLATTEN_LOSS, HYPOTHESIS, RESET, Drill, Stage, read_journal
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import DeliveryNoted, OrderNoted, SessionBegan, TradeClosed
from edgeproof.core.model.order import STOP, parse_order_id
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.ports import Journal
from edgeproof.services.drill_checks import (
    asked_at,
    breaker_seen,
    fates_between,
    fills_of,
    positions_at,
    recovery_seen,
    stop_seen,
    takes_after,
    tripped_at,
)
from edgeproof.services.notifying.outbox import FAILED, waiting_in
from edgeproof.services.told_checks import have_ended, told_seen

_BOTH = 2
_REFUSED = 10
"""Signals that are let pass before trading is asked to go on."""

_FAILURES = 3
"""Attempts that have to fail before a session is killed."""

_WHY = ("--why", "drill")


def _is_guarded(journal: Journal) -> bool:
    """Whether both positions are open and the venue has taken their stops."""
    held = positions_at(fills_of(journal), 1 << 62)
    accepted = (each.record.order_id for each in journal.read(OrderNoted) if each.record.what == "accepted")
    names = [name for name in map(parse_order_id, accepted) if name is not None]
    return len(held) == _BOTH and held.keys() <= {each.signal for each in names if each.leg == STOP}


def _breaker(stage: Stage) -> None:
    stage.begin()
    stage.until(lambda journal: tripped_at(journal) is not None and takes_after(journal, RESET - 1))


def _stop(stage: Stage) -> None:
    stage.begin()
    if not stage.until(_is_guarded):
        return
    stage.ask("stop", "--close", *_WHY)
    stage.until(_has_refused)
    stage.ask("resume", *_WHY)
    stage.until(lambda journal: takes_after(journal, asked_at(journal, "resume") or 1 << 62))


def _has_refused(journal: Journal) -> bool:
    halted = asked_at(journal, "halt")
    if halted is None:
        return False
    return sum(each.fate is TradeFate.DENIED for each in fates_between(journal, halted)) >= _REFUSED


def _recovery(stage: Stage) -> None:
    first = stage.begin()
    if not stage.until(_is_guarded):
        return
    first.kill()
    first.wait()
    stage.begin()
    stage.until(lambda journal: len({each.record.trade.signal_id for each in journal.read(TradeClosed)}) >= _BOTH)


def _notifications(stage: Stage) -> None:
    first = stage.begin()
    if not stage.until(_is_guarded):
        return
    stage.receiver.go_away()
    stage.until(lambda journal: tripped_at(journal) is not None and _failures(journal, 0) >= _FAILURES)
    first.kill()
    first.wait()
    second = stage.begin()
    # Signals expire within a second or two: by the time that the next session has failed too, many have.
    stage.until(lambda journal: _failures(journal, 1) > 0 and _has_expired(journal))
    stage.receiver.come_back()
    with read_journal(stage.home) as journal:
        waiting = [each.message.id for each in waiting_in(journal)]
    stage.until(lambda journal: have_ended(journal, waiting))
    stage.end(second)


def _failures(journal: Journal, number: int) -> int:
    """How often the receiver has failed one session of several."""
    sessions = [each.record.session for each in journal.read(SessionBegan)][number : number + 1]
    return sum(each.record.what == FAILED for name in sessions for each in journal.read(DeliveryNoted, session=name))


def _has_expired(journal: Journal) -> bool:
    now = max(journal.taken_until().values(), default=0)
    expiries = (each.message.expires_at for each in waiting_in(journal))
    return any(each is not None and each < now - 5 * MINUTE for each in expiries)


DRILLS = (
    Drill(
        name="breaker",
        did="the market falls by 5 % in half an hour while two positions of half the equity each are open",
        points=((BEGIN + 6 * MINUTE, 1.0), (BEGIN + 36 * MINUTE, 0.95)),
        play=_breaker,
        seen=lambda journal, _: breaker_seen(journal, FLATTEN_LOSS, CASH, RESET),
    ),
    Drill(
        name="stop",
        did="edgeproof stop --close while two positions are open, and edgeproof resume some time later",
        points=((BEGIN, 1.0),),
        play=_stop,
        seen=lambda journal, _: stop_seen(journal),
    ),
    Drill(
        name="recovery",
        did="paper is killed (kill -9) while two positions are open, and begun anew; then prices reach the targets",
        points=((BEGIN + 40 * MINUTE, 1.0), (BEGIN + 60 * MINUTE, 1.08)),
        play=_recovery,
        seen=lambda journal, _: recovery_seen(journal),
    ),
    Drill(
        name="notifications",
        did="who is told is away while the breaker trips, and paper is killed (kill -9) with messages untold",
        points=((BEGIN + 20 * MINUTE, 1.0), (BEGIN + 50 * MINUTE, 0.95)),
        play=_notifications,
        seen=told_seen,
        is_told=True,
    ),
)


def chosen_drills(names: Sequence[str]) -> tuple[Drill, ...]:
    """The drills of some names, in their own order; all of them without a name.

    Raises
    ------
    InputError
        There is no such drill.
    """
    known = [each.name for each in DRILLS]
    for name in names:
        if name not in known:
            raise InputError(f'expected the name of a drill ({", ".join(known)}), found "{name}"')
    return tuple(each for each in DRILLS if not names or each.name in names)


def kernels_needed() -> str:
    """The hypotheses that drills watch, as TOML: what has to be compiled before time counts."""
    return "\n".join(map(hypothesis_toml, read_hypotheses(HYPOTHESIS, "drill.toml")))
