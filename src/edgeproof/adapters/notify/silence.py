"""Libraries log what they fetch, and an address may be the secret: while a channel speaks, they do not."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TALKATIVE = ("httpx", "httpcore.http11", "httpcore.connection", "urllib3.connectionpool", "apprise", "aiosmtplib")

_is_secret: ContextVar[bool] = ContextVar("edgeproof_channel_speaks", default=False)


def _passes(_: logging.LogRecord) -> bool:
    return not _is_secret.get()


@contextmanager
def unlogged() -> Iterator[None]:
    """Keeps what this task does out of the logs of libraries, whatever their level; other tasks are logged as ever."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_passes)  # a filter that is there already is not added again
    token = _is_secret.set(True)
    try:
        yield
    finally:
        _is_secret.reset(token)
