"""How trades end, as stories a trader can read: what happens on the left, what is decided on the right.

The language of them, and what stands unsaid, is in `tests/support/stories.py`.
"""

import pytest

from tests.support.stories import NO_BREAKER, Stories, tell_story

EXITS: Stories = {
    "half at each target": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000    | A stop: sell 0.4 at 44500
                                      | A target-1: sell 0.2 at 45500
                                      | A target-2: sell 0.2 at 46000
        A target-1 fills 0.2 at 45500 | amend A stop: 0.2 at 44500
        A target-2 fills 0.2 at 46000 | cancel A stop
                                      | A ended by target-2: +300.00
    """,
    "break-even: after the first target, with the next close": """
        BTC at 45000
        A: Even's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45010
        A target-1 fills 0.2 at 45500 | amend A stop: 0.2 at 44500
        BTC closes at 45400           | amend A stop: 0.2 at 45010
        A stop fills 0.2 at 45009     | cancel A target-2
                                      | A ended by stop: +97.80
    """,
    "trailing by 300: up with the highest high, never down": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500 trail 300
        A entry fills 0.4 at 45000
        BTC closes at 45100 from 44900 to 45200 | amend A stop: 0.4 at 44900
        BTC closes at 45000 from 44950 to 45150 | nothing
        BTC closes at 45300 from 45000 to 45400 | amend A stop: 0.4 at 45100
        A stop fills 0.4 at 45100               | cancel A target-1
                                                | cancel A target-2
                                                | A ended by stop: +40.00
    """,
    "trailing of a short: down with the lowest low": """
        BTC at 45000
        A: Plain's signal BTC short 45000 stop 45500 trail 300
        A entry fills 0.4 at 45000
        BTC closes at 44700 from 44600 to 45000 | amend A stop: 0.4 at 44900
    """,
    "a gap through the stop costs the gap": (
        """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        BTC at 43000              | nothing
        A stop fills 0.4 at 43000 | cancel A target-1
                                  | cancel A target-2
                                  | A ended by stop: -800.00
        equity                    | 9,200.00
    """,
        NO_BREAKER,
    ),
    "a stop that fills in parts, a target between them": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        A stop fills 0.1 at 44500     | amend A target-2: 0.1 at 46000
        A target-1 fills 0.2 at 45500 | amend A stop: 0.2 at 44500
        A stop fills 0.1 at 44490     | cancel A target-2
                                      | A ended by stop: -1.00
    """,
    "ten minutes are over": """
        BTC at 45000
        A: Brief's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        wait 8m                   | nothing
        BTC closes at 45050       | nothing
        BTC closes at 45050       | A exit: sell 0.4
        A exit fills 0.4 at 45049 | cancel A stop
                                  | cancel A target-1
                                  | cancel A target-2
                                  | A ended by exit: +19.60
    """,
    "an exit that the venue rejects is asked for again at the next close": """
        BTC at 45000
        A: Brief's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        wait 9m                           | nothing
        BTC closes at 45050               | A exit: sell 0.4
        A exit rejected                   | nothing
        BTC at 45050                      | nothing
        BTC closes at 45060               | A exit-again-2: sell 0.4
        A exit-again-2 fills 0.4 at 45060 | cancel A stop
                                          | cancel A target-1
                                          | cancel A target-2
                                          | A ended by exit: +24.00
    """,
    "an exit condition ends the trades of its hypothesis, once": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        exit condition of Plain on BTC | nothing
        wait 1m                        | nothing
        exit condition of Even on BTC  | nothing
        exit condition of Plain on BTC | A exit: sell 0.4
        exit condition of Plain on BTC | nothing
        A exit fills 0.4 at 45100      | cancel A stop
                                       | cancel A target-1
                                       | cancel A target-2
                                       | A ended by exit: +40.00
    """,
    "an exit condition ends an entry on its way, what fills late included": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        wait 1m                        | nothing
        exit condition of Plain on BTC | cancel A entry
        A entry fills 0.1 at 45000     | A stop: sell 0.1 at 44500
                                       | A exit: sell 0.1
        A exit fills 0.1 at 45000      | cancel A stop
        A entry cancelled              | A ended by exit: +0.00
    """,
    "an entry that is not filled when its signal expires": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.1 at 45000
        wait 4m                   | nothing
        BTC closes at 45000       | cancel A entry
        BTC closes at 45000       | nothing
        A entry cancelled         | nothing
        A stop fills 0.1 at 44500 | cancel A target-1
                                  | cancel A target-2
                                  | A ended by stop: -50.00
    """,
    "a stop that the venue rejects: out at market, and again at the next close": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        A stop rejected                        | A emergency: sell 0.4
        A emergency rejected                   | nothing
        BTC at 45000                           | nothing
        A target-1 fills 0.2 at 45500          | nothing
        BTC closes at 45500                    | A emergency-again-2: sell 0.2
        A emergency-again-2 fills 0.2 at 45480 | cancel A target-2
                                               | A ended by emergency: +196.00
    """,
    "a fill after its entry was cancelled is guarded like any other": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        Ada reduces                | REDUCING (person_reduces), normal
                                   | cancel A entry
        A entry cancelled          | nothing
        A entry fills 0.1 at 45000 | A stop: sell 0.1 at 44500
                                   | A target-1: sell 0.05 at 45500
                                   | A target-2: sell 0.05 at 46000
        A stop fills 0.1 at 44500  | cancel A target-1
                                   | cancel A target-2
                                   | A ended by stop: -50.00
    """,
    "an entry the venue finds nothing to cancel of is not asked about at every event": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        Ada reduces                | REDUCING (person_reduces), normal
                                   | cancel A entry
        A entry not cancelled      | nothing
        BTC at 45010               | nothing
        A entry fills 0.4 at 45000 | A stop: sell 0.4 at 44500
                                   | A target-1: sell 0.2 at 45500
                                   | A target-2: sell 0.2 at 46000
    """,
}
"""How a trade ends."""

FUNDING: Stories = {
    "two settlements, the second at a rate nobody knows": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        wait 1h             | nothing
        funding BTC 0.01 %  | nothing
        funding of A        | 1.80
        funding BTC 0.01 %  | nothing
        funding of A        | 1.80
        wait 1h             | nothing
        funding BTC unknown | nothing
        funding of A        | 1.80, incomplete
        equity              | 9,998.20
    """,
    "a price of nothing is none": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        BTC at 0 | nothing
        equity   | 10,000.00
    """,
}
"""Paid once, and never taken for nothing."""

ALL = {name: story for each in (EXITS, FUNDING) for name, story in each.items()}


@pytest.mark.parametrize("caption", ALL)
def test_story_goes_as_it_is_told(caption: str) -> None:
    tell_story(ALL[caption])
