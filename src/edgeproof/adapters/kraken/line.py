"""One instrument's line: its trades in the order of their numbers, and the candles they make. No I/O.

The venue numbers the trades of a product without a hole. So a trade is in one of these cases:

1. it is the next one: it goes on to the candles;
2. it was there before: a duplicate, counted and dropped;
3. it is ahead: something is missing. It is held, with all that follow, until what is missing comes (out of order, or
   asked for) or is given up for the venue's own candles (`restart`).

After a (re)connect the line is not live: it holds everything until it is known where the trades begin.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from edgeproof.adapters.kraken import messages
from edgeproof.core.candles.live import NOTHING, LiveCandles
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    MarketTrade,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import HOUR

MOST_HELD = 50_000
"""Trades held at most while others are missing; of more, the older half is left to the venue's candles."""

Trade: TypeAlias = MarketTrade | messages.Trade
"""A trade as a fact, or as the message it came in: most of them nobody needs as facts."""


class Line:
    """What is known of one instrument's market; everything it has to tell goes to `tell`, in order.

    Single trades are told only where `tells_trades`: there are many, and few listeners want them.
    """

    __slots__ = (
        "_funding_until",
        "_late",
        "_tell",
        "_waiting",
        "candles",
        "funding_complete_until",
        "funding_time",
        "held",
        "instrument",
        "is_live",
        "next_seq",
        "snapshot_time",
        "symbol",
        "tells_trades",
    )

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
        self.tells_trades = tells_trades
        self.is_live = False
        self.next_seq: int | None = None
        self.held: dict[int, Trade] = {}
        self.snapshot_time: int | None = None
        self.funding_time: int | None = None
        self.funding_complete_until = 0
        """The hour up to which the venue was asked for rates that passed unseen."""
        self._tell = tell
        self._waiting: list[ClosedCandle] = []
        self._funding_until = 0
        self._late = 0

    @property
    def has_gap(self) -> bool:
        """Whether trades are missing before those that are held."""
        return self.is_live and bool(self.held)

    def trade(self, trade: Trade) -> None:
        """Take in a trade as it comes off the wire."""
        seq = trade.seq
        if seq == self.next_seq and self.is_live:
            self.next_seq = seq + 1
            closed = self.candles.trade(trade)
            if closed is not NOTHING or self.tells_trades or self.held:
                self._passed_on(trade, closed)
                self._drain()
        elif self.next_seq is not None and seq < self.next_seq:
            self.incident(IncidentKind.DUPLICATE, trade.time, f"trade {seq} came again")
        elif self.is_live and self.next_seq is None:
            self.next_seq = seq + 1
            self._passed_on(trade, self.candles.trade(trade))
        else:
            self.held[seq] = trade
            if len(self.held) > MOST_HELD:
                self._let_go()

    def snapshot(self, trades: Sequence[Trade], time: int) -> None:
        """Take in the last trades, oldest first, as told at `time`; live again if nothing is missing."""
        self.snapshot_time = time
        if trades and self.next_seq is not None and trades[-1].seq + 1 < self.next_seq:
            last = self.candles.last
            if last is not None and trades[-1].time <= last.time:
                return  # an old snapshot that was held up
            self.held.clear()  # the venue counts anew
            self.next_seq = None
        self.hold(trades)
        if self.next_seq is not None and trades and trades[0].seq <= self.next_seq:
            self.go_on()

    def hold(self, trades: Iterable[Trade]) -> int:
        """Keep trades until it is known what comes before them; how many of them were not known."""
        before = len(self.held)
        for trade in trades:
            if self.next_seq is None or trade.seq >= self.next_seq:
                self.held.setdefault(trade.seq, trade)
        return len(self.held) - before

    def tail(self) -> Trade | None:
        """The oldest trade from which on none of those held is missing."""
        if not self.held:
            return None
        seq = max(self.held)
        while seq - 1 in self.held:
            seq -= 1
        return self.held[seq]

    def go_on(self) -> None:
        """Nothing is missing any more: pass on what is held, and be live."""
        self.is_live = True
        self._drain()

    def restart(self, at: int) -> None:
        """Go on with the trades from the time `at` on, up to the next hole; the candles before are the venue's own."""
        after = [seq for seq, trade in self.held.items() if trade.time >= at]
        self.next_seq = min(after) if after else max(self.held) + 1 if self.held else None
        self.held = {seq: trade for seq, trade in self.held.items() if self.next_seq is None or seq >= self.next_seq}
        self.go_on()

    def lose(self) -> None:
        """The connection is gone: nothing closes by the clock until it is known what was missed."""
        self.is_live = False
        self.snapshot_time = None

    def advance(self, now: int) -> None:
        """The venue's clock has reached `now`: close what is due, unless trades are missing."""
        if self.is_live and not self.held:
            closed = self.candles.advance(now)
            if closed:
                self.tell_closed(closed)

    def funding(self, published: FundingPublished) -> None:
        """Take in a funding rate; candles that waited for it are told."""
        if self.funding_time is not None and published.time <= self.funding_time:
            return
        self.funding_time = published.time
        self._tell(published)
        if self._waiting and published.time >= self._funding_until:
            self.release()

    def misses_funding(self, time: int) -> bool:
        """Whether hours lie between the last rate told and one of `time`, which the venue was not asked for."""
        return self.funding_time is not None and time > max(self.funding_time, self.funding_complete_until) + HOUR

    def tell_closed(self, closed: Iterable[ClosedCandle]) -> None:
        """Tell candles; those that close on the hour wait for the funding rate of that hour."""
        for candle in closed:
            hour = candle.close_time
            if hour % HOUR == 0 and self.funding_time is not None and self.funding_time < hour:
                self._funding_until = hour
                self._waiting.append(candle)
            elif self._waiting:
                self._waiting.append(candle)
            else:
                self._tell(candle)

    @property
    def is_waiting(self) -> bool:
        """Whether candles wait for a funding rate."""
        return bool(self._waiting)

    def release(self) -> None:
        """Tell the candles that waited for a funding rate, come or not."""
        waiting, self._waiting = self._waiting, []
        for candle in waiting:
            self._tell(candle)

    def incident(self, kind: IncidentKind, time: int, detail: str) -> None:
        """Tell what happened to the line itself."""
        self._tell(FeedIncident(kind=kind, time=time, instrument=self.instrument, detail=detail))

    def _let_go(self) -> None:
        for seq in sorted(self.held)[: MOST_HELD // 2]:
            del self.held[seq]

    def _drain(self) -> None:
        while self.next_seq is not None and (trade := self.held.pop(self.next_seq, None)) is not None:
            self.next_seq += 1
            self._passed_on(trade, self.candles.trade(trade))

    def _passed_on(self, trade: Trade, closed: Sequence[ClosedCandle]) -> None:
        """Tell of a trade that went to the candles: itself if that is wanted, what it closed, and that it came late."""
        if self.tells_trades:
            self._tell(trade if isinstance(trade, MarketTrade) else messages.to_trade(trade, self.instrument))
        if closed:
            self.tell_closed(closed)
        if self.candles.late != self._late:
            self._late = self.candles.late
            self.incident(IncidentKind.LATE, trade.time, f"trade {trade.seq} came after its candle was closed")
