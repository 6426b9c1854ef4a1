"""`/healthz` and `/metrics`, asked over ASGI and over a real port of loopback."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from edgeproof.adapters.monitoring.machine import free_bytes
from edgeproof.adapters.monitoring.server import monitoring_app, serve_monitoring
from edgeproof.core.model.errors import InputError
from edgeproof.ports import Report, Sample

SAMPLES = (
    Sample(name="feed_connected", help="1 while connected", value=1.0, labels={}),
    Sample(name="candles", help="Candles", value=7.0, labels={"instrument": "BTC/USD:USD"}, is_total=True),
    Sample(name="candles", help="Candles", value=8.0, labels={"instrument": "ETH/USD:USD"}, is_total=True),
)
WELL = Report(is_well=True, problems=(), samples=SAMPLES)
ILL = Report(is_well=False, problems=("not connected to the venue",), samples=SAMPLES)


def ask(report: Report, path: str) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(app=monitoring_app(lambda: report))
        async with httpx.AsyncClient(transport=transport, base_url="http://monitoring") as client:
            return await client.get(path)

    return asyncio.run(run())


def test_healthz_is_200_when_well_and_503_with_the_problems_when_not() -> None:
    assert (ask(WELL, "/healthz").status_code, ask(WELL, "/healthz").json()["status"]) == (200, "ok")
    ill = ask(ILL, "/healthz")
    assert (ill.status_code, ill.json()) == (503, {"status": "failing", "problems": ["not connected to the venue"]})


def test_metrics_are_prometheus_text_with_one_family_a_name() -> None:
    text = ask(WELL, "/metrics").text
    assert "edgeproof_feed_connected 1.0" in text
    assert 'edgeproof_candles_total{instrument="BTC/USD:USD"} 7.0' in text
    assert text.count("# TYPE edgeproof_candles_total counter") == 1


def test_monitoring_answers_on_its_port_until_cancelled() -> None:
    async def run() -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        serving = asyncio.create_task(serve_monitoring(lambda: WELL, port))
        async with httpx.AsyncClient() as client:
            for _ in range(100):
                try:
                    status = (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code
                    break
                except httpx.ConnectError:
                    await asyncio.sleep(0.02)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        return status

    assert asyncio.run(run()) == 200


def test_monitoring_on_a_port_in_use_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match="free port for --serve"):
            asyncio.run(serve_monitoring(lambda: WELL, taken.getsockname()[1]))


def test_free_bytes_of_a_folder_that_does_not_exist_yet_are_those_around_it(tmp_path: Path) -> None:

    assert free_bytes(tmp_path / "a" / "b") == pytest.approx(free_bytes(tmp_path), rel=0.1)
