"""The stream of the dashboard: every event once, in order, also after a break; and the live picture while it is new."""

import asyncio
import json
from pathlib import Path

from edgeproof.adapters.storage.live_picture import LivePicture
from edgeproof.core.model.time import MINUTE
from tests.support.journals import began, candle_taken, decided, noticed
from tests.support.web import Stream, listen, served, write


def test_a_page_is_told_what_is_written_after_it_came(tmp_path: Path) -> None:
    write(tmp_path, [began(), candle_taken(0)])

    async def run(url: str) -> list[dict[str, object]]:
        async with await listen(url) as socket:
            stream = Stream(socket)
            hello = await stream.next("hello")
            write(tmp_path, [decided(MINUTE), noticed(1)])
            return await stream.events_until(hello["seq"] + 2)

    with served(tmp_path) as url:
        events = asyncio.run(run(url))
    assert [each["kind"] for each in events] == ["signal", "notice"]


def test_a_page_that_comes_back_is_told_what_it_missed_once_and_in_order(tmp_path: Path) -> None:
    write(tmp_path, [began()])

    async def run(url: str) -> tuple[list[dict[str, object]], bool]:
        async with await listen(url) as socket:
            stream = Stream(socket)
            seq = (await stream.next("hello"))["seq"]
            write(tmp_path, [noticed(1, detail="seen")])
            await stream.events_until(seq + 1)
        write(tmp_path, [noticed(2, detail="missed"), noticed(3, detail="missed too")])
        async with await listen(url, after=seq + 1) as socket:
            stream = Stream(socket)
            hello = await stream.next("hello")
            found = await stream.events_until(seq + 3)
            write(tmp_path, [noticed(4, detail="new")])
            return [*found, *await stream.events_until(seq + 4)], hello["reset"]

    with served(tmp_path) as url:
        events, is_reset = asyncio.run(run(url))
    assert [each["document"]["detail"] for each in events] == ["missed", "missed too", "new"]  # type: ignore[index]
    assert not is_reset


def test_a_page_from_beyond_the_journal_is_told_to_begin_anew(tmp_path: Path) -> None:
    write(tmp_path, [began()])

    async def run(url: str) -> bool:
        async with await listen(url, after=1_000) as socket:
            return bool((await Stream(socket).next("hello"))["reset"])

    with served(tmp_path) as url:
        assert asyncio.run(run(url))


def test_a_page_that_missed_too_much_is_told_to_begin_anew(tmp_path: Path) -> None:
    write(tmp_path, [began(), *(noticed(each) for each in range(2_100))])

    async def run(url: str, after: int) -> bool:
        async with await listen(url, after=after) as socket:
            return bool((await Stream(socket).next("hello"))["reset"])

    with served(tmp_path) as url:
        assert asyncio.run(run(url, 1))
        assert not asyncio.run(run(url, 200))


def test_a_journal_that_is_begun_anew_while_a_page_listens_is_told_from_its_start(tmp_path: Path) -> None:
    write(tmp_path, [began(), noticed(1), noticed(2)])

    async def run(url: str) -> list[dict[str, object]]:
        async with await listen(url) as socket:
            stream = Stream(socket)
            await stream.next("hello")
            for each in tmp_path.glob("journal.db*"):
                each.unlink()
            write(tmp_path, [began("another")])
            return await stream.events_until(1)

    with served(tmp_path) as url:
        events = asyncio.run(run(url))
    assert [(each["kind"], each["document"]["id"]) for each in events] == [("session", "another")]  # type: ignore[index]


def test_an_empty_home_greets_and_waits(tmp_path: Path) -> None:
    home = tmp_path / "nothing"

    async def run(url: str) -> tuple[int, object]:
        async with await listen(url) as socket:
            stream = Stream(socket)
            return (await stream.next("hello"))["seq"], (await stream.next("live"))["document"]

    with served(home) as url:
        assert asyncio.run(run(url)) == (0, None)
    assert not home.exists()


def test_the_picture_is_shown_while_it_is_new_and_taken_away_after(tmp_path: Path) -> None:
    picture = LivePicture(tmp_path)

    async def run(url: str) -> list[object]:
        async with await listen(url) as socket:
            stream = Stream(socket)
            shown = [(await stream.next("live"))["document"]]
            assert picture.is_watched()
            for each in ({"n": 1}, {"n": 2}):
                picture.paint(json.dumps(each).encode())
                shown.append((await stream.next("live"))["document"])
            picture.remove()
            return [*shown, (await stream.next("live"))["document"]]

    with served(tmp_path) as url:
        assert asyncio.run(run(url)) == [None, {"n": 1}, {"n": 2}, None]


def test_nobody_is_watched_for_when_no_page_listens(tmp_path: Path) -> None:
    with served(tmp_path):
        assert not LivePicture(tmp_path).is_watched()
