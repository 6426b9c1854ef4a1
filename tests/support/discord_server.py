"""The webhook of Discord on loopback: its limits, its buckets, its refusals."""

import json
import re
import time
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.support.local_http import LocalHttp, Reply, Request

WEBHOOK, TOKEN = "112233445566", "kept-Secret_token-77"
_PATH = re.compile(r"/api(?:/v10)?/webhooks/(\d+)/([\w-]+)(?:/messages/(\d+))?")


def _json(status: int, document: dict[str, Any], **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, body=json.dumps(document).encode(), headers=named)


class DiscordServer(LocalHttp):
    """`messages` are those that stand in the channel by id, as they were sent or last changed."""

    def __init__(self, *, burst: int = 1_000, per: float = 2.0, port: int = 0) -> None:
        super().__init__(self._answered, port=port)
        self._burst = burst
        self._per = per
        self._asked: dict[str, list[float]] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.is_gone = False

    @property
    def webhook(self) -> str:
        return f"{self.url}/api/webhooks/{WEBHOOK}/{TOKEN}"

    def _answered(self, request: Request) -> Reply:
        found = _PATH.fullmatch(request.path)
        if found is None or found[1] != WEBHOOK or self.is_gone:
            return _json(404, {"message": "Unknown Webhook", "code": 10015})
        if found[2] != TOKEN:
            return _json(401, {"message": "Invalid Webhook Token", "code": 50027})
        if request.method == "GET":
            return _json(200, {"id": WEBHOOK, "name": "edgeproof", "token": TOKEN})
        wait, headers = self._bucket(request.method)
        if wait:
            return _json(
                429, {"message": "You are being rate limited.", "retry_after": wait, "global": False}, **headers
            )
        return self._taken(request, found[3], headers)

    def _bucket(self, method: str) -> tuple[float, dict[str, str]]:
        now = time.monotonic()
        asked = [each for each in self._asked.get(method, []) if now - each < self._per]
        left = self._burst - len(asked)
        reset = round(self._per - (now - asked[0]), 3) if asked else self._per
        if left > 0:
            asked.append(now)
        self._asked[method] = asked
        headers = {
            "X_RateLimit_Limit": str(self._burst),
            "X_RateLimit_Remaining": str(max(0, left - 1)),
            "X_RateLimit_Reset_After": f"{reset:.3f}",
            "X_RateLimit_Bucket": f"bucket-{method.lower()}",
        }
        return (0.0 if left > 0 else max(0.001, reset)), headers

    def _taken(self, request: Request, message_id: str | None, headers: dict[str, str]) -> Reply:
        document, picture = _payload(request)
        wrong = _wrong(document)
        if wrong:
            self.refused.append(wrong)
            return _json(400, {"message": "Invalid Form Body", "code": 50035, "errors": wrong}, **headers)
        if message_id is not None and message_id not in self.messages:
            return _json(404, {"message": "Unknown Message", "code": 10008}, **headers)
        key = message_id or str(900_000_000_000_000_000 + len(self.messages))
        self.messages[key] = document
        if picture is not None:
            self.pictures[key] = picture
        if message_id is None and request.query.get("wait") != ["true"]:
            return Reply(status=204)
        return _json(200, {"id": key, **document}, **headers)


def _payload(request: Request) -> tuple[dict[str, Any], bytes | None]:
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return json.loads(request.body), None
    parsed = BytesParser(EmailMessage, policy=HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
    parts = {part.get_param("name", header="content-disposition"): part for part in parsed.iter_parts()}
    content = parts["payload_json"].get_payload(decode=True)
    picture = parts["files[0]"].get_payload(decode=True)
    assert isinstance(content, bytes)
    assert isinstance(picture, bytes)
    return json.loads(content), picture


def _size(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _wrong(document: dict[str, Any]) -> str:
    # Discord counts what it is given, in the units of JavaScript.
    total = 0
    for embed in document.get("embeds", []):
        fields = embed.get("fields", [])
        limits = [(embed.get("title", ""), 256), (embed.get("description", ""), 4096)]
        limits += [(each["name"], 256) for each in fields] + [(each["value"], 1024) for each in fields]
        total += sum(_size(text) for text, _ in limits)
        if any(_size(text) > limit for text, limit in limits):
            return "too long"
        if len(fields) > 25:
            return "too many fields"
        if any(not each["name"].strip() or not each["value"].strip() for each in fields):
            return "an empty field"
    if total > 6000:
        return "too long in all"
    if not document.get("embeds") and not document.get("content"):
        return "an empty message"
    return ""
