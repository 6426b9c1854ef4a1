"""Every command through Telegram's wire, answered from the home of a session; what steers reaches the session."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from edgeproof.adapters.notify.telegram_bot import Pace
from edgeproof.bootstrap.answers import answers_of
from edgeproof.core.model.journal import Asked, Decided
from tests.support.bot_api import BotApi, bot_api, until
from tests.support.granting import trading_session
from tests.support.sessions import SESSION, decisions
from tests.support.talk_telegram import Talk, listening
from tests.support.trading import LONG, SHORT, closed, decided, history, records, traded

ANN, BEN, STRANGER = 101, 102, 666
ROLES = {ANN: "operator", BEN: "viewer"}
SEEN = {
    "/start": "This chat is an operator",
    "/help": "/positions - what is open",
    "/status": "paper runs on kraken",
    "/signals": "Support_Resistance_Bounce_15m",
    f"/why {LONG.id[:6]}": "+184.12 (+0.92 R)",
    "/positions": "short ETH 3 @ 2,400.00",
    "/stats": "1, 1 won",
    "/edge": "Support_Resistance_Bounce_15m",
    "/risk": "Open risk",
    "/parity": "was not compared",
    "/health": "does not say",
    "/missed": "every close of the last 24 h",
    "/pause": "granted: an exit at market was sent",
    f"/take {LONG.id}": "is open already",
    "/nonsense": "there is no /nonsense",
}
CONFIRMED = {
    "/resume": ("resume", ""),
    "/close ETH": ("close", "ETH/USD:USD"),
    f"/close {SHORT.id[:5]}": ("close", SHORT.id),
    "/closeall": ("close_all", ""),
    "/stop": ("halt", ""),
}


def run(home: Path, work: Callable[[BotApi, Talk], Awaitable[None]]) -> list[Asked]:
    """Do something beside a listener that answers from a home; what was asked of its session."""
    asked: list[Asked] = []

    async def main() -> None:
        answers = answers_of(home, home / "edgeproof.toml")
        async with bot_api(ANN, BEN, STRANGER) as api, listening(api, ROLES, answers, pace=Pace(poll=1.0)) as talk:
            await work(api, talk)

    seen = [Decided(session=SESSION, at=each.signal.time, decision=each) for each in decisions()]
    kept = [*records(), *seen, decided(), traded(), *history(), closed()]
    with trading_session(home, kept, asked):
        asyncio.run(main())
    return asked


def test_every_command_that_tells_is_answered(tmp_path: Path) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        for number, (text, says) in enumerate(SEEN.items(), 1):
            api.say(ANN, text)
            await until(lambda wanted=number: len(api.said) == wanted, seconds=20)
            assert says in api.said[-1].text, text
        assert len(talk.heard) == len(SEEN)
        assert {each.name for each, _ in talk.heard} >= {name for name in ("status", "why", "edge", "missed")}

    asked = run(tmp_path, work)
    assert [(each.wish, each.by) for each in asked] == [("stop", "telegram:ann")]


@pytest.mark.parametrize("text", CONFIRMED)
def test_command_that_steers_reaches_the_session_once_confirmed(tmp_path: Path, text: str) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, text, user="ann_lee")
        await until(lambda: api.said, seconds=20)
        yes = next(data for label, data in api.said[0].buttons.items() if label.startswith("Yes"))
        api.press(ANN, yes, api.said[0].id, user="ann_lee")
        await until(lambda: api.said[0].edits, seconds=20)
        assert api.said[0].text.endswith("granted: an exit at market was sent")
        assert talk.outcomes[-1] == "granted: an exit at market was sent"

    (asked,) = run(tmp_path, work)
    assert (asked.wish, asked.target) == CONFIRMED[text]
    assert asked.by == "telegram:ann_lee"


def test_viewer_sees_and_does_not_steer(tmp_path: Path) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        for number, text in enumerate(("/positions", "/pause", "/stop", "/close ETH", "/resume"), 1):
            api.say(BEN, text, user="ben")
            await until(lambda wanted=number: len(api.said) == wanted, seconds=20)
        assert "short ETH 3" in api.said[0].text
        assert all("needs an operator" in each.text and not each.buttons for each in api.said[1:])
        assert talk.outcomes == ["told", *["refused: needs an operator"] * 4]

    assert run(tmp_path, work) == []


def test_flood_of_strangers_leaves_no_trace(tmp_path: Path) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        for number in range(1_000):
            api.say(STRANGER, f"/stop {number}")
        await until(lambda: talk.listener.strangers == 1_000, seconds=20)
        assert (api.said, talk.heard, talk.words) == ([], [], [])

    assert run(tmp_path, work) == []
