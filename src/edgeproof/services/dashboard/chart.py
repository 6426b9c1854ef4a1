"""What the chart shows: candles, what a hypothesis sees in them, and what was traded. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from edgeproof.core.candles.resample import resample
from edgeproof.core.conditions.evaluate import evaluate_nodes
from edgeproof.core.conditions.operands import comparisons, operands
from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.indicators.node import Column, Constant, Node
from edgeproof.core.model.candle import Candles, FloatArray, Funding, IntArray
from edgeproof.core.model.journal import OrderNoted
from edgeproof.core.model.order import ENTRY, STOP, parse_order_id
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND, format_duration, format_time
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import R_MULTIPLE
from edgeproof.services.signal_document import direction_word
from edgeproof.services.traded import Traded
from edgeproof.services.trading_document import number

Document = dict[str, Any]

TIMEFRAMES = (
    *(each * MINUTE for each in (1, 2, 3, 5, 10, 15, 30)),
    *(each * HOUR for each in (1, 2, 4, 6, 12)),
    DAY,
)
"""What candles are shown in, where the home's are no coarser."""

_VOLUME = "volume"
_ALIKE = 0.2
_TRUE, _UNDEFINED = 2, 1
_STOP_SET = frozenset({"intended", "amended", "amend_sent"})


def timeframes_of(base: int) -> tuple[int, ...]:
    """The timeframes candles of one can be shown in."""
    return tuple(each for each in TIMEFRAMES if each >= base and each % base == 0)


def window(base: Candles, timeframe: int, *, end: int | None, count: int) -> tuple[Candles, bool]:
    """The last so many candles of a timeframe that open before `end`, and whether there are earlier ones."""
    whole = resample(base, timeframe)
    until = len(whole) if end is None else int(np.searchsorted(whole.open_time, end))
    first = max(0, until - count)
    return whole[first:until], first > 0


