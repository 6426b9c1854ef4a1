"""What breakers and people do, as stories a trader can read: what happens on the left, what is decided on the right.

The language of them, and what stands unsaid, is in `tests/support/stories.py`.
"""

from decimal import Decimal

import pytest

from tests.support.stories import NO_BETA, Stories, tell_story

BREAKERS: Stories = {
    "a day of 3 %, none of it realised": (
        """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44000 | A taken 0.2
                                                    | A entry: buy 0.2
        A entry fills 0.2 at 45000
        BTC at 44251                                | nothing
        BTC at 44250                                | ACTIVE (None), warn
        equity                                      | 9,850.00
        BTC at 43751                                | nothing
        BTC at 43750                                | REDUCING (daily_loss), no_new_entries
        equity                                      | 9,750.00
        B: Plain's signal ETH long 2500 stop 2450   | B denied: daily_loss (0.025 against 0.025)
        BTC at 43501                                | nothing
        BTC at 43500                                | REDUCING (daily_loss), flatten
                                                    | A emergency: sell 0.2
        equity                                      | 9,700.00
        BTC at 45000                                | nothing
        A emergency fills 0.2 at 45000              | cancel A stop
                                                    | cancel A target-1
                                                    | cancel A target-2
                                                    | A ended by emergency: +0.00
        equity                                      | 10,000.00
        B: Even's signal ETH long 2500 stop 2450    | B denied: breaker_level (flatten against warn)
        the day ends                                | nothing
        ETH at 2500                                 | ACTIVE (new_day), normal
        C: Brief's signal ETH long 2500 stop 2450   | C taken 4
                                                    | C entry: buy 4
    """,
        NO_BETA,
    ),
    "no new entries: what rests is cancelled, what is held stays": (
        """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44000
        A entry fills 0.2 at 45000
        B: Plain's signal ETH long 2500 stop 2450
        B entry fills 0.5 at 2500
        BTC at 43750                  | REDUCING (daily_loss), no_new_entries
                                      | cancel B entry
        B entry cancelled             | nothing
        B target-1 fills 0.25 at 2550 | amend B stop: 0.25 at 2450
    """,
        NO_BETA,
    ),
    "an entry that fills while everything is closed is closed too": (
        """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44000
        A entry fills 0.2 at 45000
        B: Plain's signal ETH long 2500 stop 2450
        BTC at 43500                          | REDUCING (daily_loss), flatten
                                              | cancel B entry
                                              | A emergency: sell 0.2
        B entry fills 1 at 2501               | B stop: sell 1 at 2450
                                              | B emergency: sell 1
        B emergency fills 1 at 2499           | cancel B stop
        B entry fills 0.5 at 2501             | B stop-again-2: sell 0.5 at 2450
                                              | B emergency-again-2: sell 0.5
        B emergency-again-2 fills 0.5 at 2499 | cancel B stop-again-2
        B entry cancelled                     | B ended by emergency: -3.00
    """,
        NO_BETA,
    ),
    "a position is carried into the next day: its loss so far is yesterday's": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44000
        A entry fills 0.2 at 45000
        BTC at 43800 | ACTIVE (None), warn
        equity       | 9,760.00
        the day ends | nothing
        BTC at 43800 | ACTIVE (None), normal
        BTC at 43069 | nothing
        BTC at 43068 | ACTIVE (None), warn
        BTC at 42337 | REDUCING (daily_loss), no_new_entries
        BTC at 42336 | REDUCING (daily_loss), flatten
                     | A emergency: sell 0.2
    """,
    "a fall of 4 % from the peak halts until a person resumes": (
        """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44000
        A entry fills 0.2 at 45000
        BTC closes at 45500                       | nothing
        equity                                    | 10,100.00
        BTC at 43481                              | nothing
        BTC at 43480                              | HALTED (drawdown), normal
        A stop fills 0.2 at 43475                 | cancel A target-1
                                                  | cancel A target-2
                                                  | A ended by stop: -305.00
        wait 24h                                  | nothing
        ETH at 2500                               | nothing
        B: Plain's signal ETH long 2500 stop 2450 | B denied: drawdown (0.0401 against 0.04)
        Ada resumes                               | ACTIVE (person_resumes), normal
        equity                                    | 9,695.00
        ETH at 2500                               | nothing
        C: Even's signal ETH long 2500 stop 2450  | C taken 3.878
                                                  | C entry: buy 3.878
    """,
        {"warn_loss": None, "no_entries_loss": None, "flatten_loss": None, "max_drawdown": Decimal("0.04")},
    ),
    "what cannot be halts, and no day ends it": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        invariant broken                           | HALTED (broken_invariant), normal
                                                   | cancel A entry
        B: Even's signal BTC long 45000 stop 44500 | B denied: trading_state (halted against active)
        the day ends                               | nothing
        BTC at 45000                               | nothing
        Ada resumes                                | ACTIVE (person_resumes), normal
    """,
}
"""The loss of the day, open losses included, and the fall from the peak."""

