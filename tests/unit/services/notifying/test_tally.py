"""What was told, counted by hand."""

from dataclasses import replace

import pytest

from edgeproof.core.model.journal import DeliveryNoted, MessageQueued, Record
from edgeproof.core.model.message import Delivery
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.services.notifying.tally import ChannelTally, deliveries_of, percentiles, tally, tally_of_day
from tests.support.asked import ListJournal
from tests.support.notifying import NOON, message

NOTE = DeliveryNoted(session="s1", at=NOON, channel="telegram", message_id="m1", what="sending", attempt=1)


def note(what: str, number: int = 1, **more: object) -> DeliveryNoted:
    return replace(NOTE, what=what, message_id=f"m{number}", **more)  # type: ignore[arg-type]


def queued(number: int, *channels: str, **more: object) -> MessageQueued:
    return MessageQueued(session="s1", at=NOON, message=message(number, **more), channels=channels)  # type: ignore[arg-type]


NOTES = [
    note("sending", 1),
    note("failed", 1, reason="away"),
    note("sending", 1),
    note("delivered", 1, latency_ms=900.0, is_late=True),
    note("sending", 2),
    note("delivered", 2, latency_ms=100.0),
    note("merged", 3, latency_ms=5_000.0),
    note("digested", 4, latency_ms=70_000.0, is_late=True),
    note("fell_back", 5),
    note("given_up", 6, is_late=True),
    note("sending", 7, channel="email"),
    note("delivered", 7, channel="email", latency_ms=250.0),
]


def test_tally_counts_attempts_and_ends_by_channel() -> None:
    waiting = [Delivery(message=message(8), channel="telegram", because="away")]
    email, telegram = tally(NOTES, waiting)
    assert email == ChannelTally(channel="email", sent=1, acknowledged=1, percentiles=(250.0, 250.0, 250.0))
    assert telegram == ChannelTally(
        channel="telegram",
        sent=3,
        acknowledged=4,
        merged=1,
        digested=1,
        late=2,
        failed=1,
        fell_back=1,
        given_up=1,
        waiting=1,
        because="away",
        percentiles=(900.0, 900.0, 900.0),
    )
    assert telegram.words == (
        "4 delivered, 1 waiting, 2 late, 1 attempts failed, 1 told by its fallback, 1 given up, "
        "p99 900 ms after the close, away"
    )


def test_tally_for_programs_has_every_figure() -> None:
    document = tally(NOTES, [])[0].document()
    assert document["latency_ms"] == {"p50": 250.0, "p90": 250.0, "p99": 250.0}
    assert (document["sent"], document["acknowledged"], document["because"]) == (1, 1, None)
    assert ChannelTally(channel="email").document()["latency_ms"] == {}


def test_channel_that_only_waits_is_counted() -> None:
    (found,) = tally([], [Delivery(message=message(), channel="email")])
    assert (found.channel, found.waiting, found.sent, found.percentiles) == ("email", 1, 0, ())
    assert found.words == "0 delivered, 1 waiting"


@pytest.mark.parametrize(
    ("latencies", "expected"),
    [([], ()), ([7.0], (7.0, 7.0, 7.0)), ([float(each) for each in range(200, 0, -1)], (101.0, 181.0, 199.0))],
)
def test_percentiles_are_of_what_is_there(latencies: list[float], expected: tuple[float, ...]) -> None:
    assert percentiles(latencies) == expected


def test_day_begins_and_ends_at_midnight() -> None:
    start = NOON // DAY * DAY
    times = (start - 1, start, start + DAY - 1, start + DAY)
    records: list[Record] = [note("delivered", number, at=at) for number, at in enumerate(times)]
    (found,) = tally_of_day(ListJournal(records), NOON)
    assert found.acknowledged == 2


def test_deliveries_of_a_signal_have_each_message_and_channel_with_their_last_word() -> None:
    records: list[Record] = [
        queued(1, "telegram", "email", signal_id="s"),
        queued(2, "telegram", signal_id="another"),
        queued(3, "telegram", signal_id="s", title="Opened"),
        note("sending", 1, at=NOON + 1),
        note("delivered", 1, at=NOON + 2, latency_ms=2.0),
        note("delivered", 2, at=NOON + 2),
        note("sending", 1, channel="email", at=NOON + 1),
        note("failed", 1, channel="email", at=NOON + 3, reason="refused"),
        note("fell_back", 3, at=NOON + 4, reason="away"),
        note("queued", 3, channel="webhook", at=NOON + 4),
    ]
    found = deliveries_of(ListJournal(records), "s", NOON)
    assert [(each["message"], each["channel"], each["fate"], each["reason"]) for each in found] == [
        ("m1", "telegram", "delivered", None),
        ("m1", "email", "waiting", "refused"),
        ("m3", "telegram", "fell_back", "away"),
        ("m3", "webhook", "waiting", None),
    ]
    assert found[0]["latency_ms"] == 2.0


def test_signal_nobody_was_told_of_has_no_deliveries() -> None:
    records: list[Record] = [queued(1, "telegram", signal_id="another")]
    assert deliveries_of(ListJournal(records), "s", NOON - MINUTE) == []
