"""What all private replies of Kraken Futures' REST have in common."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

from edgeproof.adapters.kraken.refusals import refusal
from edgeproof.adapters.kraken.rest_messages import decode
from edgeproof.core.model.errors import VenueError

Moment = Annotated[datetime, Meta(tz=True)]
T = TypeVar("T")


class Reply(Struct, rename="camel"):
    """Older replies leave `result` out; one that is there is a success, or it is refused."""

    result: Literal["success"] = "success"
    server_time: Moment | None = None


def read_reply(body: bytes, shape: type[T]) -> T:
    """The reply in its shape, unless the venue refuses with it."""
    refused = refusal(200, {}, body)
    if refused is not None:
        raise VenueError(refused.reason, is_passing=refused.is_passing)
    return decode(body, shape)
