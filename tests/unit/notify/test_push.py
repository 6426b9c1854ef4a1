"""What a browser is sent, and where it may be sent to."""

import json
from pathlib import Path

import pytest

from edgeproof.adapters.notify.push import LONGEST, payload_of, tag_of
from edgeproof.adapters.notify.push_devices import check_endpoint
from edgeproof.adapters.notify.push_wire import vapid_keys
from edgeproof.adapters.storage.private_file import PrivateFile
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.message import Severity, Topic
from edgeproof.core.model.time import SECOND
from tests.support.data import REPOSITORY
from tests.support.outgoing import outgoing


def test_json_of_a_message_is_what_the_service_worker_reads() -> None:
    said = json.loads(payload_of(outgoing(severity=Severity.CRITICAL, topic=Topic.RISK, signal_id=None), "t"))
    assert set(said) == {"title", "body", "tag", "url", "severity", "silent", "at"}
    assert (said["url"], said["severity"], said["at"] % SECOND) == ("/", "critical", 0)
    worker = (REPOSITORY / "web" / "src" / "worker.js").read_text(encoding="utf-8")
    assert all(f"said.{name}" in worker for name in said)


@pytest.mark.parametrize("text", ["🚀" * 9_000, '"\\' * 9_000, "ü" * 9_000, "\x00" * 9_000, "\ud800" * 9_000])
def test_long_text_of_any_signs_is_cut_to_what_a_push_holds(text: str) -> None:
    payload = payload_of(outgoing(text=text, title=text), tag_of("a"))
    assert len(payload) <= LONGEST
    assert json.loads(payload)["body"]


def test_keys_are_made_once(tmp_path: Path) -> None:
    first = vapid_keys(PrivateFile(tmp_path / "vapid.json"))
    assert vapid_keys(PrivateFile(tmp_path / "vapid.json")) == first
    assert "PRIVATE" not in repr(first)


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
