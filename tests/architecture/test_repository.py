"""What may not be in the repository, and whether its locks hold what it asks for."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.data import REPOSITORY
from tests.support.repository import tracked_files

# In pieces, so that this file does not hold what it looks for.
_MACHINE = re.compile(
    "|".join(
        [
            "/" + r"(?:ro" + r"ot|wo" + r"rk/(?:main|shared|\.))(?=/|\b)",
            "/" + r"ho" + r"me/[a-z]",
            "/" + r"Us" + r"ers/[A-Za-z]",
            "python" + "hosted",
            "py" + r"pi\.org",
            "npm" + r"js\.(?:org|com)",
            "deb\\." + "debian",
        ]
    )
)
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)
_ADDRESS = re.compile(r"://|--find-links|--(?:extra-)?index-url| @ ")


def test_tracked_files_name_no_machine_and_no_registry() -> None:
    found = []
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found += [f"{path.relative_to(REPOSITORY)}: {match[0]}" for match in _MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["see /wo" + "rk/main/x", "see /ro" + "ot/x", "https://py" + "pi.org/simple", "//files.python" + "hosted.org"],
)
def test_search_for_machines_and_registries_finds_them(line: str) -> None:
    assert _MACHINE.search(line) is not None


def test_tracked_files_hold_no_market_data() -> None:
    held = [path.name for path in tracked_files() if path.suffix in {".parquet", ".feather", ".arrow"}]
    assert held == []


@pytest.mark.parametrize("lock", sorted((REPOSITORY / "locks").glob("*.txt")), ids=lambda lock: lock.stem)
def test_lock_names_versions_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", text)
    assert _ADDRESS.search(text) is None
    assert [entry.split()[0] for entry in entries if _PIN.match(entry) is None or "--hash=sha256:" not in entry] == []


def _project() -> dict[str, Any]:
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def _group(groups: dict[str, list[Any]], name: str) -> list[str]:
    asked: list[str] = []
    for entry in groups[name]:
        asked += [entry] if isinstance(entry, str) else _group(groups, entry["include-group"])
    return asked


def _requirements(lock: str) -> list[str]:
    project = _project()
    runtime: list[str] = project["project"]["dependencies"]
    if lock == "dev":
        return runtime + _group(project["dependency-groups"], "dev")
    if lock == "bench":
        lines = (REPOSITORY / "benchmarks" / "requirements.in").read_text(encoding="utf-8").splitlines()
        return runtime + [line for line in lines if line and not line.startswith("#")]
    return runtime


@pytest.mark.parametrize("lock", ["app", "dev", "bench"])
def test_lock_pins_every_requirement_within_its_range(lock: str) -> None:
    pins: dict[str, list[Version]] = {}
    for name, version in _PIN.findall((REPOSITORY / "locks" / f"{lock}.txt").read_text(encoding="utf-8")):
        pins.setdefault(canonicalize_name(name), []).append(Version(version))
    wrong = []
    for requirement in map(Requirement, _requirements(lock)):
        versions = pins.get(canonicalize_name(requirement.name), [])
        if not versions or not all(version in requirement.specifier for version in versions):
            wrong.append(f"{requirement}: {versions}")
    assert wrong == []
