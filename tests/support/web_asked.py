"""A browser without pages: asks the API of a dashboard that is served from a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.web import served

Document = dict[str, Any]


class Browser:
    """Asks a dashboard."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, status: int = 200, **query: str | int) -> Document:
        """What it answers; anything but the status is a failure."""
        answer = self._client.get(f"/api{path}", params=query)
        assert answer.status_code == status, answer.text
        found: Document = answer.json()
        return found

    def post(self, path: str, status: int = 200, **body: str) -> Document:
        """What it answers to something that is to be done."""
        token = self.get("/me")["csrf"]
        answer = self._client.post(f"/api{path}", json=body, headers={"X-CSRF-Token": token})
        assert answer.status_code == status, answer.text
        found: Document = answer.json()
        return found


@contextmanager
def browsing(home: Path) -> Iterator[Browser]:
    """A browser at the dashboard of a home, while the block lasts."""
    with served(home) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield Browser(client)
