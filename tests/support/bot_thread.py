"""A Bot API server on a loop of its own, for tests whose own loop is not there or busy."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from tests.support.bot_api import bot_api
from tests.support.bot_api_state import BotApi


@contextlib.contextmanager
def bot_in_thread(*chats: int, port: int = 0) -> Iterator[BotApi]:
    """The server, while the block lasts; what people say and press may come from any thread."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[BotApi] = []

    async def serve() -> None:
        async with bot_api(*chats, port=port) as api:
            api.loop = loop
            found.append(api)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()
