"""Signals by the hundred to channels that fail at random, from a `paper` that is killed again and again.

Every message arrives at every channel; none twice where a channel can tell (the webhook knows its keys), and one that
comes twice elsewhere says so. By default a hundred signals and two kills; `make soak` takes a thousand and ten, and
prints the table that docs/explanation/live-proofs.md keeps.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest

from edgeproof.bootstrap.asking import kept_journal
from edgeproof.core.model.journal import DeliveryNoted, MessageQueued
from edgeproof.core.model.message import DeliveryFate
from edgeproof.core.model.time import HOUR, MINUTE, format_time, parse_time
from edgeproof.services.notifying.outbox import waiting_in
from edgeproof.services.notifying.tally import tally
from tests.support.bot_api_state import BotApi, Fault, too_many
from tests.support.bot_thread import bot_in_thread
from tests.support.discord_server import DiscordServer
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import Fault as HttpFault
from tests.support.local_http import LocalHttp, Reply, in_thread
from tests.support.processes import begin, edgeproof, replica
from tests.support.week import IS_SOAK, NAMES, chosen, make_market

FROM = parse_time("2025-05-18T00:00Z")
SOME, SPAN, KILLS = (NAMES, 30 * HOUR, 10) if IS_SOAK else (NAMES[:3], 12 * HOUR, 2)
LEAST = 1_000 if IS_SOAK else 100
UNTIL = FROM + SPAN
CHAT = 77
PACE = ("--speed", "600" if IS_SOAK else "max", "--waits", "--ticker-every", "1m", "--trades-per-minute", "16")
DOWN_S = 120.0 if IS_SOAK else 3.0
"""How long a channel is away at a time, once in a while."""
_ID = re.compile(r"\b[0-9a-f]{16}\b")
_FINAL = frozenset(each.value for each in DeliveryFate if each is not DeliveryFate.WAITING)


def settings(api: str, hook: str) -> str:
    """Three channels without a budget, so that each message comes by itself."""
    return f"""\
[risk]
loss_streak = false
no_entries_loss = 0.3
flatten_loss = 0.4
max_drawdown = 0.9
[notify]
repeat_after = "1m"
[notify.telegram]
url = "{api}"
token = "file:telegram.token"
chats = [{{ id = {CHAT}, role = "operator" }}]
budget = 0
per_second = 100
[notify.discord]
url = "file:discord.url"
budget = 0
per_second = 100
[notify.webhook]
url = "{hook}"
secret = "file:hook.secret"
"""


@dataclass
class Weather:
    """What goes wrong with the channels, by chance: for some seconds each, most of the time nothing."""

    api: BotApi
    servers: dict[str, LocalHttp]
    rng: np.random.Generator
    counts: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        until = time.monotonic()
        while not self._over.wait(float(self.rng.uniform(0.2, 1.5))):
            if time.monotonic() < until:
                continue
            self._of_telegram()
            for name, server in self.servers.items():
                self._of_server(name, server)
            if self.rng.random() < 0.1:
                until = time.monotonic() + DOWN_S
                self._all_away()

    def _all_away(self) -> None:
        self.counts["all away"] += 1
        self.api.fail("*", *[Fault("hang_up")] * 1_000)
        for server in self.servers.values():
            server.always = HttpFault.HANG_UP

    def end(self) -> None:
        self._over.set()
        self.api.faults["*"].clear()
        for server in self.servers.values():
            server.always = None

    def _of_telegram(self) -> None:
        self.api.faults["*"].clear()
        kinds = ("", "", "", "429", "500", "502", "hang_up", "lost", "silence")
        kind = kinds[int(self.rng.integers(0, len(kinds)))]
        match kind:
            case "":
                return
            case "429":
                found = [too_many(1)]
            case "500" | "502":
                found = [Fault("status", int(kind))] * 20
            case "hang_up":
                found = [Fault("hang_up")] * 50
            case _:
                found = [Fault(kind)]
        self.counts[f"telegram {kind}"] += 1
        self.api.fail("*", *found)

    def _of_server(self, name: str, server: LocalHttp) -> None:
        faults: tuple[Reply | HttpFault | None, ...] = (
            None, None, None, Reply(status=429, headers={"Retry-After": "1"}), Reply(status=503), HttpFault.HANG_UP,
            HttpFault.HALF, HttpFault.TAKEN_AND_HANG_UP,
        )  # fmt: skip
        server.always = faults[int(self.rng.integers(0, len(faults)))]
        if server.always is not None:
            kind = server.always.status if isinstance(server.always, Reply) else server.always.value
            self.counts[f"{name} {kind}"] += 1


@dataclass
class Told:
    """A home whose sessions told people, and what those got to see."""

    home: Path
    api: BotApi
    hook: HookServer
    discord: DiscordServer
    faults: Counter[str]

    @property
    def queued(self) -> list[MessageQueued]:
        with kept_journal(self.home, self.home / "edgeproof.toml") as journal:
            return [each.record for each in journal.read(MessageQueued)]

    @property
    def notes(self) -> list[DeliveryNoted]:
        with kept_journal(self.home, self.home / "edgeproof.toml") as journal:
            return [each.record for each in journal.read(DeliveryNoted)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Sessions that were killed at times of the market, while the channels failed."""
    market = make_market(tmp_path_factory.mktemp("market"))
    home = tmp_path_factory.mktemp("told")
    hook, discord = HookServer(), DiscordServer()
    with bot_in_thread(CHAT) as api, in_thread(hook), in_thread(discord):
        _write_settings(home, api, discord, hook)
        weather = Weather(api, {"webhook": hook, "discord": discord}, np.random.default_rng(8))
        thread = threading.Thread(target=weather.run, daemon=True)
        thread.start()
        try:
            _live(market, home)
        finally:
            weather.end()
            thread.join(10)
        sent = edgeproof("notify", "send", "--home", home, "--wait", "150")
        assert sent.status == 0, sent.err
        yield Told(home, api, hook, discord, weather.counts)


