"""Whatever runs the tasks: their results come in order, and errors where a result would have come.

Ray's cluster is one on this machine, started for this file. Tasks are functions the cluster's processes can import.
"""

import operator
import pickle
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from edgeproof.adapters.compute.local import LocalRunner
from edgeproof.adapters.compute.ray import RayRunner
from edgeproof.adapters.simulated.plant import Plant
from edgeproof.core.model.errors import InputError
from edgeproof.ports import TaskRunner
from edgeproof.research.discover import Discovery, discover
from edgeproof.research.edge import record_of
from edgeproof.research.placebos import random_placebos
from edgeproof.research.progress import Here
from edgeproof.research.search import SearchSpec, search_for
from edgeproof.research.study import Study
from tests.support.searching import Bench, bench


@pytest.fixture(scope="module")
def ray_runner() -> Iterator[RayRunner]:
    with RayRunner(2) as runner:
        yield runner


@pytest.fixture(params=["local", "ray"])
def runner(request: pytest.FixtureRequest) -> TaskRunner:
    if request.param == "local":
        return LocalRunner(2)
    found: RayRunner = request.getfixturevalue("ray_runner")
    return found


def test_results_come_in_the_order_of_the_tasks(runner: TaskRunner) -> None:
    tasks = [partial(pow, number, 2) for number in range(20)]
    assert list(runner.run(tasks)) == [number**2 for number in range(20)]


def test_no_tasks_have_no_results(runner: TaskRunner) -> None:
    assert list(runner.run([])) == []


def test_the_error_of_a_task_is_raised_where_its_result_would_have_come(runner: TaskRunner) -> None:
    results = runner.run([partial(int, "7"), partial(int, "seven"), partial(int, "8")])
    assert next(results) == 7
    with pytest.raises(ValueError, match="seven"):
        next(results)


def test_our_own_errors_keep_their_words(runner: TaskRunner) -> None:
    with pytest.raises(InputError, match="expected 1 to 200,000 candidates"):
        next(runner.run([partial(SearchSpec, candidates=0)]))


def test_results_that_nobody_takes_do_no_harm(runner: TaskRunner) -> None:
    assert next(runner.run([partial(operator.neg, number) for number in range(30)])) == 0
    assert list(runner.run([partial(operator.neg, 5)])) == [-5]


def found_on(on: Bench, runner: TaskRunner) -> Discovery:
    study = Study(hypotheses=random_placebos(8, 1), instruments=on.instruments)
    progress: list[float] = []
    means = replace(on.means(), runner=runner, on_progress=Here(progress.append))
    finalists = search_for(study, means, SearchSpec(candidates=60, generations=2, seed=3, finalists=3))
    assert progress == []
    return discover(study, means, found=finalists)


def test_a_search_and_its_verdicts_on_ray_are_those_of_threads_to_the_bit(ray_runner: RayRunner) -> None:
    here, there = (found_on(bench(2, days=20, plant=Plant()), each) for each in (LocalRunner(2), ray_runner))
    assert repr([record_of(each.examination) for each in there.analyses]) == repr(
        [record_of(each.examination) for each in here.analyses]
    )
    for one, other in zip(here.analyses, there.analyses, strict=True):
        same(one, other)
    same(here.luck, there.luck)


def same(one: Any, other: Any) -> None:
    """Equal in every field of every part, arrays to the bit."""
    assert type(one) is type(other)
    if hasattr(one, "__dataclass_fields__"):
        for each in fields(one):
            same(getattr(one, each.name), getattr(other, each.name))
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, Mapping):
        assert list(one) == list(other)
        same(tuple(one.values()), tuple(other.values()))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            same(*pair)
    else:
        assert one == other or (one != one and other != other)  # noqa: PLR0124 - NaN


def test_progress_is_told_here_and_silent_elsewhere() -> None:
    told: list[float] = []
    progress = Here(told.append)
    progress(1.0)
    pickle.loads(pickle.dumps(progress))(2.0)
    assert told == [1.0]


def test_without_ray_the_error_says_how_to_get_it_and_what_to_use_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"pip install 'edgeproof\[distributed\]', or use --engine local"):
        RayRunner()
