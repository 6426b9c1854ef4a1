"""How patient the live feed is, and with what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """Seconds are this machine's, except where the name says `_ms`: those are the venue's time.

    `patience_ms`: how long after its close a candle is closed by the clock, for trades that are still under way (0
    where the venue's heartbeat follows everything before it, as the replica's does). `funding_patience_s`: how long
    candles that close on the hour wait for the rate of the new hour. `hole_s`: how long missing trades may come by
    themselves before they are asked for. `silence_s`: without any message for so long a connection is dead, pings
    answered or not. `quote_silence_s`: the same for the quotes of one product, which come about once a second.
    `trade_silence_s`: how long the last price may differ from that of the last trade before the trades of that
    product are subscribed anew. `most_missing`: more trades than that are not fetched one by one; the venue's
    candles take their place. `history_ms`: how far back the candles begin where none are known; after a longer
    break than `most_history_ms` they begin anew. `waits_for_answers`: leave the socket unread while the venue's
    history is asked, for a replica whose time goes on only as it is read: days would pass there while a question is
    under way.
    """

    patience_ms: int = 300
    funding_patience_s: float = 1.5
    hole_s: float = 0.3
    silence_s: float = 10.0
    quote_silence_s: float = 30.0
    trade_silence_s: float = 10.0
    ack_s: float = 10.0
    most_missing: int = 1_000
    pages: int = 60
    tick_s: float = 0.1
    instruments_s: float = 60.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0
    ping_s: float = 20.0
    products_a_message: int = 50
    history_ms: int = 86_400_000
    most_history_ms: int = 7 * 86_400_000
    waits_for_answers: bool = False

    def pause(self, failures: int, draw: float) -> float:
        """Seconds to wait before the next try after so many failures; `draw` from [0, 1) spreads clients."""
        longest = min(self.first_pause_s * 2.0**failures, self.longest_pause_s)
        return longest * (0.5 + draw / 2)
