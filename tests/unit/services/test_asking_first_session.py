"""A whole session that asks first, over fakes, with somebody who takes, skips or sleeps: killed wherever it does."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from edgeproof.core.model.journal import ASKS_FIRST, Decided, SignalTraded
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.ports.wishes import Wish
from edgeproof.services.asking_first import NOBODY, AskingFirst, asking_first, offers_of
from edgeproof.services.session import Session
from edgeproof.services.taking_up import take_up
from tests.unit.services.test_paper_session import UNTIL, Burning, Disk, Fuse, plan, records, session
from tests.unit.services.test_session import Killed

ANSWERS = ("take", "skip", "")
MOST_FATES = {"take": {*TradeFate} - {TradeFate.SKIPPED}, "skip": {TradeFate.SKIPPED}, "": {TradeFate.EXPIRED}}


def answer(signal_id: str) -> str:
    """What the person does about a signal: the same whenever they are asked."""
    return ANSWERS[int(signal_id[:4], 16) % 3]


class Person:
    """Looks at what waits in a journal, and leaves a wish for each, once; granted ones are taken out."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._done: set[str] = set()

    def waiting(self) -> tuple[Wish, ...]:
        return tuple(
            Wish(id=f"w-{name}", at=0, wish=answer(name), target=name, by="ann", why="")
            for name in offers_of(self._disk.journal)
            if answer(name) and f"w-{name}" not in self._done
        )

    def granted(self, wish: Wish) -> None:
        self._done.add(wish.id)


def asking(disk: Disk, fuse: Fuse, name: str, *, person: bool) -> Session:
    async def trading(of: str) -> AskingFirst:
        await asyncio.sleep(0)
        return asking_first(take_up(of, plan(fuse), disk.journal), disk.journal, asks=True)

    made = session(disk, fuse, name)
    made.plan = replace(made.plan, settings={ASKS_FIRST: True})
    made.means = replace(made.means, trading=trading)
    if person:
        made.means = replace(made.means, wishes=Burning(Person(disk), fuse))  # type: ignore[arg-type]
    return made


def run(disk: Disk, fuse: Fuse, name: str = "s1", *, person: bool = True) -> bool:
    try:
        asyncio.run(asking(disk, fuse, name, person=person).run())
    except Killed:
        return False
    return True


def expect_one_fate_each(disk: Disk) -> None:
    told = {
        each.decision.signal.id: each.decision.signal
        for each in records(disk, Decided)
        if each.decision.fate is Fate.TOLD
    }
    traded = records(disk, SignalTraded)
    assert len({each.signal.id for each in traded}) == len(traded)
    left = offers_of(disk.journal)
    assert {each.signal.id for each in traded} | set(left) == set(told)
    assert all(each.signal.expires_at > UNTIL for each in left.values())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeproof.services.session.HEAR_EVERY_S", 0.0)


def test_signals_end_as_the_person_wants_or_by_the_rules() -> None:
    disk = Disk()
    assert run(disk, Fuse())

    expect_one_fate_each(disk)
    found = {word: set[TradeFate]() for word in ANSWERS}
    for each in records(disk, SignalTraded):
        found[answer(each.signal.id)].add(each.decided.fate)
    assert TradeFate.TAKEN in found["take"]
    assert found["skip"] == {TradeFate.SKIPPED}
    assert found[""] == {TradeFate.EXPIRED}
    assert found["take"] <= MOST_FATES["take"]


def test_signals_nobody_looks_at_all_expire() -> None:
    disk = Disk()
    assert run(disk, Fuse(), person=False)

    expect_one_fate_each(disk)
    assert {(each.decided.fate, each.decided.rule) for each in records(disk, SignalTraded)} == {
        (TradeFate.EXPIRED, NOBODY)
    }


def kills() -> Sequence[int]:
    fuse = Fuse()
    run(Disk(), fuse)
    return range(1, fuse.done, max(1, fuse.done // 12))


def test_session_killed_anywhere_leaves_no_signal_without_a_fate_or_with_two() -> None:
    for left in kills():
        disk = Disk()
        run(disk, Fuse(left))
        assert run(disk, Fuse(), "s2")
        expect_one_fate_each(disk)