def candle_columns(candles: Candles) -> Document:
    """Candles in columns, their times in seconds."""
    names = ("open", "high", "low", "close", "volume", "filled")
    return {
        "time": (candles.open_time // SECOND).tolist(),
        **{name: getattr(candles, name).tolist() for name in names},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a hypothesis sees in candles: the numbers it compares or computes, and which of its conditions hold."""

    indicators: list[Document]
    conditions: list[Document]


def seen(hypothesis: Hypothesis, base: Candles, funding: Funding, candles: Candles) -> Seen:
    """What a hypothesis sees, at the close of each of some candles: as of its own last close, so with no look-ahead.

    Computed by what fires signals, from all of `base`, which has to begin early enough for every value to be there.
    """
    conditions = (*hypothesis.entry, *hypothesis.confirm)
    numbers = dict(_numbers(hypothesis))
    nodes = [*numbers.values(), *(parse_condition(each) for each in conditions)]
    length = hypothesis.timeframe
    rows = _rows_at(base, length, candles)
    values = evaluate_nodes(nodes, base, funding, timeframe=length)
    compared = [each for text in (*conditions, *hypothesis.exit) for each in comparisons(text)]
    groups = _groups(compared, numbers)
    # Only where a candle of the chart is one of the hypothesis is its volume of the same size.
    of_volume = groups.get(_VOLUME) if candles.timeframe == length else None
    at_price = _at_price(list(numbers.values()), values, base, funding, length)
    return Seen(
        indicators=[
            {
                "label": text,
                "pane": _pane(is_price=is_price, is_volume=groups[text] == of_volume),
                "group": groups[text],
                "timeframe": format_duration(length),
                "values": _shown(column, rows),
                "levels": _levels(compared, text),
            }
            for text, column, is_price in zip(numbers, values, at_price, strict=False)
        ],
        conditions=[
            {"text": text, "values": _held(column, rows)}
            for text, column in zip(conditions, values[len(numbers) :], strict=True)
        ],
    )


def _numbers(hypothesis: Hypothesis) -> Iterator[tuple[str, Node]]:
    """The numbers worth a line: what conditions compare, the stop, targets at a price and the trail."""
    for condition in (*hypothesis.entry, *hypothesis.confirm, *hypothesis.exit):
        for text, node in operands(condition):
            if not isinstance(node, Column):
                yield text, node
    priced = [each.at for each in hypothesis.targets if R_MULTIPLE.fullmatch(each.at) is None]
    for text in (hypothesis.stop, *priced, *filter(None, [hypothesis.trail])):
        yield text, parse_number(text)


def _levels(compared: Sequence[Sequence[str]], text: str) -> list[float]:
    """The numbers written out that a number is compared with."""
    sides = (side for each in compared if text in each for side in each)
    return list(dict.fromkeys(node.value for side in sides if isinstance(node := parse_number(side), Constant)))


def _groups(compared: Sequence[Sequence[str]], texts: Iterable[str]) -> dict[str, int]:
    """For each number the group it belongs to: those that are compared, at however many removes, are in one."""
    group = {text: number for number, text in enumerate(dict.fromkeys((*texts, *chain(*compared))))}
    for each in compared:
        # What is written out compares with anything, and says nothing of its kind.
        own = {group[text] for text in each if not isinstance(parse_number(text), Constant)}
        group = {text: min(own) if number in own else number for text, number in group.items()}
    return group


def _pane(*, is_price: bool, is_volume: bool) -> str:
    if is_price:
        return "price"
    return "volume" if is_volume else "own"


def _at_price(
    nodes: Sequence[Node], values: Sequence[FloatArray], base: Candles, funding: Funding, length: int
) -> list[bool]:
    """Which numbers are prices, to be drawn among the candles: those that move along when all prices are moved.

    An RSI stays where it is, and so does an ATR: a distance between prices, and none of them.
    """
    by = float(np.median(base.close)) if len(base) else 1.0
    moved = replace(base, **{name: getattr(base, name) + by for name in ("open", "high", "low", "close")})
    found = []
    for before, after in zip(values, evaluate_nodes(nodes, moved, funding, timeframe=length), strict=False):
        change = (after - before)[np.isfinite(after - before)]
        found.append(bool(len(change)) and abs(float(np.median(change)) / by - 1) < _ALIKE)
    return found


def _rows_at(base: Candles, length: int, candles: Candles) -> IntArray:
    """For each candle the last one of a timeframe that had closed when it did; -1 for none."""
    closes = resample(base, length).open_time + length
    found: IntArray = np.searchsorted(closes, candles.open_time + candles.timeframe, side="right") - 1
    return found


def _shown(column: FloatArray, rows: IntArray) -> list[float | None]:
    values = column[rows].tolist() if len(column) else [None] * len(rows)
    return [v if row >= 0 and v is not None and np.isfinite(v) else None for v, row in zip(values, rows, strict=True)]


def _held(column: "np.ndarray[Any, Any]", rows: IntArray) -> list[bool | None]:
    values = column[rows].tolist() if len(column) else [_UNDEFINED] * len(rows)
    return [None if row < 0 or value == _UNDEFINED else value == _TRUE for value, row in zip(values, rows, strict=True)]


def trade_rows(traded: Mapping[str, Traded]) -> list[Document]:
    """The trades among what was decided, open ones too, in the order of their entries."""
    rows = [row for each in traded.values() if (row := _trade_row(each)) is not None]
    return sorted(rows, key=lambda row: row["opened_at"])


def _trade_row(traded: Traded) -> Document | None:
    fills = [(leg, note) for leg, note in _legs(traded.orders) if note.what == "filled"]
    entries = [note for leg, note in fills if leg == ENTRY]
    if not entries:
        return None
    signal, closed = traded.decided.signal, traded.closed
    quantity = sum(float(each.quantity or 0) for each in entries)
    value = sum(float(each.quantity or 0) * float(each.price or 0) for each in entries)
    return {
        "id": signal.id,
        "hypothesis": signal.hypothesis,
        "direction": direction_word(signal.direction),
        "opened_at": format_time(entries[0].at),
        "closed_at": None if closed is None else format_time(closed.trade.time),
        "entry_price": value / quantity if quantity else None,
        "exit_price": None if closed is None else number(closed.trade.exit_price),
        "reason": None if closed is None else closed.trade.reason,
        "net_pnl": None if closed is None else number(closed.trade.net_pnl),
        "r_multiple": None if closed is None else number(closed.trade.r_multiple),
        "fills": [_fill(leg, note) for leg, note in fills],
        "stops": list(_stops(traded)),
        "targets": [number(each) for each in signal.targets],
    }


def _legs(orders: Sequence[OrderNoted]) -> Iterator[tuple[str, OrderNoted]]:
    for note in orders:
        name = parse_order_id(note.order_id)
        if name is not None:
            yield name.leg, note


def _fill(leg: str, note: OrderNoted) -> Document:
    return {
        "at": format_time(note.at),
        "price": number(note.price),
        "quantity": number(note.quantity),
        "what": leg.partition("-")[0],
        "is_maker": note.is_maker,
    }


def _stops(traded: Traded) -> Iterator[Document]:
    """Where the stop stood from when on: where it was first, and each move."""
    last: float | None = None
    for leg, note in _legs(traded.orders):
        price = number(note.price)
        if leg == STOP and note.what in _STOP_SET and price is not None and price != last:
            yield {"at": format_time(note.at), "price": price, "kind": "initial" if last is None else "moved"}
            last = price
