"""Commands through Telegram: the library's own HTTP, a Bot API server on loopback, and answers of the test."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.bot_api import BotApi, Fault, Said, bot_api, texts, too_many, until
from tests.support.talk_telegram import Echo, Talk, listening

ANN, BEN, STRANGER = 101, 102, 666
ROLES = {ANN: "operator", BEN: "viewer"}

Work = Callable[[BotApi, Talk], Awaitable[None]]


def run(work: Work) -> None:
    """Do something beside a listener."""

    async def main() -> None:
        async with bot_api(ANN, BEN, STRANGER) as api, listening(api, ROLES, Echo()) as talk:
            await work(api, talk)

    asyncio.run(main())


async def answered(api: BotApi, chat: int, count: int = 1) -> Said:
    """The last of so many answers in a chat."""
    await until(lambda: len(api.of(chat)) >= count)
    return api.of(chat)[-1]


async def settled(api: BotApi) -> None:
    """Wait until all that was handed over is acknowledged."""
    await until(lambda: not api.updates)
    seen = api.polled
    await until(lambda: api.polled > seen)


def test_command_of_a_listed_chat_is_answered_and_kept_with_who_gave_it() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/status now", user="ann_lee")
        assert (await answered(api, ANN)).text == "status now <done>"
        ((heard, outcome),) = talk.heard
        assert (heard.by, heard.role, heard.chat, heard.user) == ("ann_lee", "operator", "101", "101")
        assert (heard.name, heard.words, heard.text, outcome) == ("status", ("now",), "/status now", "status done")

    run(work)


def test_commands_are_told_to_peoples_apps_at_the_start() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        await until(lambda: api.commands)
        assert [each["command"] for each in api.commands] == ["status", "close"]

    run(work)


@pytest.mark.parametrize("text", ["/status@edgeproof_bot", "/STATUS@Edgeproof_Bot"])
def test_command_with_the_name_of_the_bot_is_heard(text: str) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, text)
        assert (await answered(api, ANN)).text == "status  <done>"

    run(work)


@pytest.mark.parametrize("text", ["/status@another_bot", "hello", "", "status"])
def test_talk_and_commands_to_others_are_left_alone(text: str) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, text)
        await settled(api)
        assert (api.said, talk.heard) == ([], [])

    run(work)


def test_flood_of_strangers_is_counted_and_costs_nothing_more() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        for number in range(1_000):
            if number % 2:
                api.say(STRANGER, f"/stop {number}")
            else:
                api.press(STRANGER, "yes:1001", 1)
        api.say(ANN, "/status")
        await answered(api, ANN)
        assert talk.listener.strangers == 1_000
        assert len(api.said) == len(talk.heard) == 1
        assert api.answered == []
        assert api.calls["sendMessage"] == 1

    run(work)


def test_same_update_twice_is_handled_once() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/status", update_id=5)
        api.say(ANN, "/status", update_id=5)
        await settled(api)
        await settled(api)
        api.say(ANN, "/status", update_id=5)
        api.say(ANN, "/stats", update_id=6)
        await until(lambda: len(talk.heard) >= 2)
        await settled(api)
        assert talk.outcomes == ["status done", "stats done"]

    run(work)


def test_numbers_that_begin_anew_from_below_are_heard() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/status", update_id=9_000)
        await answered(api, ANN)
        await settled(api)
        api.say(ANN, "/stats", update_id=17)
        await answered(api, ANN, 2)
        assert talk.outcomes == ["status done", "stats done"]

    run(work)


MALFORMED: list[Any] = [
    None,
    [],
    "update",
    {},
    {"update_id": "7"},
    {"update_id": True},
    {"update_id": 2_001},
    {"update_id": 2_002, "message": "text"},
    {"update_id": 2_003, "message": {"chat": {"id": "101"}, "text": "/stop"}},
    {"update_id": 2_004, "message": {"chat": {"id": ANN}, "text": "/stop"}},
    {"update_id": 2_005, "message": {"chat": {"id": ANN}, "from": {"id": ANN}, "text": 7}},
    {"update_id": 2_006, "callback_query": {"id": 7, "from": {"id": ANN}, "message": {"chat": {"id": ANN}}}},
    {"update_id": 2_007, "callback_query": None},
    {"update_id": 2_008, "message": {"chat": {"id": ANN}, "from": {"id": ANN}, "text": "/"}},
]


def test_malformed_updates_are_passed_over_and_the_next_is_heard() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.hand(*MALFORMED)
        api.say(ANN, "/status", update_id=3_000)
        await until(lambda: "status done" in talk.outcomes)
        await settled(api)
        assert talk.listener.malformed == 6

    run(work)


@pytest.mark.parametrize(
    "fault",
    [Fault("status", 500), Fault("status", 502), too_many(1), Fault("hang_up"), Fault("garbage")],
)
def test_polling_that_fails_is_taken_up_again(fault: Fault) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.fail("getUpdates", fault, fault)
        api.say(ANN, "/status")
        await answered(api, ANN)
        assert len(talk.words) == 2
        assert talk.words[-1] == "telegram: commands are heard again"

    run(work)


def test_another_listener_at_the_same_bot_is_told_plainly_once() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        conflict = Fault("status", 409, description="Conflict: terminated by other getUpdates request")
        api.fail("getUpdates", conflict, conflict, conflict)
        api.say(ANN, "/status")
        await answered(api, ANN)
        assert "one bot serves one session" in talk.words[0]
        assert len(talk.words) == 2

    run(work)


def test_wrong_token_is_told_and_nothing_is_raced() -> None:
    async def main() -> None:
        wrong = "987654321:BBB-never_to_be_seen_0123456789"
        async with bot_api(ANN) as api, listening(api, ROLES, Echo(), token=wrong) as talk:
            await until(lambda: talk.words)
            assert "@BotFather" in talk.words[0]
            assert wrong not in talk.words[0]

    asyncio.run(main())


@pytest.mark.parametrize("fault", [Fault("status", 500), too_many(1), Fault("hang_up")])
def test_answer_that_fails_in_passing_is_told_again(fault: Fault) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.fail("sendMessage", fault)
        api.say(ANN, "/status")
        await answered(api, ANN)
        assert talk.outcomes == ["status done"]

    run(work)


def test_answer_to_a_chat_that_blocked_the_bot_is_told_in_words() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.blocked.add(ANN)
        api.say(ANN, "/status")
        await until(lambda: talk.words)
        assert "blocked" in talk.words[0]
        api.say(BEN, "/status")
        await answered(api, BEN)

    run(work)


@pytest.mark.parametrize(
    ("text", "says", "outcome"),
    [("/wrong", "expected", "failed"), ("/bug", "defect", "defect"), ("/slow", "no answer within", "no answer")],
)
def test_answer_that_fails_is_told_and_kept_and_the_next_is_heard(text: str, says: str, outcome: str) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, text)
        assert says in (await answered(api, ANN)).text
        assert talk.outcomes[0].startswith(outcome)
        api.say(ANN, "/status")
        await answered(api, ANN, 2)

    run(work)


def test_destructive_command_is_done_after_it_was_confirmed_and_once() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/close BTC")
        asked = await answered(api, ANN)
        yes = asked.buttons["Yes, close it"]
        assert talk.outcomes == ["asked to confirm"]
        api.press(ANN, yes, asked.id)
        await until(lambda: len(talk.heard) == 2)
        await until(lambda: api.said[0].edits == 1)
        assert texts(api.said) == ["close this <done>"]
        assert api.said[0].buttons == {}
        assert talk.heard[1][0].is_confirmed
        api.press(ANN, yes, asked.id)
        await until(lambda: len(talk.heard) == 3)
        assert talk.outcomes == ["asked to confirm", "close done", "refused: nothing waits to be confirmed"]

    run(work)


@pytest.mark.parametrize("seconds", [60.5, 100_000.0])
def test_confirmation_that_comes_too_late_does_nothing(seconds: float) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/close BTC")
        asked = await answered(api, ANN)
        talk.clock.seconds += seconds
        api.press(ANN, asked.buttons["Yes, close it"], asked.id)
        await until(lambda: api.said[0].edits == 1)
        assert talk.outcomes == ["asked to confirm", "expired"]
        assert "within 60 s" in api.said[0].text

    run(work)


def test_confirmation_by_no_does_nothing() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/close BTC")
        asked = await answered(api, ANN)
        api.press(ANN, asked.buttons["No"], asked.id)
        await until(lambda: api.said[0].edits == 1)
        assert talk.outcomes == ["asked to confirm", "not confirmed"]

    run(work)


@pytest.mark.parametrize(("chat", "user"), [(BEN, "ben"), (BEN, "ann")])
def test_confirmation_by_somebody_else_does_nothing_and_the_right_one_still_can(chat: int, user: str) -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.say(ANN, "/close BTC")
        asked = await answered(api, ANN)
        api.press(chat, asked.buttons["Yes, close it"], asked.id, user=user)
        await until(lambda: len(talk.heard) == 2)
        assert talk.outcomes[-1] == "refused: somebody else asked"
        api.press(ANN, asked.buttons["Yes, close it"], asked.id)
        await until(lambda: "close done" in talk.outcomes)

    run(work)


def test_button_under_a_signal_is_a_command_with_its_id() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.press(ANN, "skip:c708679e8078c384", 1)
        assert (await answered(api, ANN)).text == "skip c708679e8078c384 <done>"
        assert talk.heard[0][0].text == "[skip] c708679e8078c384"
        assert len(api.answered) == 1

    run(work)


def test_close_button_asks_first() -> None:
    async def work(api: BotApi, talk: Talk) -> None:
        api.press(ANN, "close:c708679e8078c384", 1)
        assert "Yes, close it" in (await answered(api, ANN)).buttons
        assert talk.outcomes == ["asked to confirm"]

    run(work)


def test_restart_hears_what_was_not_acknowledged_and_forgets_what_was_to_be_confirmed() -> None:
    async def main() -> None:
        async with bot_api(ANN) as api:
            async with listening(api, ROLES, Echo()):
                api.say(ANN, "/close BTC")
                asked = await answered(api, ANN)
                await settled(api)
            api.press(ANN, asked.buttons["Yes, close it"], asked.id)
            api.say(ANN, "/status")
            async with listening(api, ROLES, Echo()) as talk:
                await until(lambda: len(talk.heard) == 2)
                assert talk.outcomes == ["refused: nothing waits to be confirmed", "status done"]
                await until(lambda: not api.said[0].buttons)

    asyncio.run(main())
