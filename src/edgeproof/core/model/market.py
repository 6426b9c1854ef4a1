"""What happened on the market: trades between others, and quotes, as read-only columns."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.errors import DataError

SideArray = NDArray[np.int8]
TextArray = NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarketTrades:
    """Trades of one instrument in the order they happened, one row a trade.

    All columns have shape (n_trades,). `time` is int64 UTC milliseconds, ascending (equal times keep their order);
    `side` is the aggressor's: 1 bought, -1 sold, 0 not known; `trade_id` is the venue's and unique.
    """

    time: IntArray
    price: FloatArray
    size: FloatArray
    side: SideArray
    trade_id: TextArray

    def __post_init__(self) -> None:
        for name in ("price", "size", "side", "trade_id"):
            if len(getattr(self, name)) != len(self.time):
                raise DataError(f"expected {len(self.time)} values in column {name}, found {len(getattr(self, name))}")
        for name in ("time", "price", "size", "side", "trade_id"):
            getattr(self, name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.time)

    def __getitem__(self, rows: slice) -> Self:
        """The trades of a slice of rows, sharing memory."""
        return type(self)(
            time=self.time[rows],
            price=self.price[rows],
            size=self.size[rows],
            side=self.side[rows],
            trade_id=self.trade_id[rows],
        )


QUOTE_COLUMNS = ("bid", "ask", "last", "mark", "index")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quotes:
    """The prices of one instrument as they were quoted, ascending in time, one row a quote.

    All columns have shape (n_quotes,); `time` is int64 UTC milliseconds, every time once; a price that was not quoted
    is NaN.
    """

    time: IntArray
    bid: FloatArray
    ask: FloatArray
    last: FloatArray
    mark: FloatArray
    index: FloatArray

    def __post_init__(self) -> None:
        for name in QUOTE_COLUMNS:
            if len(getattr(self, name)) != len(self.time):
                raise DataError(f"expected {len(self.time)} values in column {name}, found {len(getattr(self, name))}")
        for name in ("time", *QUOTE_COLUMNS):
            getattr(self, name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.time)
