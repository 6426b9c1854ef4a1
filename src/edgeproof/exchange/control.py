"""Steering a replica while it runs: what it is and does, and faults on request."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from edgeproof.core.model.errors import InputError
from edgeproof.exchange.faults import Fault, make_fault, parse_fault
from edgeproof.exchange.replica import Replica


def control_routes(replica: Replica) -> list[BaseRoute]:
    """`GET /replica`, and `POST` and `DELETE` of `/replica/faults`."""

    async def describe(_: Request) -> Response:
        replica.stream.synchronise()
        return _reply(replica.describe())

    async def inject(request: Request) -> Response:
        try:
            for fault in _faults(await request.body()):
                replica.inject(fault)
        except InputError as error:
            return _reply({"error": str(error)}, 400)
        return _reply(replica.describe())

    async def end(_: Request) -> Response:
        replica.end_faults()
        return _reply(replica.describe())

    return [
        Route("/replica", describe),
        Route("/replica/faults", inject, methods=["POST"]),
        Route("/replica/faults", end, methods=["DELETE"]),
    ]


def _faults(body: bytes) -> list[Fault]:
    """The faults of a JSON body: one or a list, each `"drop:after=10"` or `{"fault": "drop", "after": 10}`."""
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise InputError(f'expected JSON such as {{"fault": "drop", "after": 10}}, but: {error}') from error
    return [_fault(each) for each in (document if isinstance(document, list) else [document])]


def _fault(document: Any) -> Fault:  # noqa: ANN401 - what JSON holds
    match document:
        case str():
            return parse_fault(document)
        case {"fault": str(name)}:
            return make_fault(name, {str(key): str(value) for key, value in document.items() if key != "fault"})
        case _:
            raise InputError('expected "drop:after=10" or {"fault": "drop", "after": 10}')


def _reply(document: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")
