"""Commands that run until a time, until they are told to stop, or until something in them fails."""

import asyncio
import signal
from collections.abc import Awaitable
from contextlib import suppress

INTERRUPTED = 130


async def until_one_ends(*work: Awaitable[None]) -> None:
    """Do several things at once, until one of them ends; the others are cancelled and may tidy up.

    The error of any of them is raised, also one that came while it tidied up: what could not be written at the end must
    not be lost without a word.
    """
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error


async def told_to_stop() -> None:
    """Wait for SIGTERM, by which a supervisor ends a session: what is unsaved is saved then, as at any end."""
    told = asyncio.Event()
    with suppress(NotImplementedError):  # Windows has no such signal
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()
