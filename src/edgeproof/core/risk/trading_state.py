"""ACTIVE, REDUCING, HALTED: what leads from one to another, and what each allows. Two tables; ADR 8 says why.

A breaker reduces until the next trading day, a person until a person resumes. Out of HALTED leads a person alone.
"""

from collections.abc import Mapping
from enum import IntEnum

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.trading import PERSONS, OrderPurpose, StateCause, TradingState, TradingStatus

ACTIVE, REDUCING, HALTED = TradingState.ACTIVE, TradingState.REDUCING, TradingState.HALTED
_STAYS = None


class Standing(IntEnum):
    """A trading state as the transitions see it: it matters whether a breaker or a person reduced."""

    ACTIVE = 0
    REDUCED_FOR_THE_DAY = 1
    REDUCED_BY_A_PERSON = 2
    HALTED = 3


TRANSITIONS: Mapping[StateCause, tuple[TradingState | None, ...]] = {
    # Standing:                  active    for the day  by a person  halted
    StateCause.DAILY_LOSS:       (REDUCING, _STAYS,      _STAYS,      _STAYS),
    StateCause.DRAWDOWN:         (HALTED,   HALTED,      HALTED,      _STAYS),
    StateCause.BROKEN_INVARIANT: (HALTED,   HALTED,      HALTED,      _STAYS),
    StateCause.NEW_DAY:          (_STAYS,   ACTIVE,      _STAYS,      _STAYS),
    StateCause.PERSON_REDUCES:   (REDUCING, REDUCING,    _STAYS,      REDUCING),
    StateCause.PERSON_HALTS:     (HALTED,   HALTED,      HALTED,      _STAYS),
    StateCause.PERSON_RESUMES:   (_STAYS,   _STAYS,      ACTIVE,      ACTIVE),
}  # fmt: skip
"""Where a cause leads from each `Standing`; None: it changes nothing."""

ALLOWED: Mapping[OrderPurpose, frozenset[TradingState]] = {
    OrderPurpose.ENTRY: frozenset({ACTIVE}),
    OrderPurpose.CANCEL_ENTRY: frozenset({ACTIVE, REDUCING, HALTED}),
    OrderPurpose.PROTECTIVE_STOP: frozenset({ACTIVE, REDUCING, HALTED}),
    OrderPurpose.STOP_MOVE: frozenset({ACTIVE, REDUCING}),
    OrderPurpose.TARGET: frozenset({ACTIVE, REDUCING}),
    OrderPurpose.EXIT: frozenset({ACTIVE, REDUCING}),
    OrderPurpose.FLATTEN: frozenset({ACTIVE, REDUCING}),
    OrderPurpose.PERSON_CLOSES: frozenset({ACTIVE, REDUCING, HALTED}),
    OrderPurpose.CANCEL_LEFTOVER: frozenset({ACTIVE, REDUCING, HALTED}),
}
"""The states in which an order of each purpose may be sent. A missing stop may be placed even when HALTED: an entry
that fills while it is being cancelled must not stay without one."""


def allows(state: TradingState, purpose: OrderPurpose) -> bool:
    """Whether an order of this purpose may be sent; it depends on the state and on the order alone.

    >>> allows(TradingState.REDUCING, OrderPurpose.ENTRY), allows(TradingState.HALTED, OrderPurpose.PERSON_CLOSES)
    (False, True)
    """
    return state in ALLOWED[purpose]


def rests_entries(state: TradingState) -> bool:
    """Whether entries that were sent may go on resting; where not, they are cancelled."""
    return allows(state, OrderPurpose.ENTRY)


def standing(status: TradingStatus) -> Standing:
    """The row of the transitions that a status is in.

    >>> standing(TradingStatus(state=TradingState.REDUCING, cause=StateCause.DAILY_LOSS)).name
    'REDUCED_FOR_THE_DAY'
    """
    if status.state == ACTIVE:
        return Standing.ACTIVE
    if status.state == HALTED:
        return Standing.HALTED
    return Standing.REDUCED_FOR_THE_DAY if status.cause == StateCause.DAILY_LOSS else Standing.REDUCED_BY_A_PERSON


def lead(status: TradingStatus, cause: StateCause, at: int, *, by: str = "", why: str = "") -> TradingStatus:
    """The status after a cause; the same one where it changes nothing.

    Raises
    ------
    InputError
        Where a person acts without a name: the journal keeps who it was.
    """
    if cause in PERSONS and not by.strip():
        raise InputError(f"{cause}: expected the name of the person, found none; the journal keeps who, when and why")
    state = TRANSITIONS[cause][standing(status)]
    return status if state is None else TradingStatus(state=state, cause=cause, since=at, by=by, why=why)
