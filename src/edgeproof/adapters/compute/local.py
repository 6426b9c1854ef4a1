"""Tasks on threads of this process: compiled kernels release the interpreter, and threads share candles for nothing."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    number: int
    value: T


@dataclass(frozen=True, slots=True)
class _Failed:
    number: int
    error: BaseException


class LocalRunner:
    """A `TaskRunner` of daemon threads.

    Results come in the order of the tasks. At most `workers` tasks are running or waiting to be taken, so that memory
    stays that of a few of them. Ctrl-C reaches the caller at once; threads still at work die with the process.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = max(1, workers if workers is not None else os.cpu_count() or 1)

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        """The result of every task, in order; the error of a task is raised where its result would have come."""
        finished: SimpleQueue[_Done[T] | _Failed] = SimpleQueue()
        waiting: dict[int, _Done[T] | _Failed] = {}
        started = 0
        for number in range(len(tasks)):
            while started < min(len(tasks), number + self._workers):
                _start(started, tasks[started], finished)
                started += 1
            while number not in waiting:
                outcome = finished.get()
                waiting[outcome.number] = outcome
            match waiting.pop(number):
                case _Done(value=value):
                    yield value
                case _Failed(error=error):
                    raise error


def _start(number: int, task: Callable[[], T], finished: "SimpleQueue[_Done[T] | _Failed]") -> None:
    def work() -> None:
        try:
            finished.put(_Done(number, task()))
        except BaseException as error:  # noqa: BLE001 - carried to the caller, who raises it
            finished.put(_Failed(number, error))

    threading.Thread(target=work, name=f"task-{number}", daemon=True).start()
