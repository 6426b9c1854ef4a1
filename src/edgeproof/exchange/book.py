"""A book around the last price: a ladder of levels that is a pure function of the trade before it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from edgeproof.core.model.time import format_time
from edgeproof.exchange.messages import json_frame
from edgeproof.exchange.product import Product
from edgeproof.exchange.state import level_size, touch

LEVELS = 25

Ladder = dict[tuple[str, float], float]


@dataclass(frozen=True, slots=True)
class Change:
    """One level of the book that has another quantity now; 0 takes it away."""

    side: str
    price: float
    quantity: float
    seq: int


@dataclass(slots=True)
class Book:
    """The book of a product; `seq` numbers its changes without a hole."""

    product: Product
    seq: int = 0
    turn: int = -1
    ladder: Ladder = field(default_factory=dict)

    def move(self, count: int) -> list[Change]:
        """Go to the book after so many trades; what changed."""
        if count - 1 == self.turn or count == 0:
            return []
        self.turn = count - 1
        before, self.ladder = self.ladder, ladder(self.product, self.turn)
        return list(self._changes(before))

    def _changes(self, before: Ladder) -> Iterator[Change]:
        gone = [(level, 0.0) for level in before if level not in self.ladder]
        new = [(level, quantity) for level, quantity in self.ladder.items() if before.get(level) != quantity]
        for (side, price), quantity in (*gone, *new):
            self.seq += 1
            yield Change(side, price, quantity, self.seq)

    def side(self, side: str) -> list[tuple[float, float]]:
        """The levels of a side, best first."""
        levels = [(price, quantity) for (which, price), quantity in self.ladder.items() if which == side]
        return sorted(levels, reverse=side == "buy")


def ladder(product: Product, turn: int) -> Ladder:
    """The levels after the trade of a row: prices a tick apart, quantities that stay with their price for a while."""
    tape, tick, digits = product.tape, product.tick_size, product.price_decimals
    bid, ask = touch(product, float(tape.price[turn]), is_bought=tape.side[turn] > 0)
    levels: Ladder = {}
    for depth in range(LEVELS):
        for side, price in (("buy", round(bid - depth * tick, digits)), ("sell", round(ask + depth * tick, digits))):
            if price > 0:
                own = round(price / tick)
                levels[side, price] = level_size(product, turn if depth == 0 else own, depth == 0 and side == "sell")
    return levels


def snapshot(book: Book, now: int) -> bytes:
    """The whole book as a frame."""
    sides = {
        name: [{"price": price, "qty": quantity} for price, quantity in book.side(side)]
        for name, side in (("bids", "buy"), ("asks", "sell"))
    }
    head = {"feed": "book_snapshot", "product_id": book.product.symbol, "timestamp": now, "seq": book.seq}
    return json_frame({**head, "tickSize": None, **sides})


def delta(product: Product, change: Change, now: int) -> bytes:
    """One change as a frame."""
    return json_frame(
        {
            "feed": "book",
            "product_id": product.symbol,
            "side": change.side,
            "seq": change.seq,
            "price": change.price,
            "qty": change.quantity,
            "timestamp": now,
        }
    )


def document(book: Book, now: int) -> dict[str, object]:
    """The book as REST answers it."""
    levels = {name: [list(level) for level in book.side(side)] for name, side in (("bids", "buy"), ("asks", "sell"))}
    return {"result": "success", "orderBook": levels, "serverTime": format_time(now)}
