"""The drills there are: the breaker, the emergency stop, recovery. See bootstrap/drill.py for how they are played."""

from collections.abc import Sequence

from edgeproof.bootstrap.drill import BEGIN, CASH, FLATTEN_LOSS, HYPOTHESIS, RESET, Drill, Stage
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import OrderNoted, TradeClosed
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

_BOTH = 2
_REFUSED = 10
"""Signals that are let pass before trading is asked to go on."""

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


DRILLS = (
    Drill(
        name="breaker",
        did="the market falls by 5 % in half an hour while two positions of half the equity each are open",
        points=((BEGIN + 6 * MINUTE, 1.0), (BEGIN + 36 * MINUTE, 0.95)),
        play=_breaker,
        seen=lambda journal: breaker_seen(journal, FLATTEN_LOSS, CASH, RESET),
    ),
    Drill(
        name="stop",
        did="edgeproof stop --close while two positions are open, and edgeproof resume some time later",
        points=((BEGIN, 1.0),),
        play=_stop,
        seen=stop_seen,
    ),
    Drill(
        name="recovery",
        did="paper is killed (kill -9) while two positions are open, and begun anew; then prices reach the targets",
        points=((BEGIN + 40 * MINUTE, 1.0), (BEGIN + 60 * MINUTE, 1.08)),
        play=_recovery,
        seen=recovery_seen,
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
