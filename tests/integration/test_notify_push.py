"""Web push against a push service on loopback that reads the RFCs for itself."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.notify.push import LEFT_BEHIND_AFTER, LONGEST, PushChannel, payload_of, tag_of
from edgeproof.adapters.notify.push_devices import MOST, Device, Devices, check_endpoint, device_of
from edgeproof.adapters.notify.push_wire import PushWire, Sealer, vapid_keys
from edgeproof.adapters.storage.private_file import PrivateFile
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.journal import DeliveryNoted
from edgeproof.core.model.message import Severity, Topic
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.ports.channels import Outgoing
from edgeproof.services.notifying.dispatch import Dispatcher, Telling
from edgeproof.services.notifying.policy import ChannelPolicy, Pace
from tests.support.journals import began, decided
from tests.support.local_http import Fault, Reply
from tests.support.memory_journal import MemoryJournal
from tests.support.outgoing import message, outgoing
from tests.support.push_service import Browser, PushService
from tests.support.smtp_server import certificate, server_context

AT = "2026-02-03T10:30:00.000Z"


class World:
    """A home with browsers, their push service, and the channel to them."""

    def __init__(self, home: Path) -> None:
        self.service = PushService()
        self.keys = vapid_keys(PrivateFile(home / "web" / "vapid.json"))
        self.service.key = self.keys.shown
        self.devices = Devices(PrivateFile(home / "web" / "push.json"), may_be_local=True)
        self.words: list[str] = []
        wire = PushWire(Sealer(self.keys, "me@example.com"), timeout=2.0, may_be_local=True)
        self.channel = PushChannel(self.devices, wire, clock=SystemClock(), on_words=self.words.append)

    def add(self, name: str = "one") -> Browser:
        given = self.service.subscribe(name)
        values = {"endpoint": given["endpoint"], **given["keys"]}
        self.devices.add(device_of(values, label=f"Firefox {name}", role="operator", by="me", at=AT))
        return self.service.browser(name)

    def answer(self, name: str, reply: Reply | None) -> None:
        path = self.service.endpoint(name).removeprefix(self.service.url)
        if reply is None:
            self.service.answers.pop(path)
        else:
            self.service.answers[path] = reply

    def device(self, name: str = "one") -> Device:
        (found,) = [each for each in self.devices.all() if each.label == f"Firefox {name}"]
        return found


Doing = Callable[[World], Awaitable[None]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Doing], None]:
    async def played(doing: Doing) -> None:
        world = World(tmp_path)
        await world.service.start()
        try:
            await doing(world)
            assert world.service.problems == []
        finally:
            await world.channel.close()
            await world.service.stop()

    return lambda doing: asyncio.run(played(doing))


async def _failure(world: World, sent: Outgoing | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await world.channel.send(sent or outgoing())
    return caught.value


def test_signal_arrives_encrypted_signed_and_short_lived(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        browser = world.add()
        now = SystemClock().now()
        await world.channel.send(outgoing(at=now, queued_at=now, expires_at=now + 5 * MINUTE))
        (shown,) = browser.shown.values()
        assert shown["title"] == "LONG BTC/USD:USD · RSI_Oversold_5m_Reversal"
        assert "entry   45,000" in shown["body"]
        assert (shown["url"], shown["severity"], shown["silent"]) == ("/signals/7f3a", "info", False)
        (request,) = world.service.requests
        assert b"45,000" not in request.body
        assert 290 <= int(request.headers["ttl"]) <= 300
        assert request.headers["urgency"] == "high"

    play(doing)


@pytest.mark.parametrize(
    ("changes", "ttl", "urgency"),
    [
        ({"expires_at": None, "topic": Topic.TRADE}, 4 * 3600, "normal"),
        ({"expires_at": None, "topic": Topic.RISK, "severity": Severity.CRITICAL}, 24 * 3600, "high"),
        ({"is_late": True}, 60, "high"),
        ({"is_silent": True, "expires_at": None}, 4 * 3600, "low"),
    ],
    ids=["a trade", "critical", "late", "silent"],
)
def test_message_is_kept_as_long_as_it_is_worth(
    play: Callable[[Doing], None], changes: dict[str, Any], ttl: int, urgency: str
) -> None:
    async def doing(world: World) -> None:
        world.add()
        await world.channel.send(outgoing(**changes))
        headers = world.service.requests[0].headers
        assert (int(headers["ttl"]), headers["urgency"]) == (ttl, urgency)

    play(doing)


def test_browser_that_is_gone_is_forgotten_and_the_others_are_told(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        world.add("one")
        two = world.add("two")
        world.answer("one", Reply(status=410))
        await world.channel.send(outgoing())
        assert len(two.shown) == 1
        assert [each.label for each in world.devices.all()] == ["Firefox two"]
        assert world.words == ["push: Firefox one is gone, and told no more"]

    play(doing)


@pytest.mark.parametrize("status", [404, 410])
def test_message_whose_last_browser_is_gone_is_given_up(play: Callable[[Doing], None], status: int) -> None:
    async def doing(world: World) -> None:
        world.add()
        world.answer("one", Reply(status=status))
        error = await _failure(world)
        assert error.blame == "message"
        assert world.channel.traits.has_listeners is False

    play(doing)


def test_second_attempt_goes_only_to_who_does_not_have_it(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        one, two = world.add("one"), world.add("two")
        world.answer("two", Reply(status=429, headers={"Retry-After": "9"}))
        error = await _failure(world)
        assert (error.blame, error.retry_after) == ("passing", 9.0)
        assert "Firefox two" in str(error)
        world.answer("two", None)
        await world.channel.send(outgoing())
        assert (len(one.history), len(two.history)) == (1, 1)

    play(doing)


def test_browser_that_never_works_does_not_keep_the_others_waiting(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        one = world.add("one")
        world.add("two")
        world.answer("two", Reply(status=503))
        for _ in range(LEFT_BEHIND_AFTER - 1):
            await _failure(world, outgoing("a"))
        await world.channel.send(outgoing("a"))
        await world.channel.send(outgoing("b"))
        assert len(one.shown) == 2
        assert world.device("two").failures == LEFT_BEHIND_AFTER + 1
        assert any("not waited for" in each for each in world.words)
        world.answer("two", None)
        await world.channel.send(outgoing("c"))
        assert world.device("two").failures == 0

    play(doing)


def test_alone_a_browser_is_tried_however_often_it_failed(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        world.add()
        world.answer("one", Reply(status=500))
        for _ in range(LEFT_BEHIND_AFTER + 2):
            assert (await _failure(world)).blame == "passing"

    play(doing)


def test_message_that_no_browser_may_be_sent_asks_for_a_person(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        world.add()
        world.answer("one", Reply(status=403))
        error = await _failure(world)
        assert error.blame == "channel"
        assert "403" in str(error)

    play(doing)


def test_what_is_added_to_a_message_takes_its_place(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        browser = world.add()
        receipt = await world.channel.send(outgoing("a"))
        await world.channel.edit(receipt, outgoing("a", updates=(message("b", title="Half is out"),)))
        await world.channel.edit(receipt, outgoing("a", updates=(message("b"), message("c", title="All is out"))))
        assert len(browser.history) == 3
        (shown,) = browser.shown.values()
        assert "All is out" in shown["body"]
        assert {each.headers["topic"] for each in world.service.requests} == {receipt}

    play(doing)


def test_result_is_kept_of_each_browser(play: Callable[[Doing], None], tmp_path: Path) -> None:
    async def doing(world: World) -> None:
        world.add()
        world.service.script.append(Fault.HANG_UP)
        await _failure(world)
        assert (world.device().failures, world.device().last_told) == (1, None)
        await world.channel.send(outgoing())
        assert world.device().failures == 0
        assert world.device().last_told is not None
        files = list((tmp_path / "web").glob("*.json"))
        assert {each.name: each.stat().st_mode & 0o777 for each in files} == {"push.json": 0o600, "vapid.json": 0o600}

    play(doing)


def test_file_that_others_can_read_silences_push_alone(play: Callable[[Doing], None], tmp_path: Path) -> None:
    async def doing(world: World) -> None:
        world.add()
        (tmp_path / "web" / "push.json").chmod(0o644)
        assert world.channel.traits.has_listeners is False
        assert world.channel.traits.has_listeners is False
        assert len(world.words) == 1
        assert "chmod 600" in world.words[0]

    play(doing)


def test_keys_are_made_once(tmp_path: Path) -> None:
    first = vapid_keys(PrivateFile(tmp_path / "vapid.json"))
    assert vapid_keys(PrivateFile(tmp_path / "vapid.json")) == first
    assert "PRIVATE" not in repr(first)


def test_longest_message_fits_in_a_push(play: Callable[[Doing], None]) -> None:
    async def doing(world: World) -> None:
        world.add()
        for text in ("🚀" * 9_000, '"\\' * 9_000, "ü" * 9_000):
            sent = outgoing(text=text, title=text)
            assert len(payload_of(sent, tag_of("a"))) <= LONGEST
            await world.channel.send(sent)
        assert max(len(each.body) for each in world.service.requests) < 3_993

    play(doing)


# --- where a message may go ---


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://localhost./x",
        "https://[::1]:8800/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://[64:ff9b::a00:1]/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.1.1:8443/x",
        "https://100.64.0.1/x",
        "https://0/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://router/x",
        "https://nas.local/x",
        "https://push.example.com@10.0.0.1/x",
        "https://a:b@push.example.com/x",
        "https://push.example.com:99999/x",
        "https://push.example.com\\@10.0.0.1/x",
        "https://ｐush.example.com/x",
        "https:///x",
        "ftp://push.example.com/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_address_that_is_no_push_service_is_refused_and_not_repeated(endpoint: str) -> None:
    with pytest.raises(InputError) as caught:
        check_endpoint(endpoint)
    assert endpoint == "" or endpoint not in str(caught.value)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QOYf",
        "https://wns2-am3p.notify.windows.com/w/?token=BQ",
        "https://push.example.com:8443/x",
    ],
)
def test_address_of_a_push_service_is_taken(endpoint: str) -> None:
    check_endpoint(endpoint)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.7"], ["::1"], ["fd00::1"], ["224.0.0.1"], []])
def test_name_that_stands_for_a_private_address_is_not_sent_to(tmp_path: Path, addresses: list[str]) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return addresses

    async def doing() -> None:
        keys = vapid_keys(PrivateFile(tmp_path / "vapid.json"))
        wire = PushWire(Sealer(keys, "me@example.com"), timeout=1.0, resolve=resolve)
        devices = Devices(PrivateFile(tmp_path / "push.json"))
        values = {"endpoint": "https://push.example.com/x", **Browser().keys}
        devices.add(device_of(values, label="x", role="operator", by="", at=AT))
        channel = PushChannel(devices, wire, clock=SystemClock(), on_words=lambda _: None)
        with pytest.raises(ChannelError, match="private network") as caught:
            await channel.send(outgoing())
        assert caught.value.blame == "channel"
        await channel.close()

    asyncio.run(doing())
    assert asked == ["push.example.com:443"]


def test_name_that_cannot_be_found_is_tried_again(tmp_path: Path) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    async def doing() -> None:
        keys = vapid_keys(PrivateFile(tmp_path / "vapid.json"))
        wire = PushWire(Sealer(keys, "me@example.com"), timeout=1.0, resolve=resolve)
        device = device_of({"endpoint": "https://p.example.com/", **Browser().keys}, label="", role="", by="", at="")
        with pytest.raises(ChannelError, match="name") as caught:
            await PushChannel(
                Devices(_kept(tmp_path, device)), wire, clock=SystemClock(), on_words=lambda _: None
            ).send(outgoing())
        assert caught.value.blame == "passing"
        await wire.close()

    asyncio.run(doing())


class _TlsService(PushService):
    """A push service behind TLS, with a certificate of a name."""

    def __init__(self, paths: tuple[Path, Path]) -> None:
        super().__init__()
        self._paths = paths

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=server_context(self._paths))
        self._port = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        return f"https://push.example.com:{self.port}"


@pytest.mark.parametrize(("name", "problem"), [("push.example.com", ""), ("other.example.com", "certificate")])
def test_address_that_was_looked_at_must_have_the_certificate_of_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    paths = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(paths[0]))
    monkeypatch.setattr("edgeproof.adapters.notify.push_wire.is_public", lambda _: True)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def doing() -> None:
        service = _TlsService(paths)
        await service.start()
        given = service.subscribe()
        keys = vapid_keys(PrivateFile(tmp_path / "vapid.json"))
        service.key = keys.shown
        wire = PushWire(Sealer(keys, "me@example.com"), timeout=5.0, resolve=resolve)
        device = device_of({"endpoint": given["endpoint"], **given["keys"]}, label="", role="", by="", at="")
        channel = PushChannel(Devices(_kept(tmp_path, device)), wire, clock=SystemClock(), on_words=lambda _: None)
        if problem:
            with pytest.raises(ChannelError, match=problem):
                await channel.send(outgoing())
        else:
            await channel.send(outgoing())
        assert len(service.browser().shown) == (0 if problem else 1)
        assert service.problems == []
        assert all(each.headers["host"] == f"push.example.com:{service.port}" for each in service.requests)
        await channel.close()
        await service.stop()

    asyncio.run(doing())


def _kept(folder: Path, device: Device) -> PrivateFile:
    kept = PrivateFile(folder / "push.json")
    Devices(kept).add(device)
    return kept


def test_role_has_so_many_browsers_and_no_more(tmp_path: Path) -> None:
    devices = Devices(PrivateFile(tmp_path / "push.json"))
    for number in range(MOST):
        values = {"endpoint": f"https://push.example.com/{number}", **Browser().keys}
        devices.add(device_of(values, label="", role="viewer", by="", at=AT))
    more = {"endpoint": "https://push.example.com/more", **Browser().keys}
    with pytest.raises(InputError, match="remove one"):
        devices.add(device_of(more, label="", role="viewer", by="", at=AT))
    devices.add(device_of(more, label="", role="operator", by="", at=AT))


# --- in a session ---


def test_session_tells_a_browser_that_asks_while_it_runs(play: Callable[[Doing], None]) -> None:
    """Nothing is queued for nobody; who comes is told of what fires from then on, tried again until it is there."""

    async def doing(world: World) -> None:
        journal = MemoryJournal()
        telling = Telling(
            channels=[(world.channel, ChannelPolicy())], clock=SystemClock(), share=lambda: 0.0,
            pace=Pace(first=0.02),
        )  # fmt: skip
        dispatcher = Dispatcher(telling, journal, world.words.append)
        assert dispatcher.begin("s1", SystemClock().now, {}) == []
        dispatcher.start()
        assert dispatcher.composed([began()]) == []
        assert dispatcher.view() == ()
        browser = world.add()
        world.service.script += [Reply(status=503), Fault.HANG_UP]
        records = dispatcher.composed([decided(1)])
        journal.append(records)
        dispatcher.queued(records)
        await dispatcher.finish(10.0, is_patient=True)
        assert len(browser.shown) == 1
        assert [each.record.what for each in journal.read(DeliveryNoted)][-1] == "delivered"
        assert dispatcher.view()[0].name == "push"

    play(doing)


def test_json_of_a_message_is_what_the_service_worker_reads() -> None:
    said = json.loads(payload_of(outgoing(severity=Severity.CRITICAL, topic=Topic.RISK, signal_id=None), "t"))
    assert set(said) == {"title", "body", "tag", "url", "severity", "silent", "at"}
    assert (said["url"], said["severity"], said["at"] % SECOND) == ("/", "critical", 0)
    worker = (Path(__file__).parents[2] / "web/src/worker.js").read_text()
    assert all(f"said.{name}" in worker for name in said)
