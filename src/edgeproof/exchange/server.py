"""Serving a replica on loopback: uvicorn, the moving market beside it, and a clean end."""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette

from edgeproof.core.model.errors import InputError
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.routes import not_found, routes
from edgeproof.exchange.wire import Wire

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SEND_BUFFER = 1 << 17
_SWEEP_SECONDS = 1.0
_BACKLOG = 128


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling: to be stopped is this program's normal end, with status 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one.

    Raises
    ------
    InputError
        The host is not this machine's own, or the port is taken.
    """
    if host not in _LOOPBACK:
        raise InputError(
            f"expected --host to be 127.0.0.1, ::1 or localhost, found {host}: the replica knows no encryption and "
            "trusts whoever reaches it, so it serves this machine only"
        )
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # asyncio lets small messages go at once (TCP_NODELAY) only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by every connection: bounds how far the clock can run ahead of a client that reads slowly.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise InputError(f"expected port {port} of {host} to be free, but: {error}; try --port 0") from error
    return listening


def base_url(listening: socket.socket) -> str:
    """The address of a listening socket, `http://127.0.0.1:8787`."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(replica: Replica, listening: socket.socket, *, on_start: Callable[[], None] = lambda: None) -> None:
    """Serve until Ctrl-C, SIGTERM, or the end of the market where that was asked for."""
    asyncio.run(_serve(replica, listening, on_start, asyncio.Event()))


@contextmanager
def serving(replica: Replica, listening: socket.socket) -> Iterator[str]:
    """Serve from a thread while the block lasts; the base URL."""
    loop, stop, started = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            try:
                runner.run(_serve(replica, listening, started.set, stop))
            finally:
                started.set()

    thread = threading.Thread(target=run, name="replica", daemon=True)
    thread.start()
    started.wait()
    try:
        yield base_url(listening)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve(replica: Replica, listening: socket.socket, on_start: Callable[[], None], stop: asyncio.Event) -> None:
    server = _Server(_config(replica))
    _stop_on_signals(stop)
    serving_task = asyncio.create_task(server.serve(sockets=[listening]))
    moving = asyncio.create_task(replica.stream.run())
    sweeping = asyncio.create_task(_sweep(replica))
    stopping = asyncio.create_task(stop.wait())
    on_start()
    await asyncio.wait({serving_task, moving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    for task in (moving, sweeping, stopping):
        task.cancel()
    await serving_task
    for task in (moving, sweeping, stopping):
        with suppress(asyncio.CancelledError):
            await task


def _config(replica: Replica) -> uvicorn.Config:
    app = Starlette(routes=routes(replica), exception_handlers={404: not_found})
    app.state.replica = replica
    return uvicorn.Config(
        app,
        ws=Wire,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        access_log=False,
        lifespan="off",
        log_level="error",
        log_config=None,
        timeout_graceful_shutdown=1,
    )


def _stop_on_signals(stop: asyncio.Event) -> None:
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)


async def _sweep(replica: Replica) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        replica.close_quiet_sessions()
