"""The stories on the page about risk are those that are told to the decider."""

from tests.support.data import REPOSITORY
from tests.unit.engine import test_entry_stories, test_exit_stories, test_risk_stories

_PAGE = REPOSITORY / "docs" / "explanation" / "risk.md"


def test_page_shows_stories_that_are_told() -> None:
    lines = _PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index("| situation | what happens | what is decided |") + 2
    captions = [line.split("|")[1].strip() for line in lines[start:] if line.startswith("|")]
    told = {**test_entry_stories.ALL, **test_exit_stories.ALL, **test_risk_stories.ALL}
    assert len(captions) > 10
    assert set(captions) <= set(told)
