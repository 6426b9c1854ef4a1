"""Documents that point at something point at something that exists."""

import re
from pathlib import Path

import pytest

from tests.support.data import REPOSITORY
from tests.support.repository import documents

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
_TREE_NAME = re.compile(r"`((?:src|tests|docs|benchmarks|locks|changelog\.d)/[A-Za-z0-9_./-]+)`")


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def _anchor(heading: str) -> str:
    plain = re.sub(r"[`*_]", "", heading).lower()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-")


def _is_broken(document: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return False
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.exists():
        return True
    return bool(anchor) and anchor not in {_anchor(heading) for heading in _HEADING.findall(_prose(target))}


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_links_of_a_document_resolve(document: Path) -> None:
    assert [link for link in _LINK.findall(_prose(document)) if _is_broken(document, link)] == []


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_files_a_document_names_exist(document: Path) -> None:
    assert [name for name in _TREE_NAME.findall(_prose(document)) if not (REPOSITORY / name).exists()] == []


def test_decision_records_are_numbered_without_a_gap_and_listed() -> None:
    records = sorted(path.name for path in (REPOSITORY / "docs" / "adr").glob("[0-9]*.md"))
    listing = (REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8")
    assert [int(name[:4]) for name in records] == list(range(1, len(records) + 1))
    assert [name for name in records if f"adr/{name}" not in listing] == []
