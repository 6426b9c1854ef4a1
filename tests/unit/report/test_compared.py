"""What trades made in the backtest, from the comparisons a journal keeps."""

from typing import Any

from edgeproof.core.model.journal import ParityRun
from edgeproof.research.report.session.compared import compared_in


def _run(*differences: dict[str, Any]) -> ParityRun:
    document = {"trades": {"compared": 3, "differences": list(differences)}}
    return ParityRun(session="s", at=2, start=0, end=1, unexplained=0, document=document)


def _difference(id_: str, net: str, r: float, reason: str | None = "stop") -> dict[str, Any]:
    return {"id": id_, "live": {"reason": reason}, "backtest": {"net": net, "r": r}}


def test_trade_that_differed_has_what_the_backtest_made() -> None:
    assert compared_in([_run(_difference("a", "12.5", 0.25))]) == {"a": (12.5, 0.25)}


def test_newest_comparison_of_a_trade_counts() -> None:
    assert compared_in([_run(_difference("a", "1", 0.1)), _run(_difference("a", "2", 0.2))]) == {"a": (2.0, 0.2)}


def test_trade_that_was_open_when_it_was_compared_is_left_out() -> None:
    assert compared_in([_run(_difference("a", "1", 0.1, reason=None))]) == {}


def test_trade_the_backtest_does_not_take_made_nothing_there() -> None:
    assert compared_in([_run({"id": "a", "live": {"reason": "stop"}, "backtest": {}})]) == {"a": (0.0, 0.0)}


def test_nothing_is_known_where_no_trade_was_compared() -> None:
    scan = ParityRun(session="s", at=2, start=0, end=1, unexplained=0, document={"trades": None})
    assert compared_in([scan]) is None
    assert compared_in([]) is None
