"""Tasks on threads: in order, few at a time, errors where they belong."""

import threading
from collections.abc import Callable

import pytest

from edgeproof.adapters.compute.local import LocalRunner


def test_results_come_in_the_order_of_the_tasks_whoever_finishes_first() -> None:
    second_done = threading.Event()

    def first() -> str:
        assert second_done.wait(30)
        return "first"

    def second() -> str:
        second_done.set()
        return "second"

    assert list(LocalRunner(2).run([first, second])) == ["first", "second"]


def test_no_more_tasks_are_begun_than_there_are_workers() -> None:
    begun: list[int] = []

    def task(number: int) -> Callable[[], int]:
        def work() -> int:
            begun.append(number)
            return number

        return work

    results = LocalRunner(2).run([task(number) for number in range(6)])
    taken = [next(results), next(results)]
    assert taken == [0, 1]
    assert set(begun) <= {0, 1, 2, 3}
    assert list(results) == [2, 3, 4, 5]


def test_error_of_a_task_is_raised_in_its_place() -> None:
    def broken() -> int:
        raise ValueError("no")

    results = LocalRunner(3).run([lambda: 1, broken, lambda: 3])
    assert next(results) == 1
    with pytest.raises(ValueError, match="no"):
        next(results)


def test_no_tasks_give_no_results() -> None:
    assert list(LocalRunner().run([])) == []
