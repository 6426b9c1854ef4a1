"""Every payload that was kept is read to typed facts, refused for a reason, or left out for one; none is unknown."""

import json
from collections import Counter
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.adapters.kraken import messages, order_events, private_messages
from edgeproof.adapters.kraken.messages import Rejected
from edgeproof.adapters.kraken.private_messages import parse_private
from edgeproof.adapters.kraken.private_rest_messages import OrderOutcome, PastFill
from edgeproof.core.model.errors import VenueError
from edgeproof.core.model.time import parse_time
from tests.support.damage import JSON, places, replaced, without
from tests.support.payloads import DOCS, NAUTILUS, TABLE, Left, Read, Refused, documents, facts, names, pattern_of


def test_every_file_is_known_to_the_table_and_every_pattern_finds_one() -> None:
    by_pattern = {name: pattern_of(name) for name in names()}
    assert [name for name, pattern in by_pattern.items() if pattern is None] == []
    assert set(TABLE) - set(by_pattern.values()) == set()


def test_every_file_that_is_read_becomes_facts_of_its_kind() -> None:
    seen = 0
    for name in names():
        case = TABLE[pattern_of(name) or ""]
        if isinstance(case, Read):
            found = facts(case, name)
            assert all(isinstance(each, case.kind | messages.EventMessage) for each in found), (name, found)
            assert case.is_empty or isinstance(found[-1], case.kind), name
            assert not (case.is_empty and found), name
            seen += 1
    assert seen > 100


def test_every_file_that_has_to_be_refused_is_refused_in_its_words() -> None:
    for name in names():
        case = TABLE[pattern_of(name) or ""]
        if isinstance(case, Refused):
            with pytest.raises(VenueError, match=case.words):
                case.parser(documents(name)[-1])


def test_what_is_left_out_has_a_reason_and_is_the_smaller_part() -> None:
    kinds = Counter(type(TABLE[pattern_of(name) or ""]) for name in names())
    assert kinds[Left] < kinds[Read]
    assert all(case.reason for case in TABLE.values() if isinstance(case, Left))


def one(name: str) -> Any:
    """The last fact of a file."""
    case = TABLE[pattern_of(name) or ""]
    assert isinstance(case, Read)
    return facts(case, name)[-1]


def test_an_order_that_was_filled_has_nothing_left_and_is_gone() -> None:
    update = one(f"{NAUTILUS}/ws_futures_open_orders_delta_full_fill.json")
    assert (update.is_cancel, update.reason) == (True, "full_fill")
    assert (update.order.remaining, update.order.filled) == (Decimal(0), Decimal("0.0001"))


def test_an_order_that_was_cancelled_comes_as_its_ids_only() -> None:
    update = one(f"{NAUTILUS}/ws_futures_open_orders_cancel.json")
    assert update == private_messages.OpenOrderUpdate(
        is_cancel=True, reason="cancelled_by_user", order_id="660c6b23-8007-48c1-a7c9-4893f4572e8c"
    )
    turned_away = one(f"{NAUTILUS}/ws_futures_open_orders_cancel_post_only.json")
    assert (turned_away.order, turned_away.client_id) == (None, "O-20250306-001")


def test_a_fill_has_the_fee_that_was_paid_digit_for_digit() -> None:
    fill = one(f"{NAUTILUS}/ws_futures_fills_delta.json").fills[0]
    assert str(fill.fee_paid) == "0.001581"
    assert (fill.price, fill.quantity, fill.fee_currency) == (Decimal(3162), Decimal("0.001"), "USD")
    rebate = one(f"{NAUTILUS}/ws_futures_fills_snapshot.json").fills[0]
    assert rebate.fee_paid == Decimal("-0.00009142857")


def test_a_market_order_answers_with_its_executions() -> None:
    outcome = one(f"{DOCS}/rest_create_order_043.json")
    assert isinstance(outcome, OrderOutcome)
    (event,) = outcome.events
    assert isinstance(event, order_events.Execution)
    assert (event.price, event.amount, outcome.status) == (Decimal("66596.0"), Decimal("0.001"), "placed")
    assert outcome.received is not None
    assert int(outcome.received.timestamp() * 1000) == parse_time("2026-03-02T06:10:31.954Z")


def test_an_event_of_a_type_nobody_knows_is_kept_as_it_is_written() -> None:
    found = facts(TABLE[f"{NAUTILUS}/http_futures_order_events*.json"], f"{NAUTILUS}/http_futures_order_events.json")  # type: ignore[arg-type]
    assert [type(each).__name__ for each in found] == ["Place", "UnknownEvent", "Cancel"]
    assert isinstance(found[1], order_events.UnknownEvent)
    assert found[1].type == "FILL"
    assert "d9b46279" in found[1].text


def test_triggers_accounts_and_switches_keep_what_matters() -> None:
    placed = one(f"{DOCS}/rest_parse_order_049.json").events[0]
    assert (placed.order, placed.order_trigger.trigger_price) == (None, Decimal(9500))
    flex = one(f"{DOCS}/rest_parse_balance_061.json")
    assert flex.currencies["USDT"].collateral == Decimal("0.9477197625")
    assert one(f"{DOCS}/rest_cancel_all_orders_after_046.json").trigger_time is None
    assert one("kraken_net/Endpoints_Futures/Trading_CancelAllOrderAfter.txt").trigger_time is not None
    edited = one("kraken_net/Endpoints_Futures/Trading_EditOrder.txt")
    assert (edited.order_id, edited.events[0].new.quantity) == ("022774bc-2c4a-4f26-9317-436c8d85746d", Decimal(1501))


def test_bookings_of_money_add_up_exactly() -> None:
    found = facts(TABLE["ccxt/account_log_*.json"], "ccxt/account_log_2026-08.json")  # type: ignore[arg-type]
    checked = 0
    for row in found:
        assert isinstance(row, private_messages.LogEntry)
        if row.realized_pnl is not None and row.fee is not None:
            change = row.realized_pnl - row.fee + (row.realized_funding or 0)
            assert row.new_balance - row.old_balance == change
            checked += 1
    assert checked >= 1


@cache
def recorded() -> list[tuple[Read, Any]]:
    """What is read, wrapped, with its parser; the long session and its instruments are left out."""
    cases = [(TABLE[pattern_of(name) or ""], name) for name in names() if not name.startswith("cryptofeed")]
    return [(case, case.within(json.loads(documents(name)[-1]))) for case, name in cases if isinstance(case, Read)]


def read(case: Read, body: bytes) -> object:
    """What becomes of a damaged message; None where it is refused. Any other exception fails the test."""
    try:
        result = case.parser(body)
    except VenueError:
        return None
    if isinstance(result, Rejected):
        assert result.reason
        return None
    return result


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_recorded_message_with_one_thing_wrong_is_read_or_refused(data: st.DataObject) -> None:
    case, document = data.draw(st.sampled_from(recorded()))
    path = data.draw(st.sampled_from(list(places(document))))
    body = without(document, path) if data.draw(st.booleans()) else replaced(document, path, data.draw(JSON))
    result = read(case, body)
    if case.parser is parse_private and result is not None:
        assert isinstance(result, private_messages.PrivateMessage)
    if isinstance(result, tuple):
        assert all(each.size > 0 and each.price > 0 for each in result if isinstance(each, PastFill))


@given(data=st.data())
@settings(deadline=None)
def test_a_recorded_message_cut_short_is_refused(data: st.DataObject) -> None:
    case, document = data.draw(st.sampled_from(recorded()))
    whole = json.dumps(document).encode()
    assert read(case, whole[: data.draw(st.integers(0, len(whole) - 1))]) is None
