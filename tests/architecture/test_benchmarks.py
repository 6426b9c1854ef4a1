"""`make bench` has an environment of its own: what the benchmarks import, of the tests too, must be installed there."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.data import REPOSITORY

OURS = ("benchmarks", "tests", "edgeproof")
APART = {"nautilus_trader"}
"""A peer that runs in an environment of its own (locks/nautilus.txt)."""


def test_what_benchmarks_import_is_in_their_lock() -> None:
    names = re.findall(r"^([a-z0-9._-]+)==", (REPOSITORY / "locks" / "bench.txt").read_text(encoding="utf-8"), re.M)
    locked = {_plain(name) for name in names}
    of_module = packages_distributions()
    missing = {
        name
        for file in _read_by_benchmarks()
        for name in _imported(file)
        if not _is_there(name.partition(".")[0], of_module, locked)
    }
    assert missing == set()


def _is_there(module: str, of_module: Mapping[str, list[str]], locked: set[str]) -> bool:
    if module in sys.stdlib_module_names or module in OURS or module in APART:
        return True
    return any(_plain(name) in locked for name in of_module.get(module, [module]))


def _read_by_benchmarks() -> Iterator[Path]:
    """The files of the benchmarks, and those of the tests that they import, and so on."""
    waiting = list((REPOSITORY / "benchmarks").glob("*.py"))
    seen: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        yield file
        for name in _imported(file):
            if name.startswith("tests."):
                waiting.append((REPOSITORY / name.replace(".", "/")).with_suffix(".py"))


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str() as module, level=0):
                yield module


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
