"""A real `paper --ask` on a small market that tells people: buttons are pressed, channels are down, blocked, gone.

The session trades on; what a channel could not be told arrives when it is back.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.simulated.drawn import drawn_candles
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.bootstrap.drill import read_journal
from edgeproof.core.model.journal import CommandHeard, MessageQueued, SignalTraded
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time, parse_time
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports import Journal
from edgeproof.services.notifying.outbox import waiting_in
from tests.support.bot_api_state import TOKEN, BotApi, Said
from tests.support.bot_thread import bot_in_thread
from tests.support.discord_server import DiscordServer
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import in_thread
from tests.support.processes import begin, edgeproof, replica
from tests.support.sessions import BITCOIN

FROM = parse_time("2025-01-09T11:00:00Z")
UNTIL = FROM + 3 * HOUR
WORDS = ("--instrument", BITCOIN.unified)
CHAT, BLOCKED = 77, 78
PATIENCE_S = 90.0
HYPOTHESIS = """\
[[hypothesis]]
name = "Every_Close_5m"
timeframe = "5m"
direction = "long"
family = "breakout"
reason = "None: somebody is to be asked."
entry = ["close > 0"]
stop = "close * 0.98"
target = "1R"
expires_after = "30m"
"""
RISK = """\
[risk]
loss_streak = false
no_entries_loss = 0.9
flatten_loss = false
"""


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A venue whose price rises."""
    venue = tmp_path_factory.mktemp("venue")
    candles = drawn_candles(60_000.0, FROM - 9 * DAY, UNTIL, ((FROM, 1.0), (UNTIL, 1.3)))
    ParquetStore(venue / "data").save_candles(BITCOIN, candles, source="drawn")
    return venue


def make_home(venue: Path, home: Path, settings: str, **secrets: str) -> None:
    candles = ParquetStore(venue / "data").load_candles(BITCOIN)
    ParquetStore(home / "data").save_candles(BITCOIN, candles.between(None, FROM), source="drawn")
    (home / "hypotheses").mkdir()
    (home / "hypotheses" / "every.toml").write_text(HYPOTHESIS)
    (home / "edgeproof.toml").write_text(RISK + settings)
    for name, secret in secrets.items():
        (home / name).write_text(secret)
        (home / name).chmod(0o600)


@contextmanager
def market(venue: Path, speed: str) -> Iterator[str]:
    span = ("--from", format_time(FROM), "--to", format_time(UNTIL))
    pace = ("--speed", speed, "--ticker-every", "1m", "--trades-per-minute", "16")
    with replica("--home", venue, *WORDS, *span, *pace) as url:
        yield url


def paper(home: Path, url: str, *more: str) -> "subprocess.Popen[str]":
    words = ("--venue", "replica", "--url", url, "--no-preview", *WORDS, "--home", home)
    return begin("paper", "Every_*", "--all", *more, *words)


def until(home: Path, process: "subprocess.Popen[str]", found: Callable[[Journal], Any]) -> Any:
    """What is found once it is there."""
    limit = time.monotonic() + PATIENCE_S
    while time.monotonic() < limit:
        with read_journal(home) as journal:
            if answer := found(journal):
                return answer
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        time.sleep(0.1)
    raise AssertionError("it did not come in time")


def offer(api: BotApi, *known: int) -> Said | None:
    """An alert that can be taken or skipped."""
    return next((each for each in api.of(CHAT) if "Take" in each.buttons and each.id not in known), None)


def now_of(api: BotApi, said: Said) -> Said:
    return next(each for each in api.of(CHAT) if each.id == said.id)


def fate(journal: Journal, said: Said) -> TradeFate | None:
    id_ = said.buttons["Take"].partition(":")[2]
    found = [each.record.decided.fate for each in journal.read(SignalTraded) if each.record.signal.id == id_]
    return found[0] if found else None


def answers(api: BotApi, words: str) -> bool:
    return any(words in each.text for each in api.of(CHAT))


