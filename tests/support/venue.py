"""A venue that speaks Kraken Futures' public REST on a port of loopback, and fails on request."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import SECOND, format_time, parse_duration

MOST = 2_000

Reply = tuple[int, dict[str, str], bytes]


@dataclass(slots=True, eq=False)
class Venue:
    """What the venue knows, and what goes wrong next: the names of faults, one a request for candles; "" is none."""

    candles: Mapping[Instrument, Candles]
    funding: Mapping[Instrument, Funding]
    now: int
    faults: deque[str] = field(default_factory=deque)
    delay: float = 0.0
    url: str = ""
    asked: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str) -> Reply | None:
        """The reply to a request; None hangs up."""
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self._lock:
            self.asked.append(path)
            is_chart = parts.path.startswith("/api/charts/")
            fault = self.faults.popleft() if self.faults and is_chart else None
        if is_chart and self.delay:
            time.sleep(self.delay)
        return _fault(fault) if fault else self._reply(parts.path, query)

    def _reply(self, path: str, query: Mapping[str, str]) -> Reply:
        match path.strip("/").split("/"):
            case ["derivatives", "api", "v3", "instruments"]:
                return self._told({"instruments": [_instrument(each) for each in self.candles]})
            case ["derivatives", "api", "v3", "instruments", "status"]:
                return self._told({"instrumentStatus": []})
            case ["derivatives", "api", "v3", "tickers", symbol]:
                return self._told({"ticker": {"symbol": symbol, "markPrice": 1.0, "last": 1.0}})
            case ["derivatives", "api", "v4", "historicalfundingrates"]:
                return self._told({"rates": self._rates(query["symbol"])})
            case ["api", "charts", "v1", "trade", symbol, resolution]:
                return self._chart(symbol, resolution, query)
            case _:
                return _json(404, {"result": "error", "errors": [{"code": 0, "message": "404 NOT_FOUND"}]})

    def _told(self, document: dict[str, Any]) -> Reply:
        return _json(200, {"result": "success", **document, "serverTime": format_time(self.now)})

    def _rates(self, symbol: str) -> list[dict[str, Any]]:
        held = self.funding[parse_instrument(symbol)]
        return [
            {"timestamp": format_time(at), "fundingRate": rate * 60_000, "relativeFundingRate": rate}
            for at, rate in zip(held.time.tolist(), held.rate.tolist(), strict=True)
        ]

    def _chart(self, symbol: str, resolution: str, query: Mapping[str, str]) -> Reply:
        """The candles that open within [from, to], the forming one among them, the oldest 2,000 of them."""
        held = self.candles.get(parse_instrument(symbol))
        if held is None or held.timeframe != parse_duration(resolution):
            return 400, {"Content-Type": "text/plain"}, b"Invalid resolution"
        begin, finish = int(query["from"]) * SECOND, min(int(query["to"]) * SECOND, self.now)
        rows = np.flatnonzero((held.open_time >= begin) & (held.open_time <= finish))
        shown = [
            {"time": int(held.open_time[row])} | {name: repr(float(getattr(held, name)[row])) for name in COLUMNS}
            for row in rows[:MOST]
        ]
        return _json(200, {"candles": shown, "more_candles": len(rows) > MOST})


@contextmanager
def serving(venue: Venue) -> Iterator[Venue]:
    """The venue on a port of loopback while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = venue.answer(self.path)
            if reply is None:
                self.close_connection = True
                return
            status, headers, body = reply
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # whoever asked is gone

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    venue.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield venue
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _json(status: int, document: object) -> Reply:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def _fault(name: str) -> Reply | None:
    match name:
        case "503":
            return 503, {}, b"upstream connect error"
        case "429":
            return 429, {"rate-limit-reset": "0.2"}, b""
        case "limit":
            return _json(200, {"result": "error", "error": "apiLimitExceeded"})
        case "html":
            return 200, {"Content-Type": "text/html"}, b"<!doctype html><title>Maintenance</title>"
        case "cut":
            return 200, {"Content-Type": "application/json"}, b'{"candles":[{"time":17'
        case _:
            return None


def _instrument(instrument: Instrument) -> dict[str, Any]:
    return {
        "symbol": instrument.venue_symbol,
        "type": "flexible_futures",
        "tickSize": 0.5,
        "contractSize": 1,
        "tradeable": True,
        "maxPositionSize": 1200.0,
        "openingDate": "2022-03-22T13:15:36Z",
        "marginLevels": [{"numNonContractUnits": 0.0, "initialMargin": 0.01, "maintenanceMargin": 0.005}],
        "contractValueTradePrecision": 4,
        "postOnly": False,
        "base": instrument.base,
        "quote": instrument.quote,
        "pair": f"{instrument.base}:{instrument.quote}",
    }
