"""`/healthz` and `/metrics` on loopback."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from edgeproof.core.model.errors import InputError
from edgeproof.ports import Report

HOST = "127.0.0.1"


class _Collector:
    """Prometheus' view of a report, made when it asks."""

    def __init__(self, report: Callable[[], Report]) -> None:
        self._report = report

    def collect(self) -> Iterator[Metric]:
        """The figures as metric families, samples of one name together."""
        families: dict[str, Metric] = {}
        for sample in self._report().samples:
            family = families.get(sample.name)
            if family is None:
                kind = CounterMetricFamily if sample.is_total else GaugeMetricFamily
                family = families[sample.name] = kind(
                    f"edgeproof_{sample.name}", sample.help, labels=tuple(sample.labels)
                )
            family.add_metric(tuple(sample.labels.values()), sample.value)  # type: ignore[attr-defined]
        yield from families.values()


def monitoring_app(report: Callable[[], Report]) -> Starlette:
    """The two answers: 200 or 503 with the problems as JSON, and Prometheus' text."""
    registry = CollectorRegistry()
    registry.register(_Collector(report))

    async def healthz(_: Request) -> Response:
        now = report()
        status = "ok" if now.is_well else "failing"
        return JSONResponse({"status": status, "problems": now.problems}, status_code=200 if now.is_well else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")

    return Starlette(routes=[Route("/healthz", healthz), Route("/metrics", metrics)])


class _Server(uvicorn.Server):
    """A server that leaves signals to the program it is part of."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Nothing is captured: Ctrl-C ends the program, and the server with it."""
        return nullcontext()


async def serve_monitoring(report: Callable[[], Report], port: int) -> None:
    """Answer on a port of loopback until cancelled.

    Raises
    ------
    InputError
        The port cannot be had.
    """
    config = uvicorn.Config(monitoring_app(report), host=HOST, port=port, log_level="critical", lifespan="off")
    server = _Server(config)
    try:
        await server.serve()
    except SystemExit:
        raise InputError(f"expected a free port for --serve, found {port} in use or not allowed: try another") from None
    except asyncio.CancelledError:
        server.should_exit = True
        await server.shutdown()
        raise
