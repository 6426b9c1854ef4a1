"""HTTP and websocket routes: thin, each one takes words apart and answers with a document."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import SECOND, format_time, parse_time
from edgeproof.exchange import account, documents
from edgeproof.exchange import book as books
from edgeproof.exchange.auth import is_signed, sign_request
from edgeproof.exchange.charts import Window, chart
from edgeproof.exchange.control import control_routes
from edgeproof.exchange.disturbance import disturbed, unavailable
from edgeproof.exchange.documents import RESOLUTIONS, TICK_TYPES, malformed, refusal, success
from edgeproof.exchange.listing import Listed
from edgeproof.exchange.notices import rest_notices
from edgeproof.exchange.product import Product
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.session import attend
from edgeproof.exchange.tape import Tape
from edgeproof.exchange.wire import NAME

Handler = Callable[[Replica, Request], Awaitable[Response]]
V3 = "/derivatives/api/v3"
V4 = "/derivatives/api/v4"
_HISTORY = "/api/history/{version:str}"


def routes(replica: Replica) -> list[BaseRoute]:
    """Every route of a replica."""

    def route(path: str, handler: Handler, *methods: str) -> Route:
        async def answer(request: Request) -> Response:
            replica.served[path] += 1
            replica.stream.synchronise()
            if replica.doors.refuse_request():
                return unavailable(replica.stream.stamp)
            struck = await disturbed(replica.faults_of_rest(), request.url.path, replica.stream.stamp)
            return struck or await handler(replica, request)

        return Route(path, answer, methods=list(methods) or ["GET"])

    private = {**_ACCOUNT, "notifications": lambda _: {"notifications": rest_notices(replica.stream.notices)}}
    return [
        *(route(f"{V3}/{path}", handler) for path, handler in _PUBLIC.items()),
        *(route(f"{V3}/{path}", _private(document)) for path, document in private.items()),
        *(route(f"{base}/{name}", _funding) for base, name in _FUNDING),
        *(route(path, handler) for path, handler in _CHARTS.items()),
        route(f"{_HISTORY}/market/{{symbol}}/executions", _executions),
        *(route(f"{_HISTORY}/{name}", _private_history) for name in _PRIVATE_HISTORY),
        route("/api/auth/v1/api-keys/v3/check", _private(lambda _: {})),
        WebSocketRoute("/ws/v1", _websocket(replica)),
        *control_routes(replica),
    ]


def _websocket(replica: Replica) -> Callable[[WebSocket], Awaitable[None]]:
    async def serve(socket: WebSocket) -> None:
        replica.stream.synchronise()
        if replica.doors.refuse_connection():
            await socket.send_denial_response(unavailable(replica.stream.stamp))
            return
        await socket.accept()
        session = replica.enter(socket.scope["state"][NAME])
        try:
            await attend(session, socket.receive)
        finally:
            replica.leave(session)

    return serve


def reply(document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json", headers=dict(headers or {})
    )


async def not_found(request: Request, _: Exception) -> Response:
    """The answer where there is nothing."""
    replica: Replica = request.app.state.replica
    return reply(malformed(replica.stream.stamp, "NOT_FOUND", 0, "404 NOT_FOUND"), 404)


def _bad_argument(replica: Replica, name: str) -> Response:
    return reply(malformed(replica.stream.stamp, "BAD_REQUEST", 11, f"Argument invalid: {name}"), 400)


def _missing_argument(replica: Replica, name: str) -> Response:
    return reply(malformed(replica.stream.stamp, "BAD_REQUEST", 11, f"Required argument missing: {name}"), 400)


async def _instruments(replica: Replica, _: Request) -> Response:
    rows = [documents.instrument(listed) for listed in replica.stream.listing]
    return reply(success(replica.stream.stamp, instruments=rows))


async def _statuses(replica: Replica, _: Request) -> Response:
    rows = [documents.status(listed) for listed in replica.stream.listing]
    return reply(success(replica.stream.stamp, instrumentStatus=rows))


async def _status(replica: Replica, request: Request) -> Response:
    listed = replica.stream.listing.find(request.path_params["symbol"])
    if listed is None:
        return _bad_argument(replica, "symbol")
    return reply(success(replica.stream.stamp, **documents.status(listed)))


async def _tickers(replica: Replica, _: Request) -> Response:
    rows = [documents.ticker(listed, replica.stream.now) for listed in replica.stream.listing]
    return reply(success(replica.stream.stamp, tickers=rows))


async def _ticker(replica: Replica, request: Request) -> Response:
    listed = replica.stream.listing.find(request.path_params["symbol"])
    if listed is None:
        return _bad_argument(replica, "symbol")
    return reply(success(replica.stream.stamp, ticker=documents.ticker(listed, replica.stream.now)))


def _named(replica: Replica, request: Request) -> Listed | Response:
    symbol = request.query_params.get("symbol")
    if symbol is None:
        return _missing_argument(replica, "symbol")
    listed = replica.stream.listing.find(symbol)
    return _bad_argument(replica, "symbol") if listed is None else listed


async def _order_book(replica: Replica, request: Request) -> Response:
    named = _named(replica, request)
    if isinstance(named, Response):
        return named
    return reply(books.document(replica.stream.book(named.number), replica.stream.stamp))


async def _history(replica: Replica, request: Request) -> Response:
    named = _named(replica, request)
    if isinstance(named, Response):
        return named
    words = request.query_params.get("lastTime")
    try:
        before = None if words is None else parse_time(words)
    except InputError:
        return _bad_argument(replica, "lastTime")
    rows = documents.history(named.product, named.seen(replica.stream.now), before)
    return reply(success(replica.stream.stamp, history=rows))


async def _funding(replica: Replica, request: Request) -> Response:
    named = _named(replica, request)
    if isinstance(named, Response):
        return named
    rates = documents.funding_rates(named.product, replica.stream.now)
    return reply(success(replica.stream.stamp, rates=rates))


async def _fee_schedules(replica: Replica, _: Request) -> Response:
    return reply(success(replica.stream.stamp, feeSchedules=documents.fee_schedules()))


async def _executions(replica: Replica, request: Request) -> Response:
    listed = replica.stream.listing.find(request.path_params["symbol"])
    if listed is None:
        return _bad_argument(replica, "symbol")
    words = request.query_params
    try:
        since, before, token, count = (_whole(words.get(name)) for name in _EXECUTION_WORDS)
    except ValueError:
        return _bad_argument(replica, "since")
    rows = documents.execution_rows(listed.product, listed.seen(replica.stream.now), since, before)
    size = min(documents.MOST_EXECUTIONS, documents.MOST_EXECUTIONS if count is None else max(1, count))
    page, following = _page(rows, token, size, ascending=words.get("sort", "desc").lower() == "asc")
    headers = {"is-truncated": str(following is not None).lower()}
    if following is not None:
        headers["Next-Continuation-Token"] = following
    return reply(documents.executions(listed.product, page, following), headers=headers)


_MOST = 2**50
_EXECUTION_WORDS = ("since", "before", "continuation_token", "count")


def _page(rows: range, token: int | None, size: int, *, ascending: bool) -> tuple[range, str | None]:
    """The rows of a page in the order asked for, and the row the next one begins with."""
    if ascending:
        first = rows.start if token is None else max(rows.start, token)
        stop = min(rows.stop, first + size)
        return range(first, stop), str(stop) if stop < rows.stop else None
    newest = rows.stop - 1 if token is None else min(rows.stop - 1, token)
    oldest = max(rows.start, newest - size + 1)
    return range(newest, oldest - 1, -1), str(oldest - 1) if oldest > rows.start else None


def _whole(text: str | None) -> int | None:
    return None if text is None else min(_MOST, max(-_MOST, int(text)))


async def _chart(replica: Replica, request: Request) -> Response:
    tick, symbol, resolution = (request.path_params[name] for name in ("tick", "symbol", "resolution"))
    if tick not in TICK_TYPES:
        return PlainTextResponse("Invalid tick type", 400)
    if resolution not in RESOLUTIONS:
        return PlainTextResponse("Invalid resolution", 400)
    listed = replica.stream.listing.find(symbol)
    if listed is None:
        return PlainTextResponse("Invalid symbol", 400)
    try:
        start, end, count = (_whole(request.query_params.get(name)) for name in ("from", "to", "count"))
    except ValueError:
        return PlainTextResponse("Invalid time", 400)
    window = _window(RESOLUTIONS[resolution], start, end, count)
    minutes, tape = _priced(listed.product, tick)
    now = listed.seen(replica.stream.now)
    found = chart(minutes, tape, now, window, fill_quiet=replica.options.fill_quiet)
    return reply(documents.candles(found, has_volume=tick == "trade"))


def _priced(product: Product, tick_type: str) -> tuple[Candles, Tape]:
    match tick_type:
        case "mark":
            return product.mark_minutes, product.mark
        case "spot":
            return product.index_minutes, product.index
        case _:
            return product.minutes, product.tape


def _window(length: int, start: int | None, end: int | None, count: int | None) -> Window:
    first = None if start is None else start * SECOND
    last = None if end is None else end * SECOND
    if count is not None and first is not None:
        last = min(first + max(0, count - 1) * length, first + length * 2000 if last is None else last)
    return Window(length=length, start=first, end=last)


async def _tick_types(_: Replica, __: Request) -> Response:
    return Response(msgspec.json.encode(list(TICK_TYPES)), media_type="application/json")


async def _charted(replica: Replica, request: Request) -> Response:
    if request.path_params["tick"] not in TICK_TYPES:
        return PlainTextResponse("Invalid tick type", 400)
    symbols = [listed.symbol for listed in replica.stream.listing]
    return Response(msgspec.json.encode(symbols), media_type="application/json")


async def _resolutions(_: Replica, __: Request) -> Response:
    return Response(msgspec.json.encode(list(RESOLUTIONS)), media_type="application/json")


def _private(document: Callable[[int], Mapping[str, Any]]) -> Handler:
    async def answer(replica: Replica, request: Request) -> Response:
        now = replica.stream.stamp
        if not await _is_authentic(replica, request):
            return reply(refusal(now, "authenticationError"))
        return reply(success(now, **document(now)))

    return answer


async def _private_history(replica: Replica, request: Request) -> Response:
    if not await _is_authentic(replica, request):
        reason = "You are not authorized to access this endpoint."
        return reply({"status": "unauthorized", "reason": reason}, 401)
    kind = request.url.path.rsplit("/", 1)[-1]
    return reply(account.history(kind, format_time(replica.stream.stamp)))


async def _is_authentic(replica: Replica, request: Request) -> bool:
    """Whether the request is signed with the replica's key, over its raw query or its raw body."""
    credentials = replica.options.credentials
    if request.headers.get("APIKey") != credentials.key:
        return False
    nonce, given = request.headers.get("Nonce", ""), request.headers.get("Authent", "")
    query, body = request.url.query, (await request.body()).decode("latin-1")
    return any(
        is_signed(given, sign_request(credentials.secret, request.url.path, signed, nonce))
        for signed in dict.fromkeys((query, body, query + body))
    )


