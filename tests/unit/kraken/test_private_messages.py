"""Messages of the private websocket: the documented forms are typed, anything else is a rejection that says why."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.adapters.kraken import messages
from edgeproof.adapters.kraken import private_messages as private
from edgeproof.adapters.kraken.messages import Rejected
from edgeproof.adapters.kraken.private_messages import parse_private
from tests.support.damage import JSON, places, replaced, without

ORDER: dict[str, Any] = {
    "instrument": "PF_XBTUSD",
    "time": 1_790_360_004_381,
    "last_update_time": 1_790_360_004_381,
    "qty": 0.6,
    "filled": 0.4,
    "limit_price": 70000,
    "stop_price": 0.0,
    "type": "limit",
    "order_id": "59302619-41d2-4f0b-941f-7e7914760ad3",
    "cli_ord_id": "c-1",
    "direction": 0,
    "reduce_only": False,
    "triggerSignal": "last",
    "trailing_stop_options": {"max_deviation": 1.0, "unit": "percent"},
}
FILL: dict[str, Any] = {
    "instrument": "PF_ETHUSD",
    "time": 1_785_185_437_003,
    "price": 3162.0,
    "seq": 1,
    "buy": True,
    "qty": 0.001,
    "remaining_order_qty": 0.0,
    "order_id": "a08aed17",
    "cli_ord_id": "b661bad0",
    "fill_id": "6a22a3fb",
    "fill_type": "taker",
    "fee_paid": 0.001581,
    "fee_currency": "USD",
    "taker_order_type": "market",
    "order_type": "market",
}
ENTRY: dict[str, Any] = {
    "id": 1697,
    "date": "2019-07-11T13:00:27.632Z",
    "asset": "pi_bchusd",
    "info": "futures trade",
    "booking_uid": "55a02b5b",
    "margin_account": "f-bch:usd",
    "old_balance": 1.0,
    "new_balance": 2.0,
    "execution": "fc49fea9",
    "realized_pnl": 0.0,
    "fee": None,
}
WALLET = {"name": "F-XBT:USD", "pair": "XBT/USD", "unit": "XBT", "balance": 0.1219368845, "available": 0.12}
FLEX = {
    "currencies": {"USD": {"quantity": 5000, "value": 5000.0, "collateral_value": 5000.0, "available": 4900.0}},
    "balance_value": 5000.0,
    "available_margin": 4901.1998,
    "isolated": {},
    "cross": {"effective_leverage": 0.1},
}
POSITION = {"instrument": "PF_XBTUSD", "balance": -0.01, "entry_price": 79000.5, "pnl": 1.2, "pnl_currency": "USD"}
NOTE = {"id": 419, "type": "market", "priority": "high", "effective_time": 1_655_917_620_000, "note": "post-only"}
UPDATE = {"order": ORDER, "is_cancel": False, "reason": "new_placed_order_by_user"}
BALANCES = {"account": "a", "holding": {"USD": 5000.0}, "timestamp": 1_640_995_200_000, "seq": 0}

SAMPLES: dict[str, tuple[type, dict[str, Any]]] = {
    "open_orders_snapshot": (private.OpenOrdersSnapshot, {"account": "a", "orders": [ORDER]}),
    "open_orders_verbose_snapshot": (private.OpenOrdersVerboseSnapshot, {"account": "a", "orders": [ORDER]}),
    "open_orders": (private.OpenOrderUpdate, UPDATE),
    "open_orders_verbose": (private.OpenOrderVerboseUpdate, UPDATE),
    "fills_snapshot": (private.FillsSnapshot, {"account": "a", "fills": [FILL]}),
    "fills": (private.Fills, {"username": "a", "fills": [FILL]}),
    "open_positions": (private.OpenPositions, {"account": "a", "positions": [POSITION], "seq": 4, "timestamp": 5}),
    "balances_snapshot": (
        private.BalancesSnapshot,
        BALANCES | {"futures": {"F-XBT:USD": WALLET}, "flex_futures": FLEX},
    ),
    "balances": (private.Balances, BALANCES),
    "account_log_snapshot": (private.AccountLogSnapshot, {"logs": [ENTRY]}),
    "account_log": (private.AccountLogUpdate, {"new_entry": ENTRY}),
    "notifications_auth": (private.Notifications, {"notifications": [NOTE]}),
    "heartbeat": (messages.Heartbeat, {"time": 1_534_262_350_627}),
}


def document(feed: str, **changes: Any) -> dict[str, Any]:
    return {"feed": feed} | SAMPLES[feed][1] | changes


def parsed(feed: str, **changes: Any) -> Any:
    return parse_private(json.dumps(document(feed, **changes)).encode())


@pytest.mark.parametrize("feed", SAMPLES)
def test_each_private_feed_has_a_type(feed: str) -> None:
    assert type(parsed(feed)) is SAMPLES[feed][0]


def test_quantities_and_prices_are_decimals_digit_for_digit() -> None:
    order = parsed("open_orders").order
    assert (str(order.remaining), str(order.filled), str(order.limit_price)) == ("0.6", "0.4", "70000")
    assert order.trailing_stop_options.max_deviation == Decimal(1)
    assert str(parsed("fills").fills[0].fee_paid) == "0.001581"


def test_positions_and_wallets_tell_what_is_counted_apart_from_what_is_estimated() -> None:
    position = parsed("open_positions").positions[0]
    assert (position.balance, position.pnl, position.mark_price) == (Decimal("-0.01"), 1.2, None)
    balances = parsed("balances_snapshot")
    assert balances.futures["F-XBT:USD"].balance == Decimal("0.1219368845")
    assert balances.flex_futures.currencies["USD"].quantity == 5000
    assert balances.flex_futures.available_margin == 4901.1998
    assert parsed("balances").flex_futures is None


def test_an_order_that_ends_by_its_client_id_alone_is_read() -> None:
    update = parsed("open_orders", order=None, is_cancel=True, cli_ord_id="c-1")
    assert (update.order, update.order_id, update.client_id) == (None, None, "c-1")


@pytest.mark.parametrize(
    ("feed", "changes", "reason"),
    [
        ("open_orders", {"order": None}, "that does not end it"),
        ("open_orders_verbose", {"order": None, "is_cancel": True}, "an `order_id` or a `cli_ord_id`"),
        ("open_orders", {"order_id": "another"}, "expected one order"),
        ("open_orders", {"order": ORDER | {"qty": -1}}, "`remaining` of 0 or more"),
        ("open_orders", {"order": ORDER | {"qty": "NaN"}}, "finite `remaining`"),
        ("open_orders", {"order": ORDER | {"direction": 2}}, "direction"),
        ("open_orders", {"order": ORDER | {"limit_price": 1e30}}, "18 digits"),
        ("fills", {"fills": [FILL | {"price": 0}]}, "`price` above 0"),
        ("fills", {"fills": [FILL | {"qty": "1e-99999"}]}, "40 after it"),
        ("fills", {"fills": [FILL | {"fee_paid": None}]}, "fee_paid"),
        ("fills", {"fills": [FILL | {"time": 0}]}, "time"),
        ("balances", {"holding": {"USD": "Infinity"}}, "finite `holding`"),
        ("open_positions", {"positions": [POSITION | {"pnl": 1e300}]}, "pnl"),
        ("account_log", {"new_entry": ENTRY | {"date": "2019-07-11T13:00:27"}}, "date"),
        ("notifications_auth", {"notifications": {}}, "notifications"),
    ],
)
def test_a_wrong_private_message_is_rejected_with_the_field(feed: str, changes: dict[str, Any], reason: str) -> None:
    message = parsed(feed, **changes)
    assert isinstance(message, Rejected)
    assert reason in message.reason


def test_the_words_of_the_venue_come_over_the_same_connection() -> None:
    said = {"event": "subscribed", "feed": "fills", "api_key": "secret", "original_challenge": "c"}
    assert isinstance(parse_private(json.dumps(said).encode()), messages.Subscribed)
    assert isinstance(parse_private(b'{"event":"alert","message":"no"}'), messages.Alert)
    assert isinstance(parse_private(b'{"event":"challenge","message":"226aee50"}'), messages.Challenge)


def test_a_rejection_never_shows_the_key() -> None:
    message = parse_private(b'{"event":"subscribed_failed","feed":"fills","api_key":"secret"}')
    assert isinstance(message, Rejected)
    assert "secret" not in message.text + message.reason


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"feed":3}', b'{"a":1}', b"[" * 100_000])
def test_nonsense_is_rejected(raw: bytes) -> None:
    assert isinstance(parse_private(raw), Rejected)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_private_message_or_a_rejection(raw: bytes) -> None:
    assert isinstance(parse_private(raw), private.PrivateMessage | Rejected)


@given(data=st.data(), feed=st.sampled_from(sorted(SAMPLES)))
@settings(max_examples=300)
def test_a_private_message_with_one_thing_wrong_is_read_or_rejected(data: st.DataObject, feed: str) -> None:
    path = data.draw(st.sampled_from(list(places(document(feed)))))
    raw = replaced(document(feed), path, data.draw(JSON)) if data.draw(st.booleans()) else without(document(feed), path)
    message = parse_private(raw)
    assert isinstance(message, private.PrivateMessage | Rejected)
    if isinstance(message, private.Fills | private.FillsSnapshot):
        assert all(fill.price > 0 and fill.quantity > 0 and fill.fee_paid.is_finite() for fill in message.fills)
    if isinstance(message, private.OpenOrderUpdate) and message.order is not None:
        assert message.order.remaining >= 0
