"""Kraken Futures' history interface (`/api/history/v3`) as typed messages: executions and changes of positions."""

from decimal import Decimal

import msgspec
from msgspec import Struct

from edgeproof.adapters.kraken.counted import check_counted
from edgeproof.adapters.kraken.messages import Time
from edgeproof.adapters.kraken.replies import Reply, read_reply


class HistoryOrder(Struct, rename="camel", kw_only=True):
    """An order on one side of an execution; others' orders come without our ids."""

    uid: str
    tradeable: str
    direction: str
    quantity: Decimal
    timestamp: Time
    order_type: str
    reduce_only: bool
    limit_price: Decimal | None = None
    filled: Decimal | None = None
    client_id: str | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("quantity", "filled", "limit_price"))


class HistoryExecution(Struct, rename="camel", kw_only=True):
    """A match of a maker's and a taker's order."""

    uid: str
    timestamp: Time
    price: Decimal
    quantity: Decimal
    maker_order: HistoryOrder
    taker_order: HistoryOrder
    mark_price: Decimal | None = None
    usd_value: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self, positive=("price", "quantity"))


class PositionUpdate(Struct, rename="camel", kw_only=True):
    """A position changed, by a trade, by funding or by settlement."""

    tradeable: str
    old_position: Decimal
    new_position: Decimal
    position_change: str
    old_average_entry_price: Decimal | None = None
    new_average_entry_price: Decimal | None = None
    execution_uid: str | None = None
    execution_price: Decimal | None = None
    execution_size: Decimal | None = None
    realized_pnl: Decimal | None = msgspec.field(name="realizedPnL", default=None)
    realized_funding: Decimal | None = None
    fee: Decimal | None = None
    fee_currency: str | None = None
    trade_type: str | None = None
    update_reason: str | None = None
    timestamp: Time | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("execution_price", "execution_size"))


class _Match(Struct):
    execution: HistoryExecution


class _ExecutionEvent(Struct):
    # Documented in lower case and sent with a capital: either may come.
    lower: _Match | None = msgspec.field(name="execution", default=None)
    upper: _Match | None = msgspec.field(name="Execution", default=None)

    def __post_init__(self) -> None:
        if (self.lower is None) is (self.upper is None):
            raise ValueError("expected one of `execution` and `Execution`")


class _PositionEvent(Struct):
    update: PositionUpdate = msgspec.field(name="PositionUpdate")


class _ExecutionElement(Struct):
    event: _ExecutionEvent


class _PositionElement(Struct):
    event: _PositionEvent


class _Executions(Reply, kw_only=True):
    elements: list[_ExecutionElement]


class _Positions(Reply, kw_only=True):
    elements: list[_PositionElement]


def parse_executions(body: bytes) -> tuple[HistoryExecution, ...]:
    """The executions of a page, in its order."""
    events = [each.event for each in read_reply(body, _Executions).elements]
    matches = [event.upper if event.lower is None else event.lower for event in events]
    return tuple(match.execution for match in matches if match is not None)


def parse_position_updates(body: bytes) -> tuple[PositionUpdate, ...]:
    """The changes of positions of a page, in its order."""
    return tuple(each.event.update for each in read_reply(body, _Positions).elements)