def _write_settings(home: Path, api: BotApi, discord: DiscordServer, hook: HookServer) -> None:
    (home / "edgeproof.toml").write_text(settings(api.url, hook.hook))
    for name, secret in (("telegram.token", api.token), ("discord.url", discord.webhook), ("hook.secret", SECRET)):
        path = home / name
        path.write_text(secret)
        path.chmod(0o600)


def _live(market: Path, home: Path) -> None:
    rng = np.random.default_rng(9)
    kills = sorted((FROM + 30 * MINUTE + rng.integers(0, SPAN - HOUR, KILLS)).tolist())
    span = ("--from", format_time(FROM), "--to", format_time(UNTIL + HOUR))
    with replica("--home", market, *chosen(SOME), *span, *PACE) as url:
        for kill_at in (*kills, None):
            words = ("paper", "--all", "--venue", "replica", "--url", url, "--home", str(home), *chosen(SOME))
            process = begin(*words, "--until", format_time(UNTIL))
            said: list[str] = []
            reading = threading.Thread(target=_reader(process, said))
            reading.start()
            while kill_at is not None and process.poll() is None and _now(url) < kill_at:
                time.sleep(0.02)
            if kill_at is not None:
                process.kill()
            reading.join()
            assert process.returncode == (0 if kill_at is None else -9), said[1]


def _reader(process: "subprocess.Popen[str]", said: list[str]) -> Callable[[], None]:
    return lambda: said.extend(process.communicate())


def _now(url: str) -> int:
    return parse_time(str(httpx.get(f"{url}/replica").json()["now"]))


@pytest.mark.timeout(1_500)
def test_every_message_has_arrived_at_every_channel(told: Told) -> None:
    queued = told.queued
    signals = {each.message.signal_id for each in queued if each.message.topic == "signal"}
    if IS_SOAK:
        _print(told)
    assert len(signals) >= LEAST
    expected = {(channel, each.message.id) for each in queued for channel in each.channels}
    ends = {(each.channel, each.message_id) for each in told.notes if each.what in _FINAL}
    assert expected == ends
    assert {each.what for each in told.notes if each.what in _FINAL} <= {"delivered", "merged"}
    with kept_journal(told.home, told.home / "edgeproof.toml") as journal:
        assert waiting_in(journal) == ()


def test_the_webhook_has_each_message_once(told: Told) -> None:
    assert set(told.hook.taken) == {each.message.id for each in told.queued}


def test_people_saw_every_signal_and_twice_only_with_a_word_on_it(told: Told) -> None:
    signals = {each.message.signal_id for each in told.queued if each.message.topic == "signal"}
    alerts = [each.text for each in told.api.said if "Reward:risk" in each.text]
    of_telegram = Counter(_ID.findall(text)[-1] for text in alerts)
    assert set(of_telegram) == signals
    marked = Counter(_ID.findall(text)[-1] for text in alerts if "may have come before" in text)
    assert [name for name, count in of_telegram.items() if count - 1 > marked[name]] == []
    of_discord = {name for each in told.discord.messages.values() for name in _ID.findall(str(each))}
    assert signals <= of_discord


def test_nothing_that_is_written_or_said_holds_a_secret(told: Told) -> None:
    for path in told.home.glob("journal.db*"):
        content = path.read_bytes()
        assert told.api.token.encode() not in content
        assert told.discord.webhook.rpartition("/")[2].encode() not in content
        assert SECRET.encode() not in content


def _print(told: Told) -> None:
    notes = told.notes
    signals = sum(each.message.topic == "signal" for each in told.queued)
    marked = sum("may have come before" in each.text for each in told.api.said)
    lines = [f"{len(told.queued):,} messages, {signals:,} of them signals; killed {KILLS} times"]
    lines += [f"faults: {', '.join(f'{count} x {kind}' for kind, count in sorted(told.faults.items()))}"]
    lines += [f"{each.channel}: {each.words}; {each.sent:,} attempts" for each in tally(notes, ())]
    lines.append(f"telegram: {len(told.api.said):,} messages there, {marked} marked as perhaps told before")
    lines.append(
        f"webhook: {len(told.hook.taken):,} messages there, {len(told.hook.repeats):,} came again under their keys"
    )
    sys.stderr.write("\n" + "\n".join(lines) + os.linesep)
