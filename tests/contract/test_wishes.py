"""What every box of wishes promises."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.ports.wishes import Wishes
from tests.support.wishes import MemoryWishes, wish

Open = Callable[[], Wishes]


@pytest.fixture(params=["memory", "folder"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same box again, as another process does."""
    if request.param == "folder":
        return lambda: FolderWishes(tmp_path / "home")
    box = MemoryWishes()
    return lambda: box


def test_box_of_a_new_home_is_empty(opened: Open) -> None:
    assert opened().waiting() == ()


def test_wish_comes_back_as_it_was_put(opened: Open) -> None:
    opened().put(wish())
    assert opened().waiting() == (wish(),)
    assert opened().waiting() == (wish(),)


def test_wishes_come_in_the_order_of_their_ids(opened: Open) -> None:
    ids = ["20260203T103118002Z-7", "20260203T103118001Z-9", "20260203T103118001Z-12"]
    for each in ids:
        opened().put(wish(each))
    assert [each.id for each in opened().waiting()] == sorted(ids)


def test_granted_wish_is_gone_and_may_be_granted_again(opened: Open) -> None:
    box = opened()
    box.granted(wish("never-put"))
    box.put(wish("a"))
    box.put(wish("b"))
    box.granted(wish("a"))
    box.granted(wish("a"))
    assert [each.id for each in opened().waiting()] == ["b"]


@pytest.mark.parametrize("word", ["close", "close_all", "stop", "halt", "resume", "take", "skip"])
def test_every_word_is_kept(opened: Open, word: str) -> None:
    opened().put(wish(word=word))
    assert opened().waiting()[0].wish == word