@pytest.mark.timeout(300)
def test_people_take_and_skip_by_buttons_while_other_channels_are_down(venue: Path, tmp_path: Path) -> None:
    hook, discord = HookServer(), DiscordServer()
    discord.is_gone = True
    with in_thread(hook):
        pass  # it has a port by now, at which nobody listens
    with bot_in_thread(CHAT, BLOCKED) as api, in_thread(discord), market(venue, "60") as url:
        api.blocked.add(BLOCKED)
        chats = f'chats = [{{ id = {CHAT}, role = "operator" }}, {{ id = {BLOCKED} }}]'
        settings = f"""\
[notify.telegram]
url = "{api.url}"
token = "file:token"
{chats}
[notify.webhook]
url = "{hook.hook}"
secret = "file:hook"
[notify.discord]
url = "file:discord"
"""
        make_home(venue, tmp_path, settings, token=TOKEN, hook=SECRET, discord=discord.webhook)
        process = paper(tmp_path, url, "--ask")
        try:
            _press(tmp_path, process, api)
        finally:
            process.kill()
            _, told = process.communicate()
        assert told.count(f"chat {BLOCKED} is not told") == 1
        assert "blocked" in told
        assert told.count("it cannot be reached") == 1
        assert told.count("make a new one") == 1
        _expect_told_of(tmp_path)
        discord.is_gone = False
        with in_thread(hook):
            sent = edgeproof("notify", "send", "--home", tmp_path, "--wait", "60")
        assert sent.status == 0, sent.err
        with read_journal(tmp_path) as journal:
            assert waiting_in(journal) == ()
            queued = {each.record.message.id for each in journal.read(MessageQueued)}
        updates = {each["id"] for taken in hook.taken.values() for each in taken.get("updates", ())}
        assert queued <= {*hook.taken, *updates}
        assert [each for each in (TOKEN, SECRET, discord.webhook) if each in told + sent.out + sent.err] == []


def _press(home: Path, process: "subprocess.Popen[str]", api: BotApi) -> None:
    first = until(home, process, lambda _: offer(api))
    assert "Every_Close_5m" in first.text
    assert "Waits for you until " in first.text
    api.press(CHAT, first.buttons["Take"], first.id)
    until(home, process, lambda journal: fate(journal, first) is TradeFate.TAKEN)
    until(home, process, lambda _: answers(api, "granted: taken: "))
    until(home, process, lambda _: list(now_of(api, first).buttons) == ["Close"])
    assert "Taken: LONG" in now_of(api, first).text

    second = until(home, process, lambda _: offer(api, first.id))
    api.press(CHAT, second.buttons["Skip"], second.id)
    until(home, process, lambda journal: fate(journal, second) is TradeFate.SKIPPED)
    until(home, process, lambda _: now_of(api, second).buttons == {})
    assert "Skipped by telegram:ann" in now_of(api, second).text
    api.press(CHAT, second.buttons["Take"], second.id)
    until(home, process, lambda _: answers(api, "does not wait any more (skipped"))
    with read_journal(home) as journal:
        heard = [each.record for each in journal.read(CommandHeard)]
    assert [each.outcome.partition(":")[0] for each in heard] == ["granted", "granted", "refused"]
    assert all("ann" in each.by for each in heard)


def _expect_told_of(home: Path) -> None:
    status = {line.partition(":")[0]: line for line in edgeproof("notify", "status", "--home", home).out.splitlines()}
    assert "it cannot be reached" in status["webhook"]
    assert "make a new one" in status["discord"]
    assert " delivered" in status["telegram"]
    missed = edgeproof("missed", "--home", home).out
    assert "not told yet by webhook: " in missed
    assert "not told yet by discord: " in missed


@pytest.mark.timeout(300)
def test_session_with_a_wrong_token_trades_on_and_all_arrives_once_it_is_right(venue: Path, tmp_path: Path) -> None:
    wrong = "987654321:BBB-never_to_be_seen_0123456789abcde"
    with bot_in_thread(CHAT) as api, market(venue, "max") as url:
        settings = (
            f'[notify.telegram]\nurl = "{api.url}"\ntoken = "file:token"\nchats = [{{ id = {CHAT} }}]\nbudget = 0\n'
        )
        make_home(venue, tmp_path, settings, token=wrong)
        process = paper(tmp_path, url, "--until", format_time(FROM + 30 * MINUTE))
        _, told = process.communicate(timeout=120)
        assert process.returncode == 0, told
        assert 1 <= told.count("the token is not that of a bot") <= 2  # its ear and its voice
        assert wrong not in told
        with read_journal(tmp_path) as journal:
            queued = [each.record.message for each in journal.read(MessageQueued)]
            assert any(each.topic == "signal" for each in queued)
            assert len(waiting_in(journal)) == len(queued)
        (tmp_path / "token").write_text(TOKEN)
        sent = edgeproof("notify", "send", "--home", tmp_path, "--wait", "60")
        assert sent.status == 0, sent.err
        assert len(api.said) >= len([each for each in queued if not each.is_update])
