"""A listener with answers of its own beside a Bot API server, for as long as a test lasts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from edgeproof.adapters.notify.telegram import open_wire
from edgeproof.adapters.notify.telegram_bot import Pace, TelegramListener
from edgeproof.adapters.notify.telegram_patience import Patience
from edgeproof.core.model.errors import InputError
from edgeproof.ports.channels import Answer, Answers, Heard
from tests.support.bot_api import TOKEN, BotApi
from tests.support.clocks import HandClock

QUICK = Patience(connect=0.5, answer=0.5, picture=0.5)
PACE = Pace(poll=1.0, answer=0.5, first_pause=0.01, longest_pause=0.05)


@dataclass
class Echo:
    """Says what was asked; "/close" is to be confirmed, "/wrong" an error, "/bug" a defect, "/slow" never answered."""

    heard: list[Heard] = field(default_factory=list)
    offered: tuple[tuple[str, str], ...] = (("status", "how it stands"), ("close", "close a position"))

    async def answer(self, command: Heard) -> Answer:
        """An answer."""
        self.heard.append(command)
        match command.name:
            case "wrong":
                raise InputError("expected something else")
            case "bug":
                raise ZeroDivisionError
            case "slow":
                await asyncio.Event().wait()
                raise AssertionError
            case "close" if not command.is_confirmed:
                return Answer(
                    text=f"close {command.words}?", outcome="asked to confirm", confirm="Yes, close it", meant=("this",)
                )
            case name:
                return Answer(text=f"{name} {' '.join(command.words)} <done>", outcome=f"{name} done")


@dataclass
class Talk:
    """What a test sees of a listener."""

    listener: TelegramListener
    clock: HandClock
    heard: list[tuple[Heard, str]]
    words: list[str]

    @property
    def outcomes(self) -> list[str]:
        """What came of each command."""
        return [outcome for _, outcome in self.heard]


@asynccontextmanager
async def listening(
    api: BotApi, roles: Mapping[int, str], answers: Answers, *, token: str = TOKEN, pace: Pace = PACE
) -> AsyncIterator[Talk]:
    """A listener that hears while the block lasts."""
    wire, clock = open_wire(token, api.url, QUICK), HandClock(0)
    heard: list[tuple[Heard, str]] = []
    words: list[str] = []
    listener = TelegramListener(
        wire=wire,
        roles=roles,
        answers=answers,
        clock=clock,
        on_heard=lambda each, outcome: heard.append((each, outcome)),
        on_words=words.append,
        pace=pace,
    )
    task = asyncio.ensure_future(listener.listen())
    try:
        yield Talk(listener, clock, heard, words)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await wire.close()
