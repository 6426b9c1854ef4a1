"""In which state trading is and what may be ordered: the words of it, which the journal keeps.

The rules over them (who leads where, what is allowed) are in core/risk/trading_state.py.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class TradingState(StrEnum):
    """ACTIVE: all that the limits allow. REDUCING: positions only get smaller. HALTED: nothing is decided any more."""

    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


class StateCause(StrEnum):
    """What can lead from one trading state to another; the last three are a person's doing."""

    DAILY_LOSS = "daily_loss"
    DRAWDOWN = "drawdown"
    BROKEN_INVARIANT = "broken_invariant"
    NEW_DAY = "new_day"
    PERSON_REDUCES = "person_reduces"
    PERSON_HALTS = "person_halts"
    PERSON_RESUMES = "person_resumes"


PERSONS = frozenset({StateCause.PERSON_REDUCES, StateCause.PERSON_HALTS, StateCause.PERSON_RESUMES})
"""The causes that are persons': the journal keeps who, when and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingStatus:
    """The trading state, what led into it, since when (UTC milliseconds), and by whom and why where a person did.

    `cause` is None before anything ever led anywhere.
    """

    state: TradingState = TradingState.ACTIVE
    cause: StateCause | None = None
    since: int = 0
    by: str = ""
    why: str = ""


class BreakerLevel(IntEnum):
    """How far the loss of the day has come, in ascending order; each includes what the ones before it forbid."""

    NORMAL = 0
    WARN = 1
    NO_NEW_ENTRIES = 2
    FLATTEN = 3

    @property
    def word(self) -> str:
        """The name in reports and JSON.

        >>> BreakerLevel.NO_NEW_ENTRIES.word
        'no_new_entries'
        """
        return self.name.lower()


class OrderPurpose(StrEnum):
    """What an order, or the change of one, is for. All but ENTRY can only make a position smaller or safer.

    PROTECTIVE_STOP places a stop that is missing; STOP_MOVE draws one that is there closer; EXIT is any exit that a
    rule decides (time, condition); FLATTEN closes because the breaker says so, PERSON_CLOSES because a person does;
    CANCEL_LEFTOVER takes back an exit order whose position is gone.
    """

    ENTRY = "entry"
    CANCEL_ENTRY = "cancel_entry"
    PROTECTIVE_STOP = "protective_stop"
    STOP_MOVE = "stop_move"
    TARGET = "target"
    EXIT = "exit"
    FLATTEN = "flatten"
    PERSON_CLOSES = "person_closes"
    CANCEL_LEFTOVER = "cancel_leftover"
