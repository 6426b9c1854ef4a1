"""The pages that are shipped are those of the sources in web/: nobody needs Node to be sure of it."""

import hashlib
import json
import re
from pathlib import Path

from tests.support.data import REPOSITORY

WEB = REPOSITORY / "web"
STATIC = REPOSITORY / "src" / "edgeproof" / "web" / "static"
PARTS = ("index.html", "package.json", "package-lock.json", "vite.config.ts", "scripts", "src", "public")


def _files(part: Path) -> list[Path]:
    return [each for each in part.rglob("*") if each.is_file()] if part.is_dir() else [part]


def digest_of_sources() -> str:
    """The digest that web/scripts/sources.ts puts into what it builds."""
    files = {each.relative_to(WEB).as_posix(): each for part in PARTS for each in _files(WEB / part)}
    digest = hashlib.sha256()
    for name in sorted(files):
        if not re.search(r"\.test\.tsx?$", name):
            digest.update(f"{name}\n".encode() + files[name].read_bytes())
    return digest.hexdigest()[:16]


def test_the_built_pages_are_those_of_the_sources() -> None:
    built = json.loads((STATIC / "build.json").read_text(encoding="utf-8"))["build"]
    assert built == digest_of_sources(), "src/edgeproof/web/static is of other sources than web/: run `make web`"


def test_the_pages_ship_the_licences_of_what_is_in_them() -> None:
    """web/scripts/licences.ts writes them, and fails the build for one that is not allowed."""
    text = (STATIC / "licences.txt").read_text(encoding="utf-8")
    for name in ("react-dom", "@mantine/core", "lightweight-charts", "uplot"):
        assert re.search(rf"^{re.escape(name)} \d.*, (MIT|Apache-2.0)$", text, re.MULTILINE)


def test_the_lock_of_the_pages_names_no_place_to_fetch_from() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text(encoding="utf-8")


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!/)[^"]*"', html) == []
    assert "<script>" not in html
    assert "style=" not in html