_PUBLIC: dict[str, Handler] = {
    "instruments": _instruments,
    "instruments/status": _statuses,
    "instruments/{symbol}/status": _status,
    "tickers": _tickers,
    "tickers/{symbol}": _ticker,
    "orderbook": _order_book,
    "history": _history,
    "feeschedules": _fee_schedules,
}
_CHARTS: dict[str, Handler] = {
    "/api/charts/v1": _tick_types,
    "/api/charts/v1/": _tick_types,
    "/api/charts/v1/{tick}": _charted,
    "/api/charts/v1/{tick}/{symbol}": _resolutions,
    "/api/charts/v1/{tick}/{symbol}/{resolution}": _chart,
}
_ACCOUNT: dict[str, Callable[[int], Mapping[str, Any]]] = {
    "accounts": lambda _: {"accounts": account.accounts()},
    "openpositions": lambda _: {"openPositions": []},
    "openorders": lambda _: {"openOrders": []},
    "fills": lambda _: {"fills": []},
    "leveragepreferences": lambda _: {"leveragePreferences": []},
    "pnlpreferences": lambda _: {"preferences": []},
    "feeschedules/volumes": lambda _: {"volumesByFeeSchedule": {}},
    "subaccounts": lambda _: {"masterAccountUid": account.ACCOUNT, "subaccounts": []},
    "unwindqueue": lambda _: {"queue": []},
    "transfers": lambda _: {"transfers": []},
}
_FUNDING = (
    (V4, "historicalfundingrates"),
    (V4, "historical-funding-rates"),
    (V3, "historical-funding-rates"),
)
_PRIVATE_HISTORY = ("orders", "executions", "triggers", "positions", "account-log")
