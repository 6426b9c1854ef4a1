"""What is shipped, or installed with it, stands under licences that a user of an Apache-2.0 program can live with."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.data import REPOSITORY

VENDOR = REPOSITORY / "src/edgeproof/research/report/assets/vendor"

PERMISSIVE = frozenset(
    {
        "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT",
        "MIT-CMU", "PSF-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip
"""They ask for no more than to be named."""

WEAK = frozenset({"LGPL-3.0-only", "MPL-2.0"})
"""They bind whoever changes the library itself, which is installed beside edgeproof, unchanged."""

MAY_BE_WEAK = frozenset({"certifi", "orjson", "psycopg", "psycopg-binary", "python-telegram-bot"})
"""Each looked at by a person; but for certifi they come with extras only."""

NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""What packages call their licences that do not say it in SPDX."""


def _required(name: str, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for text in distribution(name).requires or ():
        found = Requirement(text)
        wanted = extras or {""}
        if found.marker is None or any(found.marker.evaluate({"extra": each}) for each in {*wanted, ""}):
            yield canonicalize_name(found.name), frozenset(found.extras)


def _installed_with_us() -> frozenset[str]:
    """edgeproof's requirements, those of all of its extras, and theirs."""
    extras = frozenset(distribution("edgeproof").metadata.get_all("Provides-Extra") or ())
    waiting, known = [("edgeproof", extras)], set[tuple[str, frozenset[str]]]()
    while waiting:
        each = waiting.pop()
        if each not in known:
            known.add(each)
            waiting += _required(*each)
    return frozenset(name for name, _ in known)


@cache
def _licences() -> dict[str, str]:
    """The licence of each package, as it says itself: in SPDX, else by its classifiers, else in words."""
    words = ["--from=all", "--format=json", "--packages", *sorted(_installed_with_us())]
    done = subprocess.run([sys.executable, "-m", "piplicenses", *words], capture_output=True, text=True, check=True)
    return {canonicalize_name(each["Name"]): _said(each) for each in json.loads(done.stdout)}


def _said(package: dict[str, str]) -> str:
    kinds = (package[f"License-{kind}"] for kind in ("Expression", "Classifier", "Metadata"))
    return next((each.partition("\n")[0] for each in kinds if each != "UNKNOWN"), "UNKNOWN")


def _is_allowed(licence: str, allowed: frozenset[str]) -> bool:
    """Of a choice one licence must be allowed, of a sum all; several classifiers are a sum."""
    if licence in NAMES:
        return NAMES[licence] in allowed
    parts = [each.strip() for each in re.split(r"\bAND\b(?![^(]*\))|;", licence)]
    if len(parts) > 1:
        return all(_is_allowed(each, allowed) for each in parts)
    choices = [each.strip() for each in licence.strip("() ").split(" OR ")]
    return any(NAMES.get(each, each) in allowed for each in choices)


@pytest.mark.parametrize(
    ("licence", "is_allowed"),
    [
        ("MIT", True),
        ("MIT License; Apache Software License", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("GPL-3.0-only", False),
        ("UNKNOWN", False),
    ],
)
def test_licence_is_read_as_it_is_meant(licence: str, is_allowed: bool) -> None:
    assert _is_allowed(licence, PERMISSIVE) is is_allowed


def test_everything_that_is_installed_with_edgeproof_may_be() -> None:
    found = _licences()
    assert {"numpy", "fastapi", "webpush", "python-telegram-bot", "ccxt"} <= set(found)
    refused = {
        name: licence
        for name, licence in found.items()
        if not _is_allowed(licence, PERMISSIVE | WEAK if name in MAY_BE_WEAK else PERMISSIVE)
    }
    assert refused == {}, "licences nobody has looked at: see PERMISSIVE and MAY_BE_WEAK"


def test_nothing_is_excused_that_need_not_be() -> None:
    found = _licences()
    assert [name for name in MAY_BE_WEAK if _is_allowed(found[name], PERMISSIVE)] == []


@pytest.mark.parametrize("script", sorted(each.name for each in VENDOR.glob("*.js")))
def test_library_in_the_report_ships_its_licence(script: str) -> None:
    text = VENDOR.joinpath(script).with_suffix(".LICENSE").read_text(encoding="utf-8")
    assert re.search(r"Apache License|Permission is hereby granted", text)
