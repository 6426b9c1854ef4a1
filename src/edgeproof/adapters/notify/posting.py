"""HTTP for channels whose address is a secret: one attempt, a hard end, and errors that never hold the address."""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from edgeproof.adapters.notify.silence import unlogged
from edgeproof.core.model.errors import ChannelError

_LONGEST_ANSWER = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; `body` is its first 64 KiB."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        """Whether it took what it was sent."""
        return 200 <= self.status < 300


class Poster:
    """A client for one address. Redirects are not followed: a message goes where the settings say, or nowhere."""

    def __init__(self, who: str, *, timeout: float) -> None:
        self._who = who
        self._timeout = timeout
        # To connect takes less than all of it, so that what never arrived is known as such. Made now rather than at the
        # first message: to read whom to trust takes a tenth of a second, in which nothing else would happen.
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(timeout, connect=timeout / 2), follow_redirects=False)

    async def ask(self, method: str, url: httpx.URL, **request: Any) -> Answer:  # noqa: ANN401 - as httpx takes them
        """What came back.

        Raises
        ------
        ChannelError
            Nothing came back.
        """
        try:
            with unlogged():
                async with asyncio.timeout(self._timeout):
                    return await self._asked(method, url, request)
        except (TimeoutError, httpx.HTTPError) as error:
            failed = _failed(self._who, self._timeout, error)
        # Raised out here: the error of the library, whose request has the address, is neither cause nor context.
        raise failed

    async def _asked(self, method: str, url: httpx.URL, request: Mapping[str, Any]) -> Answer:
        async with self._client.stream(method, url, **request) as response:
            body = b""
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LONGEST_ANSWER:
                    break
            return Answer(response.status_code, response.headers, body[:_LONGEST_ANSWER])

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()


def _failed(who: str, timeout: float, error: Exception) -> ChannelError:
    if _certificate(error) is not None:
        return ChannelError(
            f"{who}: its certificate cannot be trusted ({_certificate(error)}); check the address, the clock of this "
            "machine, and the certificates it trusts",
            blame="channel",
        )
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return ChannelError(f"{who}: no connection within {timeout:g} s")
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return ChannelError(f"{who}: it cannot be reached ({_why(error)})")
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return ChannelError(f"{who}: no answer within {timeout:g} s", may_have_arrived=True)
    return ChannelError(f"{who}: the connection broke off ({type(error).__name__})", may_have_arrived=True)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _certificate(error: Exception) -> str | None:
    for each in _chain(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return each.verify_message or "it does not verify"
    return None


def _why(error: Exception) -> str:
    # The words of a library may hold the address; the operating system's own do not.
    found = [each.strerror for each in _chain(error) if isinstance(each, OSError) and each.strerror]
    return found[-1] if found else type(error).__name__


def seconds_to_wait(answer: Answer, now: float) -> float | None:
    """What Retry-After asks for, as seconds or as a date; None where it says nothing that can be understood."""
    text = answer.headers.get("retry-after", "").strip()
    found = number(text)
    if found is not None or not text:
        return found
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now)


def number(text: object) -> float | None:
    """A number of seconds that makes sense, at most a day; None where it is none."""
    try:
        found = float(str(text))
    except ValueError:
        return None
    return min(found, 86_400.0) if found >= 0 else None
