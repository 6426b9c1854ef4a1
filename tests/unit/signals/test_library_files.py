"""The shipped files: complete, unique, each with its reason."""

from functools import cache

import pytest

from edgeproof.adapters.storage.library import load_library, packaged_files
from edgeproof.core.model.time import parse_duration
from edgeproof.core.signals.generate import plan_signals, warm_up
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis
from tests.support.founding import CLASSICS, FOUNDING, twin


@cache
def _by_name() -> dict[str, Hypothesis]:
    return {hypothesis.name: hypothesis for hypothesis in load_library()}


def test_library_is_one_file_a_family() -> None:
    assert sorted(name for name, _ in packaged_files()) == sorted(f"{family}.toml" for family in Family)
    for name, text in packaged_files():
        assert text.count(f'family = "{name.removesuffix(".toml")}"') == text.count("[[hypothesis]]") > 0


def test_library_reads_without_an_error_and_names_are_unique() -> None:
    assert len(_by_name()) == len(load_library()) == sum(text.count("[[hypothesis]]") for _, text in packaged_files())


def test_founding_set_has_34_names() -> None:
    assert len(FOUNDING) == 34


@pytest.mark.parametrize(("name", "timeframe", "direction"), [(name, *where) for name, where in FOUNDING.items()])
def test_founding_hypothesis_is_there_with_its_timeframe_and_direction(
    name: str, timeframe: str, direction: str
) -> None:
    hypothesis = _by_name()[name]
    assert (hypothesis.timeframe, hypothesis.direction.word) == (parse_duration(timeframe), direction)


@pytest.mark.parametrize("name", FOUNDING)
def test_founding_hypothesis_has_a_twin_that_differs_in_direction_only_in_what_it_shares(name: str) -> None:
    one, other = _by_name()[name], _by_name()[twin(name)]
    assert other.direction is Direction(-one.direction)
    same = ("timeframe", "family", "max_hold", "regimes", "break_even", "expires_after")
    assert [getattr(one, key) for key in same] == [getattr(other, key) for key in same]
    assert [(len(one.entry), len(one.confirm))] == [(len(other.entry), len(other.confirm))]
    assert one.targets == other.targets


@pytest.mark.parametrize(("long", "short", "timeframe"), CLASSICS)
def test_classics_come_long_and_short_with_their_gates(long: str, short: str, timeframe: str) -> None:
    for name, direction in ((long, Direction.LONG), (short, Direction.SHORT)):
        hypothesis = _by_name()[name]
        assert (hypothesis.timeframe, hypothesis.direction) == (parse_duration(timeframe), direction)
        assert any("0.003 * close <=" in text for text in hypothesis.confirm)
        assert any("funding_percentile" in text for text in (*hypothesis.entry, *hypothesis.confirm))
        assert any("same_slot_median" in text for text in (*hypothesis.entry, *hypothesis.confirm))


def test_forty_classics_are_named() -> None:
    assert len({name for long, short, _ in CLASSICS for name in (long, short)}) == 40


@pytest.mark.parametrize("timeframe", ["2m", "5m", "15m", "30m", "1h", "4h"])
def test_placebo_coins_are_there_for_each_timeframe_and_side(timeframe: str) -> None:
    long, short = _by_name()[f"Placebo_Random_{timeframe}"], _by_name()[f"Placebo_Random_{timeframe}_Short"]
    assert (long.direction, short.direction) == (Direction.LONG, Direction.SHORT)
    assert long.entry != short.entry  # coins of their own


@pytest.mark.parametrize("kind", ["Shift24h", "Delay5", "Mirror"])
def test_placebos_of_real_hypotheses_cover_six_families(kind: str) -> None:
    prefix = f"Placebo_{kind}_"
    originals = [_by_name()[name.removeprefix(prefix)] for name in _by_name() if name.startswith(prefix)]
    assert len({hypothesis.family for hypothesis in originals}) >= 6


def test_mirror_placebo_flips_direction_and_keeps_conditions() -> None:
    flipped = [name for name in _by_name() if name.startswith("Placebo_Mirror_")]
    for name in flipped:
        one, other = _by_name()[name], _by_name()[name.removeprefix("Placebo_Mirror_")]
        assert (one.entry, one.confirm, one.targets) == (other.entry, other.confirm, other.targets)
        assert one.direction is Direction(-other.direction)


def test_every_hypothesis_says_why_and_has_a_target_and_a_history() -> None:
    for hypothesis in _by_name().values():
        assert len(hypothesis.reason) > 60, hypothesis.name
        assert hypothesis.targets, hypothesis.name
        assert warm_up(hypothesis) >= hypothesis.timeframe, hypothesis.name


def test_no_two_hypotheses_of_one_direction_are_the_same() -> None:
    bodies = [
        (each.timeframe, each.direction, each.entry, each.confirm, each.stop, each.targets)
        for each in _by_name().values()
    ]
    assert len(set(bodies)) == len(bodies)


def test_whole_library_fits_one_plan() -> None:
    plan = plan_signals(tuple(_by_name().values()))
    assert len(plan.signals) == len(_by_name())
