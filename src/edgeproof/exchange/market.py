"""All products together: their trades in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.market import SideArray
from edgeproof.exchange.product import Product


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Merged:
    """The trades of all products merged by time, equal times in the order of the products."""

    time: IntArray
    product: IntArray
    seq: IntArray
    price: FloatArray
    size: FloatArray
    side: SideArray


class Market:
    """Every product of the venue, by symbol, and their trades in one sequence."""

    def __init__(self, products: Sequence[Product]) -> None:
        if not products or not any(len(product.tape) for product in products):
            raise InputError("expected at least one instrument with candles or trades to replay, found none")
        self.products = tuple(sorted(products, key=lambda product: product.symbol))
        self.numbers = {product.symbol: number for number, product in enumerate(self.products)}
        self.trades = _merged(self.products)

    @property
    def start(self) -> int:
        """The time of the first trade."""
        return int(self.trades.time[0])

    @property
    def end(self) -> int:
        """Just after the last trade."""
        return int(self.trades.time[-1]) + 1

    def find(self, symbol: str) -> Product | None:
        """The product of a symbol in any case."""
        number = self.numbers.get(symbol.upper())
        return None if number is None else self.products[number]


def _merged(products: Sequence[Product]) -> Merged:
    time = np.concatenate([product.tape.time for product in products])
    lengths = [len(product.tape) for product in products]
    order = np.argsort(time, kind="stable")
    seq = np.concatenate([np.arange(n) + each.first_seq for each, n in zip(products, lengths, strict=True)])
    return Merged(
        time=time[order],
        product=np.repeat(np.arange(len(products)), lengths)[order],
        seq=seq[order],
        price=np.concatenate([product.tape.price for product in products])[order],
        size=np.concatenate([product.tape.size for product in products])[order],
        side=np.concatenate([product.tape.side for product in products])[order],
    )
