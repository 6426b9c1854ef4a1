"""A real browser for tests, spoken to over a pair of pipes: no driver, no port, no network."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)  # fmt: skip


def browser() -> str:
    """The browser of this machine; skips where there is none."""
    found = next((path for path in map(shutil.which, _NAMES) if path is not None), None)
    if found is None:
        pytest.skip("needs a browser: chromium is not installed")
    return found


class Page:
    """A page in a browser: what it says, what it logs, what it asks the network for."""

    def __init__(self, process: "subprocess.Popen[bytes]", to_browser: int, from_browser: int) -> None:
        self._process = process
        self._to = to_browser
        self._from = os.fdopen(from_browser, "rb")
        self._number = 0
        self._session = ""
        self.problems: list[str] = []
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(30)
        os.close(self._to)
        self._from.close()

    def open(self, file: Path, *, width: int, place: str = "", dark: bool = False) -> None:
        """Open a file at a width and wait until it says that it is ready."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=f"{file.as_uri()}{place}")
        self.wait("document.body?.dataset.ready === 'yes'")

    def says(self, expression: str) -> Any:
        """The value of an expression in the page; a promise is waited for."""
        found = self._call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise AssertionError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition of the page holds: frame after frame, for at most ten seconds."""
        self.says(
            "new Promise((done, fail) => { const end = performance.now() + 10000; const look = () => "
            f"{{ if ({condition}) done(true); else if (performance.now() > end) fail(new Error('not in time')); "
            "else setTimeout(look, 20); }; look(); })"
        )

    def _call(self, method: str, **words: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": words}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._hear(answer)

    def _read(self) -> dict[str, Any]:
        text = bytearray()
        while (char := self._from.read(1)) != b"\0":
            if not char:
                raise AssertionError("the browser has gone")
            text += char
        message: dict[str, Any] = json.loads(text)
        return message

    def _hear(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        match method:
            case "Runtime.exceptionThrown":
                self.problems.append(str(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in ("error", "warning"):
                self.problems.append(str(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] in ("error", "warning"):
                self.problems.append(str(params["entry"]["text"]))
            case "Network.requestWillBeSent":
                self.requests.append(str(params["request"]["url"]))
            case _:
                pass


@contextmanager
def chromium() -> Iterator[Page]:
    """A page in a browser of its own, with a profile that is thrown away."""
    path = browser()
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    # The browser reads commands from descriptor 3 and writes answers to 4.
    plumbing = f'exec "$0" "$@" 3<&{command_read} 4>&{answer_write}'
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            ["/bin/bash", "-c", plumbing, path, *_FLAGS, f"--user-data-dir={profile}"],
            pass_fds=(command_read, answer_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(command_read)
        os.close(answer_write)
        with Page(process, command_write, answer_read) as page:
            yield page
