"""`notify status`, `notify send`, and what `why`, `missed` and `status` say of messages."""

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edgeproof.adapters.clock import SystemClock
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.journal import ASKS_FIRST, Decided, DeliveryNoted, MessageQueued, OutboxKept, Record
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.time import format_time
from tests.support.calls import Outcome, call
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import in_thread
from tests.support.sessions import CLOSE, SESSION, SOLANA, told
from tests.support.trading import began, records, signal_of

Asked = Callable[..., Outcome]

FRESH = signal_of("Fresh_15m", SOLANA, (150, 147, 156), time=CLOSE)
DECIDED = Decided(session=SESSION, at=FRESH.time, decision=told(FRESH))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Asked:
    def run(*words: str, kept: tuple[Record, ...] = (), settings: str = "") -> Outcome:
        (tmp_path / "edgeproof.toml").write_text(settings)
        (tmp_path / "secret").write_text(SECRET)
        (tmp_path / "secret").chmod(0o600)
        if kept:
            journal = open_journal(tmp_path, JournalSettings(), writing=True)
            journal.append(kept)
            journal.close()
        return call([*words, "--home", str(tmp_path)], monkeypatch, capsys)

    return run


def webhook(url: str) -> str:
    return f'[notify.webhook]\nurl = "{url}"\nsecret = "file:secret"\n'


def nobody() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}/hook"


def alert() -> Message:
    """A message about a signal, queued now."""
    return Message(
        id=f"signal:{FRESH.id}", topic=Topic.SIGNAL, severity=Severity.INFO, at=FRESH.time,
        queued_at=SystemClock().now(), title="LONG SOL", signal_id=FRESH.id,
    )  # fmt: skip


def killed() -> tuple[Record, ...]:
    """A session that was killed with a message on its way, which had failed once."""
    message = alert()
    noted = DeliveryNoted(
        session=SESSION, at=message.queued_at, channel="webhook", message_id=message.id, what="sending", attempt=1
    )
    return (
        replace(began(), settings={ASKS_FIRST: True}),
        *records()[1:],
        OutboxKept(session=SESSION, at=message.queued_at - 1, waiting=()),
        DECIDED,
        MessageQueued(session=SESSION, at=message.at, message=message, channels=("webhook",)),
        noted,
        replace(noted, what="failed", reason="see [notify]"),
    )


def test_status_where_no_channel_is_set_up_says_so(asked: Asked) -> None:
    found = asked("notify", "status")
    assert (found.status, found.out) == (
        0,
        "nobody is told: no channel is set up ([notify] in the settings; see docs, Get told), "
        "and no browser asked to be\n",
    )


def test_status_of_a_channel_that_was_told_nothing_says_so(asked: Asked) -> None:
    assert asked("notify", "status", settings=webhook(nobody())).out == "webhook: nothing told today\n"


def test_status_says_what_waits_and_why(asked: Asked) -> None:
    found = asked("notify", "status", settings=webhook(nobody()), kept=killed())
    assert found.out == "webhook: 0 delivered, 1 waiting, 1 attempts failed, see [notify]\n"
    document = asked("notify", "status", "--json", settings=webhook(nobody())).document
    assert document["channels"] == ["webhook"]
    assert (document["today"][0]["waiting"], document["today"][0]["sent"]) == (1, 1)


def test_status_of_a_channel_that_is_not_set_up_any_more_says_so(asked: Asked) -> None:
    assert asked("notify", "status", kept=killed()).out.endswith("see [notify] (not set up any more)\n")


def test_send_after_a_killed_session_tells_what_it_left(asked: Asked) -> None:
    server = HookServer()
    with in_thread(server):
        found = asked("notify", "send", "--wait", "20", settings=webhook(server.hook), kept=killed())
        assert (found.status, found.out) == (0, "1 messages told, 0 wait\n")
        assert list(server.taken) == [f"signal:{FRESH.id}"]
        again = asked("notify", "send", "--json", settings=webhook(server.hook))
    assert (again.status, again.document) == (0, {"told": 0, "waiting": 0})
    assert len(server.taken) == 1
    (told_,) = asked("why", FRESH.id, "--json").document["notifications"]
    assert (told_["channel"], told_["fate"]) == ("webhook", "delivered")


def test_send_to_a_channel_that_is_away_says_what_waits(asked: Asked) -> None:
    found = asked("notify", "send", "--wait", "0.3", settings=webhook(nobody()), kept=killed())
    assert (found.status, found.out) == (3, "0 messages told, 1 wait\n")
    assert "webhook: webhook at 127.0.0.1: it cannot be reached" in found.err


def test_why_missed_and_status_carry_messages_for_programs(asked: Asked) -> None:
    why = asked("why", FRESH.id, "--json", kept=killed()).document
    (told_,) = why["notifications"]
    assert (told_["channel"], told_["fate"], told_["reason"]) == (
        "webhook",
        "waiting",
        "see [notify]",
    )
    assert asked("missed", "--json").document["untold"] == [
        {"channel": "webhook", "title": "LONG SOL", "because": "see [notify]"}
    ]
    (today,) = asked("status", "--json").document["notifications"]
    assert (today["channel"], today["waiting"], today["failed"]) == ("webhook", 1, 1)


def test_missed_and_why_tell_people_what_is_untold(asked: Asked) -> None:
    assert "not told yet by webhook: LONG SOL: see [notify]" in asked("missed", kept=killed()).out
    assert "webhook  LONG SOL: waiting: see [notify]" in asked("why", FRESH.id).out


def test_why_of_a_signal_that_waits_for_a_person_says_until_when(asked: Asked) -> None:
    until = format_time(FRESH.expires_at)[11:16]
    waits = f"for you until {until} UTC: edgeproof take {FRESH.id[:8]}, or edgeproof skip {FRESH.id[:8]}"
    assert f"\nwaits {waits}\n" in asked("why", FRESH.id, kept=killed()).out
    assert asked("why", FRESH.id, "--json").document["waits"] == waits


def test_status_tells_people_why_a_channel_is_behind(asked: Asked) -> None:
    found = asked("status", kept=killed())
    assert "told by webhook" in found.out
    assert "see [notify]" in found.out
