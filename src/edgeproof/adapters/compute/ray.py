"""Tasks on a Ray cluster: the machines it has, or one started on this machine when there is none.

A task crosses to another process as it is pickled and back again as its result: it must carry what it needs, and no
open file, lock or progress bar. Ray is an extra: `pip install 'edgeproof[distributed]'`.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar

from edgeproof.core.model.errors import InputError, StoreError

T = TypeVar("T")

_TASKS_A_WORKER = 2
"""Handed out and not yet taken back: the next one waits beside each worker, and memory stays that of a few."""


class RayRunner:
    """A `TaskRunner` on Ray: results come in the order of the tasks, and are those of `LocalRunner` to the bit.

    A cluster is joined at `address` ("auto" for the one of this machine, "ray://host:10001" for one far away); without
    an address one is started here and stopped again by `close`, or at the end of a `with` block.

    Raises
    ------
    InputError
        When Ray is not installed, or no cluster answers at the address.
    """

    def __init__(self, workers: int | None = None, *, address: str | None = None) -> None:
        self._ray: Any = _import_ray()
        self._started = not self._ray.is_initialized()
        if self._started:
            self._start(workers, address)
        self._workers = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self._call = self._ray.remote(_call)

    def _start(self, workers: int | None, address: str | None) -> None:
        # Said only to a Ray of our own: where to find the cluster is the user's environment otherwise.
        options: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
        if address is None:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            options |= {"num_cpus": workers, "include_dashboard": False}
        try:
            self._ray.init(address=address or "local", **options)
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise InputError(
                f"no Ray cluster could be {'started here' if address is None else f'reached at {address}'}: {error}; "
                "use --engine local, or start one with: ray start --head"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the cluster, if it was started here."""
        if self._started:
            self._ray.shutdown()

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        """The result of every task, in order; the error of a task is raised where its result would have come."""
        ahead = self._workers * _TASKS_A_WORKER
        pending: list[Any] = []
        started = 0
        try:
            for number in range(len(tasks)):
                while started < min(len(tasks), number + ahead):
                    pending.append(self._call.remote(tasks[started]))
                    started += 1
                yield self._result(pending.pop(0))
        finally:
            for reference in pending:
                self._ray.cancel(reference)

    def _result(self, reference: Any) -> Any:  # noqa: ANN401 - whatever the task gives
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause if isinstance(error.cause, BaseException) else error from None
        except self._ray.exceptions.RayError as error:
            raise StoreError(f"the Ray cluster lost a task: {error}; run again, finished work is kept") from error


def _call(task: Callable[[], T]) -> T:
    return task()


def _import_ray() -> ModuleType:
    try:
        import ray  # noqa: PLC0415 - an extra, and seconds that only its users pay
    except ModuleNotFoundError as error:
        raise InputError(
            "--engine ray needs Ray, which is not installed: pip install 'edgeproof[distributed]', "
            "or use --engine local"
        ) from error
    module: ModuleType = ray
    return module
