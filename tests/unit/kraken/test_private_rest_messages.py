"""Replies of REST, the private ones above all: documented forms are typed, all else is a `VenueError`."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.adapters.kraken import order_events as events
from edgeproof.adapters.kraken import private_rest_accounts as accounts
from edgeproof.adapters.kraken import private_rest_messages as rest
from edgeproof.adapters.kraken import rest_history as history
from edgeproof.adapters.kraken import rest_state as state
from edgeproof.core.model.errors import VenueError
from tests.support.damage import JSON, places, replaced, without

TIME = "2026-09-25T18:13:17.057Z"
EVENT_ORDER: dict[str, Any] = {
    "orderId": "179f",
    "cliOrdId": "c-1",
    "type": "lmt",
    "symbol": "PF_XBTUSD",
    "side": "buy",
    "quantity": 0.01,
    "filled": 0,
    "limitPrice": 70000,
    "reduceOnly": False,
    "timestamp": TIME,
    "lastUpdateTimestamp": TIME,
}
TRIGGER: dict[str, Any] = {
    "uid": "1abf",
    "clientId": None,
    "type": "lmt",
    "symbol": "PF_XBTUSD",
    "side": "sell",
    "quantity": 0.01,
    "limitPrice": 59900,
    "triggerPrice": 60000,
    "triggerSide": "trigger_below",
    "triggerSignal": "mark_price",
    "reduceOnly": True,
    "timestamp": TIME,
    "lastUpdateTimestamp": TIME,
    "startTime": None,
}
EXECUTION = {"type": "EXECUTION", "executionId": "e", "price": 84001, "amount": 0.01}
EVENTS: dict[str, tuple[type, dict[str, Any]]] = {
    "place": (events.Place, {"type": "PLACE", "reducedQuantity": None, "order": EVENT_ORDER}),
    "place a trigger": (events.Place, {"type": "PLACE", "orderTrigger": TRIGGER}),
    "execution": (events.Execution, EXECUTION | {"orderPriorEdit": None, "orderPriorExecution": EVENT_ORDER}),
    "reject": (
        events.Reject,
        {"type": "REJECT", "uid": "179f", "reason": "POST_WOULD_EXECUTE", "order": EVENT_ORDER},
    ),
    "cancel": (events.Cancel, {"type": "CANCEL", "uid": "179f", "order": EVENT_ORDER}),
    "edit": (events.Edit, {"type": "EDIT", "old": EVENT_ORDER, "new": EVENT_ORDER | {"quantity": 0.02}}),
    "new": (events.UnknownEvent, {"type": "SPLIT", "whatever": 1}),
}
ALL_EVENTS = [event for _, event in EVENTS.values()]
OPEN: dict[str, Any] = {
    "order_id": "5930",
    "cliOrdId": "c-1",
    "symbol": "PF_XBTUSD",
    "side": "buy",
    "orderType": "stop",
    "stopPrice": 60000,
    "filledSize": 0.4,
    "receivedTime": TIME,
    "status": "untouched",
    "reduceOnly": False,
    "triggerSignal": "mark",
    "lastUpdateTime": TIME,
}
FILL: dict[str, Any] = {
    "fill_id": "f",
    "symbol": "PF_XBTUSD",
    "side": "buy",
    "order_id": "5930",
    "cliOrdId": "c-1",
    "size": 0.01,
    "price": 80000,
    "fillTime": TIME,
    "fillType": "taker",
    "realized_pnl": None,
    "sequence_id": "421135",
}
STATUS_ORDER = EVENT_ORDER | {"type": "TRIGGER_ORDER", "priceTriggerOptions": {"triggerPrice": 1, "triggerSide": "T"}}
FLEX = {
    "type": "multiCollateralMarginAccount",
    "currencies": {"USD": {"quantity": 5000, "value": 5000, "collateral": 5000, "available": 4900}},
    "balanceValue": 5000,
    "portfolioValue": 5000,
    "collateralValue": 5000,
    "initialMargin": 100,
    "initialMarginWithOrders": 120,
    "maintenanceMargin": 50,
    "marginEquity": 5001.1998,
    "availableMargin": 4901.1998,
}
ACCOUNTS = {
    "cash": {"type": "cashAccount", "balances": {"xbt": "0.1", "usd": "10.0"}},
    "fi_xbtusd": {"type": "marginAccount", "currency": "xbt", "balances": {"xbt": 141.3}, "auxiliary": {"af": 100.7}},
    "flex": FLEX,
}
OUTCOME: dict[str, Any] = {"order_id": "179f", "status": "placed", "receivedTime": TIME, "orderEvents": ALL_EVENTS}
BATCH_ROW = {"order_tag": "1", "status": "placed", "order_id": "179f", "dateTimeReceived": TIME, "orderEvents": []}
POSITION = {"side": "short", "symbol": "PF_XBTUSD", "price": 79000.5, "size": 0.01, "pnlCurrency": "USD"}
CANCEL_ALL = {"receivedTime": TIME, "cancelOnly": "all", "status": "noOrdersToCancel", "orderEvents": ALL_EVENTS}
ENTRY = {"id": 9, "date": TIME, "asset": "usd", "info": "i", "booking_uid": "b", "margin_account": "flex"}

MILLISECONDS = 1_764_206_270_368
HISTORY_ORDER = {
    "uid": "a074",
    "tradeable": "PF_XBTUSD",
    "direction": "Buy",
    "quantity": "0.0113",
    "timestamp": MILLISECONDS,
    "limitPrice": "90771",
    "orderType": "Post",
    "reduceOnly": False,
}
MATCH = {
    "uid": "4190",
    "timestamp": MILLISECONDS,
    "quantity": "0.0113",
    "price": "90771",
    "makerOrder": HISTORY_ORDER,
    "takerOrder": HISTORY_ORDER | {"direction": "Sell"},
}
UPDATE = {"tradeable": "PF_XBTUSD", "oldPosition": "250", "newPosition": "0", "positionChange": "close"}
STATE = {"symbol": "PF_XBTUSD", "markPrice": "84004.1", "bid": 84001, "bidSize": 0.02, "suspended": False}
DISLOCATED = {"tradeable": "PF_XBTUSD", "isExperiencingDislocation": True, "experiencingExtremeVolatility": False}
TIER = {"makerFee": 0.02, "takerFee": 0.05, "usdVolume": 0.0}

REPLIES: dict[str, tuple[Callable[[bytes], Any], dict[str, Any]]] = {
    "accounts": (accounts.parse_accounts, {"accounts": ACCOUNTS}),
    "positions": (accounts.parse_open_positions, {"openPositions": [POSITION]}),
    "leverage": (
        accounts.parse_leverage_preferences,
        {"leveragePreferences": [{"symbol": "PF_XBTUSD", "maxLeverage": 10.0}]},
    ),
    "log": (accounts.parse_account_log, {"logs": [ENTRY | {"old_balance": 0.0077, "new_balance": 0}]}),
    "orders": (rest.parse_open_orders, {"openOrders": [OPEN]}),
    "fills": (rest.parse_fills, {"fills": [FILL]}),
    "statuses": (
        rest.parse_order_statuses,
        {"orders": [{"order": STATUS_ORDER, "status": "CANCELLED", "error": None}, {"error": "NOT_FOUND"}]},
    ),
    "send": (rest.parse_send, {"sendStatus": OUTCOME}),
    "edit": (rest.parse_edit, {"editStatus": OUTCOME | {"order_id": None, "orderId": "179f", "status": "edited"}}),
    "cancel": (rest.parse_cancel, {"cancelStatus": OUTCOME | {"status": "cancelled"}}),
    "cancel all": (
        rest.parse_cancel_all,
        {"cancelStatus": CANCEL_ALL | {"cancelledOrders": [{"order_id": "5930", "cliOrdId": None}]}},
    ),
    "switch": (rest.parse_dead_mans_switch, {"status": {"currentTime": TIME, "triggerTime": TIME}}),
    "batch": (rest.parse_batch, {"batchStatus": [BATCH_ROW, {"status": "requiredArgumentMissing"}]}),
    "events": (rest.parse_order_events, {"orderEvents": ALL_EVENTS}),
    "preferences": (
        accounts.parse_pnl_preferences,
        {"preferences": [{"symbol": "PF_XBTUSD", "pnlCurrency": "BTC"}]},
    ),
    "strategy": (accounts.parse_self_trade_strategy, {"strategy": "REJECT_TAKER"}),
    "announcements": (
        accounts.parse_announcements,
        {"notifications": [{"type": "general", "priority": "low", "note": "n"}]},
    ),
    "states": (state.parse_market_states, {"tickers": [STATE, {"symbol": "in_xbtusd", "last": "40411"}]}),
    "state": (state.parse_market_states, {"ticker": STATE}),
    "book": (state.parse_book, {"orderBook": {"bids": [[84001, 0.02]], "asks": [[84002, 1]]}}),
    "dislocations": (state.parse_instrument_statuses, {"instrumentStatus": [DISLOCATED]}),
    "schedules": (state.parse_fee_schedules, {"feeSchedules": [{"uid": "u", "name": "n", "tiers": [TIER]}]}),
    "volumes": (state.parse_fee_volumes, {"volumesByFeeSchedule": {"u": 217587.88}}),
    "executions": (history.parse_executions, {"elements": [{"event": {"Execution": {"execution": MATCH}}}]}),
    "updates": (history.parse_position_updates, {"elements": [{"event": {"PositionUpdate": UPDATE}}]}),
    "done": (rest.parse_acknowledgement, {}),
}


def reply(kind: str) -> dict[str, Any]:
    return {"result": "success", "serverTime": TIME} | REPLIES[kind][1]


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def parsed(kind: str) -> Any:
    return REPLIES[kind][0](encoded(reply(kind)))


@pytest.mark.parametrize("kind", REPLIES)
def test_each_documented_reply_is_read(kind: str) -> None:
    result = parsed(kind)
    assert len(result) > 0 if isinstance(result, tuple | dict) else result is not None


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_has_a_type(name: str) -> None:
    kind, event = EVENTS[name]
    (found,) = rest.parse_order_events(encoded({"orderEvents": [event]}))
    assert type(found) is kind


def test_what_is_counted_is_decimal_digit_for_digit() -> None:
    assert str(parsed("fills")[0].size) == "0.01"
    assert parsed("accounts")["cash"].balances["xbt"] == Decimal("0.1")
    assert parsed("send").events[2].price == Decimal(84001)
    assert parsed("accounts")["flex"].available_margin == Decimal("4901.1998")


def test_ids_are_found_in_every_spelling() -> None:
    assert [parsed(kind).order_id for kind in ("send", "edit", "cancel")] == ["179f"] * 3
    rows = {
        "openOrders": [OPEN, {key: value for key, value in OPEN.items() if key != "cliOrdId"} | {"cli_ord_id": "x"}]
    }
    assert [each.client_id for each in rest.parse_open_orders(encoded(rows))] == ["c-1", "x"]
    assert [each.tag for each in parsed("batch")] == ["1", None]
    assert parsed("batch")[0].received is not None


def test_a_switch_that_is_off_has_no_time() -> None:
    off = {"status": {"currentTime": TIME, "triggerTime": "0"}}
    assert rest.parse_dead_mans_switch(encoded(off)).trigger_time is None
    assert parsed("switch").trigger_time is not None


def test_an_order_that_cannot_be_told_has_an_error_only() -> None:
    told, unknown = parsed("statuses")
    assert (told.status, told.order.price_trigger_options.trigger_price) == ("CANCELLED", 1)
    assert (unknown.order, unknown.error) == (None, "NOT_FOUND")


def test_an_execution_is_found_in_both_spellings() -> None:
    lower = {"elements": [{"event": {"execution": {"execution": MATCH}}}]}
    assert history.parse_executions(encoded(lower)) == parsed("executions")
    assert parsed("executions")[0].price == Decimal(90771)


def test_the_state_of_a_market_is_read_whatever_its_spelling() -> None:
    assert parsed("states")[0] == parsed("state")[0]
    assert parsed("dislocations")[0].experiencing_dislocation is True
    assert parsed("book").asks[0].quantity == 1


@pytest.mark.parametrize("kind", REPLIES)
@pytest.mark.parametrize(
    ("body", "words", "is_passing"),
    [
        ({"result": "error", "error": "apiLimitExceeded", "serverTime": TIME}, "apiLimitExceeded", True),
        ({"result": "error", "error": "authenticationError"}, "authenticationError", False),
        ({"result": "error", "errors": [{"code": 40, "message": "Validation failure"}]}, "Validation failure", False),
        ({"result": "perhaps"}, "result", False),
        ([], "shape", False),
    ],
)
def test_a_refusal_is_an_error_whatever_was_asked(kind: str, body: Any, words: str, is_passing: bool) -> None:
    with pytest.raises(VenueError, match=words) as caught:
        REPLIES[kind][0](encoded(reply(kind) | body if isinstance(body, dict) else body))
    assert caught.value.is_passing is is_passing


@pytest.mark.parametrize(
    ("kind", "path", "value", "words"),
    [
        ("fills", ("fills", 0, "price"), 0, "`price` above 0"),
        ("fills", ("fills", 0, "size"), "NaN", "finite `size`"),
        ("fills", ("fills", 0, "fillTime"), "soon", "fillTime"),
        ("orders", ("openOrders", 0, "side"), "long", "side"),
        ("positions", ("openPositions", 0, "size"), -1, "`size` above 0"),
        ("accounts", ("accounts", "flex", "type"), "another", "another"),
        ("statuses", ("orders", 1, "error"), None, "or an `error`"),
        ("send", ("sendStatus", "orderEvents", 0, "order"), None, "orderEvents\\[0\\]"),
        ("send", ("sendStatus", "orderEvents", 4, "type"), None, "orderEvents\\[4\\]"),
        ("events", ("orderEvents", 2, "amount"), -1, "`amount` above 0.*orderEvents\\[2\\]"),
        ("state", ("ticker",), None, "neither"),
        ("book", ("orderBook", "bids", 0, 0), -1, "`price` above 0"),
        ("executions", ("elements", 0, "event", "Execution"), None, "one of `execution` and `Execution`"),
        ("switch", ("status", "triggerTime"), "1", "RFC3339|datetime"),
    ],
)
def test_a_wrong_field_is_refused_with_its_place(kind: str, path: tuple[Any, ...], value: Any, words: str) -> None:
    with pytest.raises(VenueError, match=words) as caught:
        REPLIES[kind][0](replaced(reply(kind), path, value))
    assert not caught.value.is_passing


def outcome(kind: str, body: bytes) -> Any:
    """What is read; None where it is refused. Any other exception fails the test."""
    try:
        return REPLIES[kind][0](body)
    except VenueError:
        return None


@given(data=st.data(), kind=st.sampled_from(sorted(REPLIES)))
@settings(max_examples=400)
def test_a_reply_with_one_thing_wrong_is_read_or_refused(data: st.DataObject, kind: str) -> None:
    path = data.draw(st.sampled_from(list(places(reply(kind)))))
    is_replaced = data.draw(st.booleans())
    result = outcome(kind, replaced(reply(kind), path, data.draw(JSON)) if is_replaced else without(reply(kind), path))
    if kind == "fills" and result is not None:
        assert all(each.price > 0 and each.size > 0 for each in result)


@given(junk=st.binary(max_size=60), kind=st.sampled_from(sorted(REPLIES)))
def test_random_bytes_are_refused(junk: bytes, kind: str) -> None:
    assert outcome(kind, junk) is None


@given(length=st.integers(0, 10_000), kind=st.sampled_from(sorted(REPLIES)))
def test_a_reply_cut_short_is_refused(length: int, kind: str) -> None:
    whole = encoded(reply(kind))
    assert outcome(kind, whole[: length % len(whole)]) is None