PEOPLE: Stories = {
    "one trade is closed, the other stays": """
        BTC at 45000
        ETH at 2500
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.4 at 45000
        B: Plain's signal ETH long 2500 stop 2450
        close B                       | cancel B entry
        close B                       | nothing
        B entry fills 0.5 at 2500     | B stop: sell 0.5 at 2450
                                      | B emergency: sell 0.5
        B entry cancelled             | nothing
        B emergency fills 0.5 at 2500 | cancel B stop
                                      | B ended by emergency: +0.00
        close all                     | A emergency: sell 0.4
    """,
    "an entry that is partly filled when trading reduces": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.1 at 45000    | A stop: sell 0.1 at 44500
                                      | A target-1: sell 0.05 at 45500
                                      | A target-2: sell 0.05 at 46000
        Ada reduces                   | REDUCING (person_reduces), normal
                                      | cancel A entry
        A entry fills 0.1 at 45000    | amend A stop: 0.2 at 44500
                                      | amend A target-1: 0.1 at 45500
                                      | amend A target-2: 0.1 at 46000
        A entry cancelled             | nothing
        A target-1 fills 0.1 at 45500 | amend A stop: 0.1 at 44500
    """,
    "halted: no stop moves and no rule ends anything until a person resumes": """
        BTC at 45000
        A: Brief's signal BTC long 45000 stop 44500 trail 300
        A entry fills 0.1 at 45000
        Ada halts                               | HALTED (person_halts), normal
                                                | cancel A entry
        A entry fills 0.1 at 45000              | amend A stop: 0.2 at 44500
        BTC closes at 45600 from 45000 to 45900 | nothing
        wait 30m                                | nothing
        BTC closes at 45600                     | nothing
        exit condition of Brief on BTC          | nothing
        Ada resumes                             | ACTIVE (person_resumes), normal
        BTC closes at 45600                     | A exit: sell 0.2
    """,
    "halted while everything is closed: what fills is closed once trading goes on": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44000
        A entry fills 0.1 at 45000
        BTC at 42000                        | REDUCING (daily_loss), flatten
                                            | cancel A entry
                                            | A emergency: sell 0.1
        Ada halts                           | HALTED (person_halts), flatten
        A entry fills 0.1 at 45000          | amend A stop: 0.2 at 44000
        Ada reduces                         | REDUCING (person_reduces), flatten
                                            | A emergency-again-2: sell 0.1
    """,
    "halted: a person closes, what fills late included": """
        BTC at 45000
        A: Plain's signal BTC long 45000 stop 44500
        A entry fills 0.1 at 45000
        Ada halts                  | HALTED (person_halts), normal
                                   | cancel A entry
        close all                  | A emergency: sell 0.1
        A entry fills 0.3 at 45000 | amend A stop: 0.4 at 44500
                                   | A emergency-again-2: sell 0.3
    """,
}
"""What a person wants, and what goes on meanwhile."""

ALL = {name: story for each in (BREAKERS, PEOPLE) for name, story in each.items()}


@pytest.mark.parametrize("caption", ALL)
def test_story_goes_as_it_is_told(caption: str) -> None:
    tell_story(ALL[caption])
