"""The arithmetic of the benchmarks, on a clock that is told what to say: nothing is timed here."""

from collections.abc import Callable

import pytest

from benchmarks.harness import Finding, interleave, ratio, table


def _clock(durations: list[float]) -> Callable[[], float]:
    # Two readings a call: its start, and its start plus the next duration.
    readings = [
        reading for number, length in enumerate(durations) for reading in (100.0 * number, 100.0 * number + length)
    ]
    return iter(readings).__next__


def test_interleave_takes_turns_after_a_warm_up_of_each() -> None:
    calls: list[str] = []
    contestants = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    interleave(contestants, {"a": 3, "b": 1}, _clock([1.0] * 6))
    assert calls == ["a", "b", "a", "b", "a", "a"]


def test_median_leaves_out_the_warm_up_and_the_outlier() -> None:
    contestants: dict[str, Callable[[], object]] = {"ours": int, "peer": int}
    durations = [9.0, 90.0, 1.0, 10.0, 2.0, 20.0, 50.0, 30.0]
    taken = interleave(contestants, {"ours": 3, "peer": 3}, _clock(durations))
    assert (taken["ours"].first, taken["ours"].median) == (9.0, 2.0)
    assert taken["peer"].median == 20.0
    assert ratio(taken["peer"], taken["ours"]) == 10.0


@pytest.mark.parametrize(
    ("value", "at_most", "verdict"),
    [(5.0, False, "PASS"), (4.9, False, "below"), (5.0, True, "PASS"), (5.1, True, "below")],
)
def test_verdict_depends_on_the_side_of_the_requirement(value: float, at_most: bool, verdict: str) -> None:  # noqa: FBT001
    finding = Finding(area="", case="", ours="", ratio=value, required=5.0, at_most=at_most)
    assert finding.verdict == verdict


def test_finding_without_a_requirement_holds_without_a_verdict() -> None:
    finding = Finding(area="W1", case="c", ours="1", ratio=0.1, aim=8.0)
    assert finding.holds
    assert table([finding]).splitlines()[-1] == "| W1 | c | 1 |  | 0.1 |  | >= 8 |  |"
