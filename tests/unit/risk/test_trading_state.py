"""The two tables of the trading state, written out: who may lead where, and what each state allows."""

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.trading import PERSONS, OrderPurpose, StateCause, TradingState, TradingStatus
from edgeproof.core.risk.trading_state import allows, lead, rests_entries, standing

ACTIVE = TradingStatus()
FOR_THE_DAY = TradingStatus(state=TradingState.REDUCING, cause=StateCause.DAILY_LOSS, since=1)
BY_A_PERSON = TradingStatus(state=TradingState.REDUCING, cause=StateCause.PERSON_REDUCES, since=1, by="Ada")
HALTED = TradingStatus(state=TradingState.HALTED, cause=StateCause.DRAWDOWN, since=1)

# The state after each cause, from: ACTIVE, REDUCING for the day, REDUCING by a person, HALTED
LEADS = """
daily_loss       reducing reducing reducing halted
drawdown         halted   halted   halted   halted
broken_invariant halted   halted   halted   halted
new_day          active   active   reducing halted
person_reduces   reducing reducing reducing reducing
person_halts     halted   halted   halted   halted
person_resumes   active   reducing active   active
"""

# What may be ordered while: ACTIVE, REDUCING, HALTED
ALLOWS = """
entry            yes no  no
cancel_entry     yes yes yes
protective_stop  yes yes yes
stop_move        yes yes no
target           yes yes no
exit             yes yes no
flatten          yes yes no
person_closes    yes yes yes
cancel_leftover  yes yes yes
"""


def _rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


@pytest.mark.parametrize("row", _rows(LEADS), ids=lambda row: row[0])
def test_cause_leads_where_the_table_says(row: list[str]) -> None:
    cause, *expected = row
    found = [
        lead(status, StateCause(cause), 9, by="Ada").state for status in (ACTIVE, FOR_THE_DAY, BY_A_PERSON, HALTED)
    ]
    assert found == expected


@pytest.mark.parametrize("row", _rows(ALLOWS), ids=lambda row: row[0])
def test_order_is_allowed_where_the_table_says(row: list[str]) -> None:
    purpose, *expected = row
    assert ["yes" if allows(state, OrderPurpose(purpose)) else "no" for state in TradingState] == expected


def test_tables_of_the_test_have_every_cause_and_every_purpose() -> None:
    assert [row[0] for row in _rows(LEADS)] == list(StateCause)
    assert [row[0] for row in _rows(ALLOWS)] == list(OrderPurpose)


def test_out_of_halted_leads_a_person_alone() -> None:
    leading = {cause for cause in StateCause if lead(HALTED, cause, 9, by="Ada").state != TradingState.HALTED}
    assert leading
    assert leading <= PERSONS


def test_entries_rest_only_while_active() -> None:
    assert [rests_entries(state) for state in TradingState] == [True, False, False]


def test_status_after_a_person_says_who_when_and_why() -> None:
    after = lead(HALTED, StateCause.PERSON_RESUMES, 9, by="Ada", why="the feed was wrong")
    assert (after.state, after.since, after.by, after.why) == (TradingState.ACTIVE, 9, "Ada", "the feed was wrong")


def test_cause_that_changes_nothing_leaves_who_was_first() -> None:
    assert lead(HALTED, StateCause.BROKEN_INVARIANT, 9) is HALTED


def test_person_who_reduces_takes_it_over_from_the_breaker() -> None:
    after = lead(FOR_THE_DAY, StateCause.PERSON_REDUCES, 9, by="Ada")
    assert lead(after, StateCause.NEW_DAY, 10).state == TradingState.REDUCING


@pytest.mark.parametrize("cause", sorted(PERSONS))
def test_person_without_a_name_is_refused(cause: StateCause) -> None:
    with pytest.raises(InputError, match="expected the name of the person"):
        lead(ACTIVE, cause, 9, by=" ")


def test_standing_tells_apart_who_reduced() -> None:
    assert [standing(each).value for each in (ACTIVE, FOR_THE_DAY, BY_A_PERSON, HALTED)] == [0, 1, 2, 3]
