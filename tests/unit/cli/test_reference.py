"""The page of the language is what the registry says."""

from edgeproof.cli.reference import language_page
from edgeproof.core.indicators import INDICATORS
from tests.support.data import REPOSITORY


def test_language_page_is_up_to_date() -> None:
    page = (REPOSITORY / "docs" / "reference" / "language.md").read_text(encoding="utf-8")
    assert page == language_page(), "run `make docs` and commit docs/reference/language.md"


def test_language_page_has_every_name_once() -> None:
    lines = language_page().splitlines()
    for entry in INDICATORS.values():
        assert lines.count(f"`{entry.signature if entry.parameters else entry.name}`") == 1
