"""A session with what runs beside it, while it holds its home."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from typing import Any

from edgeproof.services.session import Session
from edgeproof.services.standing import Standing


class OpenSession:
    """A session that holds its home while it runs. `standing` is None until its history is there."""

    def __init__(
        self, session: Session, closing: ExitStack, beside: Sequence[Callable[[], Coroutine[Any, Any, None]]]
    ) -> None:
        self._session = session
        self._closing = closing
        self._beside = beside

    @property
    def standing(self) -> Standing | None:
        """How it stands."""
        return self._session.standing

    async def run(self) -> None:
        """Watch until the time to stop, or until cancelled."""
        with self._closing:
            others = [asyncio.create_task(each()) for each in self._beside]
            for each in others:
                each.add_done_callback(self._missed)
            try:
                await self._session.run()
            finally:
                for each in others:
                    each.cancel()
                await asyncio.gather(*others, return_exceptions=True)

    def _missed(self, ended: asyncio.Task[None]) -> None:
        """Say what ended something beside the session, which goes on without."""
        error = None if ended.cancelled() else ended.exception()
        if error is not None:
            self._session.on_words(f"something beside the session ended, which goes on: {error!r}")
