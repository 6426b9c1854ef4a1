"""Which day is summed up when, also over restarts."""

from collections.abc import Sequence

import pytest

from edgeproof.core.model.journal import MessageQueued, Record
from edgeproof.core.model.message import Topic
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.services.notifying.daily import Daily
from tests.support.asked import ListJournal
from tests.support.notifying import NOON, message

TODAY = NOON // DAY * DAY


def summed(day: int) -> MessageQueued:
    """The summary of a day, as it was queued: its time is the end of the day."""
    told = message(at=day + DAY, topic=Topic.SUMMARY)
    return MessageQueued(session="s1", at=told.at, message=told, channels=("email",))


def daily(records: Sequence[Record] = (), after: int | None = 0) -> Daily:
    return Daily(ListJournal(records), after)


def test_first_day_ever_is_begun_in_peace() -> None:
    found = daily()
    assert found.due(NOON) is None
    assert found.due(TODAY + DAY - 1) is None


def test_day_is_summed_up_once_when_it_is_over() -> None:
    found = daily()
    found.due(NOON)
    assert [found.due(TODAY + DAY + offset) for offset in (0, 1, HOUR)] == [TODAY, None, None]
    assert found.due(TODAY + 2 * DAY) == TODAY + DAY


def test_day_is_summed_up_so_long_after_midnight() -> None:
    found = daily(after=7 * HOUR)
    found.due(NOON)
    assert found.due(TODAY + DAY + 7 * HOUR - MINUTE) is None
    assert found.due(TODAY + DAY + 7 * HOUR) == TODAY


def test_restart_does_not_sum_up_again() -> None:
    assert daily([summed(TODAY - DAY)]).due(NOON) is None


def test_of_days_nobody_was_there_the_last_is_summed_up() -> None:
    found = daily([summed(TODAY - 4 * DAY)])
    assert found.due(NOON) == TODAY - DAY
    assert found.due(NOON + MINUTE) is None


def test_summary_that_is_switched_off_is_never_due() -> None:
    assert daily([summed(TODAY - 4 * DAY)], after=None).due(NOON) is None


@pytest.mark.parametrize("topic", [Topic.SIGNAL, Topic.HEALTH])
def test_other_messages_are_no_summary(topic: Topic) -> None:
    other = message(at=NOON - 2 * DAY, topic=topic)
    record = MessageQueued(session="s1", at=other.at, message=other, channels=("email",))
    assert daily([record]).due(NOON) is None


def test_summary_bears_the_day_it_is_of() -> None:
    found = daily().message(TODAY - DAY, NOON)
    assert (found.topic, found.queued_at, found.at) == (Topic.SUMMARY, NOON, TODAY)
    restarted = daily([MessageQueued(session="s1", at=found.at, message=found, channels=("email",))])
    assert restarted.due(NOON) is None
