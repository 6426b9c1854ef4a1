"""What becomes of signals, as stories a trader can read: what happens on the left, what is decided on the right.

The language of them, and what stands unsaid, is in `tests/support/stories.py`.
"""

from decimal import Decimal

import pytest

from tests.support.stories import NO_BETA, NO_BREAKER, Stories, tell_story

SIZES: Stories = {
    "the example: 200 may be lost, 500 of each": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.4
                                                    | A entry: buy 0.4
        sizing of A                                 | asked 0.4, given 0.4000, risk 2.000 %
    """,
    "what is left over of a lot is not risked": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44433 | A taken 0.3527
                                                    | A entry: buy 0.3527
        sizing of A                                 | asked 0.352734, given 0.3527, risk 2.000 %
    """,
    "the price has run: the size is for the price that will be paid": """
        BTC at 45100
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.3333
                                                    | A entry: buy 0.3333
        sizing of A                                 | asked 0.333333, given 0.3333, risk 2.000 %
    """,
    "the price has come near the stop: the size stays that of the signal": """
        BTC at 44600
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.4
                                                    | A entry: buy 0.4
        sizing of A                                 | asked 0.4, given 0.4000, risk 2.000 %
    """,
    "a near stop would need nine times the equity": (
        """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44900 | A taken 1.1111
                                                    | A entry: buy 1.1111
        sizing of A                                 | asked 2, given 1.1111, risk 1.111 %, capped by leverage
    """,
        NO_BETA,
    ),
    "a position worth 9,000 at most": (
        """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.2
                                                    | A entry: buy 0.2
        sizing of A                                 | asked 0.4, given 0.2000, risk 1.000 %, capped by notional
    """,
        {"max_notional": Decimal(9_000)},
    ),
    "an entry may lock 1 % of the margin": (
        """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.1111
                                                    | A entry: buy 0.1111
        sizing of A                                 | asked 0.4, given 0.1111, risk 0.556 %, capped by margin
    """,
        {"max_margin_share": Decimal("0.01")},
    ),
    "beside a position that is alike by 0.7: half": """
        BTC and ETH alike by 0.7
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        B: Plain's signal ETH long 2500 stop 2450 | B taken 2
                                                  | B entry: buy 2
        sizing of B                               | asked 2, given 2.000, risk 1.000 %, halved for its correlation
    """,
    "the slippage of one entry leaves less to the next": """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45100
        B: Plain's signal ETH long 2500 stop 2450 | B taken 3.168
                                                  | B entry: buy 3.168
        sizing of B                               | asked 3.984, given 3.168, risk 1.590 %, capped by open_risk
    """,
}
"""units = equity x 2 % / |entry - stop|, and what cuts it."""

REFUSALS: Stories = {
    "beside a position that is alike by 0.86": """
        BTC and ETH alike by 0.86
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.4
                                                    | A entry: buy 0.4
        B: Plain's signal ETH long 2500 stop 2450   | B denied: correlation (0.86 against 0.85)
    """,
    "a short beside a long that is alike is another bet": """
        BTC and ETH alike by 0.86
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44500 | A taken 0.4
                                                    | A entry: buy 0.4
        B: Plain's signal ETH short 2500 stop 2550  | B taken 4
                                                    | B entry: sell 4
    """,
    "a price nobody has told": """
        BTC at 45000
        B: Plain's signal SOL long 100 stop 98 | B denied: price_age_seconds (None against 30)
    """,
    "a price that is too old": """
        BTC at 45000
        wait 31s                                    | nothing
        A: Plain's signal BTC long 45000 stop 44500 | A denied: price_age_seconds (31 against 30)
    """,
    "two positions are enough, entries on their way counted": """
        BTC at 45000
        ETH at 2500
        SOL at 100
        A: Plain's signal BTC long 45000 stop 44500
        B: Plain's signal ETH long 2500 stop 2450
        C: Plain's signal SOL long 100 stop 98 | C denied: open_positions (3 against 2)
        A entry cancelled                      | nothing
        D: Even's signal SOL long 100 stop 98  | D taken 100
                                               | D entry: buy 100
    """,
    "one net position an instrument, of one signal": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        B: Even's signal BTC short 45000 stop 45500 | B denied: net_position (against against not against)
        C: Even's signal BTC long 45000 stop 44500  | C denied: signals_per_position (2 against 1)
        D: Plain's signal BTC long 45000 stop 44500 | D overlapped: one_position_a_signal
    """,
    "a signal that is told again after its trade is over": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        A stop fills 0.4 at 44500
        A: Plain's signal BTC long 45000 stop 44500 | A overlapped: one_position_a_signal
    """,
    "the fifth order within a minute": (
        """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000                | A stop: sell 0.4 at 44500
                                                  | A target-1: sell 0.2 at 45500
                                                  | A target-2: sell 0.2 at 46000
        B: Plain's signal ETH long 2500 stop 2450 | B denied: orders_a_minute (5 against 4)
        wait 60s                                  | nothing
        ETH at 2500                               | nothing
        C: Even's signal ETH long 2500 stop 2450  | C taken 4
                                                  | C entry: buy 4
    """,
        {"max_orders_a_minute": 4},
    ),
    "three losses in a row wait for four hours": (
        """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        A stop fills 0.4 at 44500
        wait 1s                                     | nothing
        B: Plain's signal BTC long 45000 stop 44500 | B taken 0.392
                                                    | B entry: buy 0.392
        B entry fills 0.392 at 45000
        B stop fills 0.392 at 44500
        wait 1s                                     | nothing
        C: Plain's signal BTC long 45000 stop 44500 | C taken 0.3841
                                                    | C entry: buy 0.3841
        C entry fills 0.3841 at 45000
        C stop fills 0.3841 at 44500
        wait 1s                                     | nothing
        D: Plain's signal BTC long 45000 stop 44500 | D denied: cooldown_minutes (240 against 0)
        wait 239m                                   | nothing
        BTC at 45000                                | nothing
        E: Plain's signal BTC long 45000 stop 44500 | E denied: cooldown_minutes (0.9833 against 0)
        wait 59s                                    | nothing
        BTC at 45000                                | nothing
        F: Plain's signal BTC long 45000 stop 44500 | F taken 0.3764
                                                    | F entry: buy 0.3764
    """,
        NO_BREAKER,
    ),
}
"""Signals that are not traded, by which rule, value and limit."""

ALL = {name: story for each in (SIZES, REFUSALS) for name, story in each.items()}


@pytest.mark.parametrize("caption", ALL)
def test_story_goes_as_it_is_told(caption: str) -> None:
    tell_story(ALL[caption])
