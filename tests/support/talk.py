"""A plain websocket client: says something, and keeps what it hears."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import websockets

from tests.support.replica import Served, websocket_of

Message = dict[str, Any]


def talk(served: Served, *requests: Message | str, until: Callable[[list[Message]], bool]) -> list[Message]:
    """Everything a replica says after some requests, until it is enough or it hangs up.

    What is no JSON is kept as {"raw": ...}, the end of the connection as {"closed": code}.
    """
    return talk_to(served.url, *requests, until=until)


def talk_to(url: str, *requests: Message | str, until: Callable[[list[Message]], bool]) -> list[Message]:
    """The same of a replica at an address."""

    async def run() -> list[Message]:
        heard: list[Message] = []
        async with asyncio.timeout(20), websockets.connect(websocket_of(url), compression=None) as socket:
            for request in requests:
                await socket.send(request if isinstance(request, str) else json.dumps(request))
            while not heard or not until(heard):
                try:
                    heard.append(_read(await socket.recv()))
                except websockets.ConnectionClosed as error:
                    return [*heard, {"closed": 1006 if error.rcvd is None else error.rcvd.code}]
        return heard

    return asyncio.run(run())


def _read(text: str | bytes) -> Message:
    try:
        found: Message = json.loads(text)
    except ValueError:
        return {"raw": text}
    return found


def subscribe(feed: str, *symbols: str) -> Message:
    """A subscription."""
    return {"event": "subscribe", "feed": feed, **({"product_ids": list(symbols)} if symbols else {})}


def enough(n: int) -> Callable[[list[Message]], bool]:
    """Until there are so many messages."""
    return lambda heard: len(heard) >= n


def until_time(moment: int) -> Callable[[list[Message]], bool]:
    """Until the heartbeat of a moment, or later."""
    return lambda heard: bool(heard) and heard[-1].get("feed") == "heartbeat" and heard[-1].get("time", -1) >= moment


def of_feed(heard: list[Message], feed: str) -> list[Message]:
    """The messages of a feed, without acknowledgements."""
    return [each for each in heard if each.get("feed") == feed and "event" not in each]
