"""The server of the dashboard."""

import asyncio
import socket
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import uvicorn
from fastapi import FastAPI

from edgeproof.bootstrap.dashboard.door import Door
from edgeproof.core.model.errors import InputError

_PATIENCE_S = 2
"""How long, at the end, connections that are open may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate and its key, in files (PEM), for TLS without a proxy."""

    file: Path
    key: Path


def serve(
    app: FastAPI,
    door: Door,
    *,
    ready: Callable[[str], None],
    certificate: Certificate | None = None,
    until_eof: bool = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM, or with `until_eof` until stdin ends; `ready` is told the address.

    Raises
    ------
    InputError
        The address cannot be had, or the certificate cannot be used.
    """
    if certificate is not None:
        _check(certificate)
    with listening(door.host, door.port) as at:
        config = uvicorn.Config(
            app,
            log_level="warning",
            # Frames are made once for all who listen; to compress them for each would cost more than all else.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=_PATIENCE_S,
            server_header=False,
            # What a proxy says of who asks is believed of one on this machine, and only where there is to be one.
            proxy_headers=door.url is not None,
            ssl_certfile=None if certificate is None else certificate.file,
            ssl_keyfile=None if certificate is None else certificate.key,
        )
        server = uvicorn.Server(config)
        if until_eof:
            Thread(target=_end_with_stdin, args=[server], daemon=True).start()
        ready(address(at, "http" if certificate is None else "https"))
        asyncio.run(server.serve(sockets=[at]))


def _check(certificate: Certificate) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate.file, certificate.key, password="")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(
            f"expected a certificate and its key, without a passphrase, in PEM; found {certificate.file} and "
            f"{certificate.key}, which cannot be used ({why})"
        ) from None


def address(at: socket.socket, scheme: str = "http") -> str:
    """Where a browser finds what listens there."""
    host, port = at.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


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
