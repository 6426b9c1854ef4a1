"""The picture of a message, made beside the loop."""

import asyncio

from edgeproof.core.model.message import Message
from edgeproof.ports.channels import Outgoing


async def picture(outgoing: Outgoing) -> bytes | None:
    """PNG of the chart; None where there is none, or it could not be drawn: the words go out all the same."""
    if outgoing.chart is None:
        return None
    try:
        return await asyncio.to_thread(outgoing.chart)
    except Exception:  # noqa: BLE001 - whatever is wrong with a picture, it must not hold back the alert
        return None


def alternative(message: Message) -> str:
    """What stands where a picture cannot be seen."""
    return f"Chart of {message.instrument}" if message.instrument is not None else "Chart"
