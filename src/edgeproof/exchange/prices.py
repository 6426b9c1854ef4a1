"""The three prices the chart service knows: of trades, the mark and the index."""

from functools import lru_cache

import numpy as np

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.charts import candles_of_tape
from edgeproof.exchange.product import Product
from edgeproof.exchange.state import premiums
from edgeproof.exchange.tape import Tape


def priced_minutes(product: Product, tick_type: str) -> tuple[Candles, Tape]:
    """The 1m candles and the prices they are made of, for `trade`, `mark` or `spot`."""
    return (product.minutes, product.tape) if tick_type == "trade" else _derived(product, tick_type)


@lru_cache(maxsize=64)
def _derived(product: Product, tick_type: str) -> tuple[Candles, Tape]:
    tape, premium = product.tape, premiums(product, product.tape.time)
    index = np.round(tape.price / (1 + premium), product.price_decimals + 2)
    price = index if tick_type == "spot" else index * (1 + premium / 2)
    moved = Tape(time=tape.time, price=price, size=tape.size, side=tape.side)
    return candles_of_tape(moved, MINUTE), moved
