"""The server of the dashboard."""

import asyncio
import socket
import sys
from collections.abc import Callable
from threading import Thread

import uvicorn
from fastapi import FastAPI

from edgeproof.core.model.errors import InputError

_PATIENCE_S = 2
"""How long, at the end, connections that are open may take."""


def serve(app: FastAPI, host: str, port: int, *, ready: Callable[[str], None], until_eof: bool = False) -> None:
    """Serve until Ctrl-C or SIGTERM, or with `until_eof` until stdin ends; `ready` is told the address.

    Raises
    ------
    InputError
        The address cannot be had.
    """
    with listening(host, port) as at:
        config = uvicorn.Config(
            app,
            log_level="warning",
            # Frames are made once for all who listen; to compress them for each would cost more than all else.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_PATIENCE_S,
            server_header=False,
        )
        server = uvicorn.Server(config)
        if until_eof:
            Thread(target=_end_with_stdin, args=[server], daemon=True).start()
        ready(address(at))
        asyncio.run(server.serve(sockets=[at]))


def address(at: socket.socket) -> str:
    """Where a browser finds what listens there."""
    host, port = at.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to an address.

    Raises
    ------
    InputError
        It cannot be had.
    """
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen()  # from now on who connects is served, if only in a moment
    except OSError as error:
        bound.close()
        raise InputError(
            f"expected an address to listen at, found {host} port {port} in use or not allowed ({error.strerror}): "
            "try another --port (0 takes any that is free)"
        ) from None
    return bound


def _end_with_stdin(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True
