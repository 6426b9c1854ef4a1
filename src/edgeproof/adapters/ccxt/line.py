"""One instrument's line over ccxt: its trades in the order they came, and the candles they make. No I/O.

ccxt does not number trades, so that one that is missing cannot be seen: after every break the venue's own candles say
what happened until the next whole minute, and they are asked again every few minutes (`feed.py`).
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from edgeproof.core.candles.live import LiveCandles
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    MarketTrade,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import HOUR, format_time

_REMEMBERED = 5_000
"""Ids of trades that are known, to tell a trade that comes again from one that is new."""

_SIDES = {"buy": 1, "sell": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A trade as ccxt tells it."""

    id: object
    time: int
    price: float
    size: float
    side: int


class CcxtLine:
    """What is known of one instrument's market; everything it has to tell goes to `tell`, in order."""

    def __init__(
        self,
        instrument: Instrument,
        symbol: str,
        candles: LiveCandles,
        tell: Callable[[MarketEvent], None],
        *,
        tells_trades: bool = False,
    ) -> None:
        self.instrument = instrument
        self.symbol = symbol
        self.candles = candles
        self.is_live = False
        self.funding_time = 0
        self.newest = 0
        self._tell = tell
        self._tells_trades = tells_trades
        self._held: list[MarketTrade] = []
        self._waiting: list[ClosedCandle] = []
        self._order: deque[str] = deque(maxlen=_REMEMBERED)
        self._known: set[str] = set()
        self._seq = 0

    @property
    def is_waiting(self) -> bool:
        """Whether candles that close on the hour wait for the funding rate of that hour."""
        return bool(self._waiting)

    def take(self, rows: Iterable[Mapping[str, Any]], latest: int) -> None:
        """Take in trades as ccxt tells them; those that came before are left out, and such as cannot be.

        None may be later than `latest`: one that is would close candles that have not been.
        """
        read = [_read(row) for row in rows]
        if None in read:
            self.incident(IncidentKind.MALFORMED, latest, f"{read.count(None)} trades without time, price or size")
        told = [each for each in read if each is not None and self._is_new(each.id)]
        for each in sorted(told, key=attrgetter("time")):
            if each.time > latest:
                self.incident(IncidentKind.MALFORMED, latest, f"a trade of {format_time(each.time)}, which is to come")
                continue
            trade = self._fact(each)
            self.newest = max(self.newest, trade.time)
            if self.is_live:
                self._pass_on(trade)
            else:
                self._held.append(trade)

    def lose(self) -> None:
        """The connection is gone: nothing closes by the clock until it is known what was missed."""
        self.is_live = False
        self._held.clear()

    def restart(self, at: int) -> None:
        """Go on with the trades from the time `at` on; the candles before it are the venue's own."""
        if self.candles.closed_until == 0:
            self.candles.begin(at)
        self.tell_closed(self.candles.advance(at))
        held, self._held, self.is_live = self._held, [], True
        for trade in held:
            if trade.time >= at:
                self._pass_on(trade)

    def advance(self, now: int) -> None:
        """The venue's clock has reached `now`: close what is due, unless the line is broken."""
        if self.is_live:
            self.tell_closed(self.candles.advance(now))

    def funding(self, published: FundingPublished) -> None:
        """Take in a funding rate, unless it is known."""
        if published.time > self.funding_time:
            self.funding_time = published.time
            self._tell(published)

    def tell_closed(self, closed: Iterable[ClosedCandle]) -> None:
        """Tell candles; those that close on the hour, and all after them, wait until funding was asked for."""
        for candle in closed:
            is_awaited = self.is_live and candle.close_time % HOUR == 0 and self.funding_time < candle.close_time
            if self._waiting or is_awaited:
                self._waiting.append(candle)
            else:
                self._tell(candle)

    def release(self) -> None:
        """Tell the candles that waited for a funding rate, come or not."""
        waiting, self._waiting = self._waiting, []
        for candle in waiting:
            self._tell(candle)

    def incident(self, kind: IncidentKind, time: int, detail: str) -> None:
        """Tell what happened to the line itself."""
        self._tell(FeedIncident(kind=kind, time=time, instrument=self.instrument, detail=detail))

    def _pass_on(self, trade: MarketTrade) -> None:
        if self._tells_trades:
            self._tell(trade)
        late = self.candles.late
        closed: Sequence[ClosedCandle] = self.candles.trade(trade)
        self.tell_closed(closed)
        if self.candles.late != late:
            self.incident(IncidentKind.LATE, trade.time, "a trade came after its candle was closed")

    def _is_new(self, name: object) -> bool:
        """Whether a trade of this id is new; one without an id always is."""
        if name is None:
            return True
        key = str(name)
        if key in self._known:
            return False
        if len(self._order) == _REMEMBERED:
            self._known.discard(self._order[0])
        self._order.append(key)
        self._known.add(key)
        return True

    def _fact(self, told: _Told) -> MarketTrade:
        # In the order they came, and higher than those of an earlier session: a number, though not without a hole.
        self._seq = max(self._seq + 1, told.time * 1_000)
        return MarketTrade(self.instrument, told.time, told.price, told.size, told.side, self._seq)


def _read(row: Mapping[str, Any]) -> _Told | None:
    """A trade of ccxt, None where it is no trade: without a time, or without a price and a size above 0."""
    try:
        told = _Told(
            id=row.get("id"),
            time=int(row["timestamp"]),
            price=float(row["price"]),
            size=float(row["amount"]),
            side=_SIDES.get(str(row.get("side")), 0),
        )
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        return None
    return told if told.time > 0 and 0 < told.price < float("inf") and 0 < told.size < float("inf") else None
