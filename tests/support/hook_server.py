"""A receiver of webhooks as a user would write one: verifies, refuses what is old, takes each key once."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from tests.support.local_http import LocalHttp, Reply, Request

SECRET = "between-the-two-of-us"


class HookServer(LocalHttp):
    """`taken` is what it took by key, in order; `repeats` are keys that came again."""

    def __init__(self, *, secret: str = SECRET, now: Callable[[], float] = time.time, port: int = 0) -> None:
        super().__init__(self._answered, port=port)
        self._secret = secret
        self._now = now
        self.taken: dict[str, dict[str, Any]] = {}
        self.repeats: list[str] = []
        self.tests: list[dict[str, Any]] = []

    @property
    def hook(self) -> str:
        return f"{self.url}/signals?room=kept-from-view"

    def _answered(self, request: Request) -> Reply:
        stamp = request.headers.get("x-edgeproof-timestamp", "")
        computed = hmac.new(self._secret.encode(), stamp.encode() + b"." + request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={computed}", request.headers.get("x-edgeproof-signature", "")):
            return Reply(status=401)
        if abs(self._now() - int(stamp)) > 300:
            return Reply(status=401)
        document = json.loads(request.body)
        key = request.headers["idempotency-key"]
        if document["topic"] == "test" and "title" not in document:
            self.tests.append(document)
        elif key in self.taken:
            self.repeats.append(key)
        else:
            self.taken[key] = document
        return Reply(status=204)
