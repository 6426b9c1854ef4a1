"""What `edgeproof parity` shows of trades, within the width of a terminal."""

import io

from rich.console import Console

from edgeproof.cli.parity_view import show
from edgeproof.core.model.trading_event import TradeFate
from tests.support.parity_trades import QUIET, Story

BOTH = (105.0, 116.0, 99.0, 105.0)


def _shown(story: Story, width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True, highlight=False)
    show(console, story.compared())
    return console.export_text().splitlines()


def _taken(*, stop: str = "100") -> Story:
    story = Story(bars=[QUIET, BOTH, QUIET])
    story.enter("105.205", "0.105205", stop=stop)
    return story


def test_view_of_trades_adds_up_the_money_by_cause_within_80_columns() -> None:
    story = _taken()
    story.fill("target-1", story.at(1, 10_000), "115", "0.046")
    story.end(story.at(1, 10_000))
    lines = _shown(story)

    assert max(map(len, lines)) <= 80
    assert "matched 0 of 1 trades, 0 unexplained" in lines
    # 2 x (115 - 105.205) - 0.151205; 2 x (99.9 - 105.105 - 0.1025025)
    assert "live +19.44 (+1.94 R), backtest -10.62 (-1.06 R), difference +30.05" in lines
    rows = [line.split()[:3] for line in lines]
    assert ["entry_price", "1", "-0.20"] in rows
    assert ["exit_kind", "1", "+30.20"] in rows
    assert ["all", "1", "+30.05"] in rows


def test_view_names_trades_that_nothing_explains() -> None:
    story = _taken()
    story.fill("target-1", story.at(2, 30_000), "115", "0.046")
    story.end(story.at(2, 30_000))
    lines = _shown(story)

    assert "matched 0 of 1 trades, 1 unexplained" in lines
    assert "left by target-1 10:07 at 115; backtest stop 10:07" in " ".join(map(str.strip, lines))


def test_view_counts_what_was_not_taken_by_the_fate_of_its_signal() -> None:
    story = Story(bars=[QUIET, BOTH, QUIET])
    story.decide(TradeFate.DENIED, "open_positions")
    assert ["denied:", "open_positions", "1", "-1.06", "-"] in [line.split() for line in _shown(story)]

    untold = _shown(Story(bars=[QUIET, BOTH, QUIET]))
    assert any("Jump_1m  not taken, and nothing says why" in line for line in untold)


def test_view_of_a_session_that_only_scanned_says_nothing_of_trades() -> None:
    assert not any("trades" in line for line in _shown(Story(bars=[QUIET], command="scan")))
