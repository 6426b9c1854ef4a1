"""A real `scan` process on the replayed market, and what it left in its home: journal, file of signals, comparison."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from edgeproof.bootstrap.asking import kept_journal
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    CandleTaken,
    CloseMissed,
    Decided,
    FundingTaken,
    HistoryUsed,
    Noticed,
    ParityRun,
    SessionBegan,
    SessionEnded,
)
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import MINUTE, format_time
from edgeproof.ports import Journal
from tests.support.processes import Finished, edgeproof
from tests.support.week import chosen


def scan_words(home: Path, url: str, names: Sequence[str]) -> list[str]:
    """The words of a call that watches everything on a replica."""
    return ["scan", "--all", "--venue", "replica", "--url", url, "--home", str(home), *chosen(names)]


@dataclass(frozen=True)
class Scanned:
    """A home in which sessions watched some instruments."""

    home: Path

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """Its journal, to be read."""
        with kept_journal(self.home, self.home / "edgeproof.toml") as journal:
            yield journal

    @cached_property
    def parity(self) -> Finished:
        """What the comparison of everything says."""
        return edgeproof("parity", "--home", self.home, "--json")

    @cached_property
    def missed(self) -> Any:
        """What `missed` says."""
        return edgeproof("missed", "--home", self.home, "--json").json()

    @cached_property
    def sessions(self) -> list[SessionBegan]:
        """The sessions, in order."""
        with self.journal() as journal:
            return [each.record for each in journal.read(SessionBegan)]

    @cached_property
    def endings(self) -> list[SessionEnded]:
        """How those ended that were not killed."""
        with self.journal() as journal:
            return [each.record for each in journal.read(SessionEnded)]

    @cached_property
    def decisions(self) -> list[Decision]:
        """Every fate, in the order of the journal."""
        with self.journal() as journal:
            return [each.record.decision for each in journal.read(Decided)]

    @cached_property
    def candles(self) -> list[ClosedCandle]:
        """Every candle that was taken in, corrections too, in the order of the journal."""
        with self.journal() as journal:
            return [each.record.candle for each in journal.read(CandleTaken)]

    @cached_property
    def funding(self) -> list[FundingTaken]:
        """Every funding rate that was taken in."""
        with self.journal() as journal:
            return [each.record for each in journal.read(FundingTaken)]

    @cached_property
    def late(self) -> list[CloseMissed]:
        """The closes that were evaluated late."""
        with self.journal() as journal:
            return [each.record for each in journal.read(CloseMissed)]

    @cached_property
    def notices(self) -> list[Noticed]:
        """What people were told."""
        with self.journal() as journal:
            return [each.record for each in journal.read(Noticed)]

    @cached_property
    def lines(self) -> list[Any]:
        """The file of signals."""
        text = (self.home / "signals.jsonl").read_text(encoding="utf-8")
        assert text.endswith("\n")
        return [json.loads(line) for line in text.splitlines()]

    @property
    def fates(self) -> dict[str, int]:
        """How many signals had each fate."""
        return dict(Counter(each.fate.value for each in self.decisions))

    def began_with(self, instrument: Instrument) -> HistoryUsed:
        """The history with which an instrument was first watched."""
        history = (each for session in self.sessions for each in session.history)
        return next(each for each in history if each.instrument == instrument)

    def closes(self, instrument: Instrument) -> list[int]:
        """The close times that were evaluated, in the order of the journal."""
        taken = (each for each in self.candles if each.instrument == instrument and not each.is_correction)
        return [each.close_time for each in taken]


def expect_nothing_missed(scanned: Scanned, instruments: Sequence[Instrument], until: int) -> None:
    """Every close of every instrument was evaluated once, and nothing differs from the backtest without a cause."""
    for each in instruments:
        closes = scanned.closes(each)
        assert closes == list(range(scanned.began_with(each).end + MINUTE, closes[-1] + 1, MINUTE)), each
        assert closes[-1] >= until, each
    document = scanned.parity.json()
    assert scanned.parity.status == 0, document["differences"][:3]
    assert [document[key] for key in ("unexplained", "not_evaluated", "duplicates")] == [0, 0, 0]
    assert document["matched"] > 0


def expect_each_signal_told_once(scanned: Scanned) -> None:
    """Every signal has one fate, and the file of signals has those that were told, in the order of the journal."""
    ids = [each.signal.id for each in scanned.decisions]
    assert len(set(ids)) == len(ids)
    told = [each.signal.id for each in scanned.decisions if each.fate is Fate.TOLD]
    assert [line["id"] for line in scanned.lines] == told


def expect_late_closes_told(scanned: Scanned) -> None:
    """`missed` lists what the journal has, and every signal that expired fired on a close that is listed."""
    listed = {signal for each in scanned.missed["missed"] for signal in each["signals"]}
    assert scanned.missed["closes"] == len(scanned.late)
    assert scanned.missed["by_reason"] == dict(Counter(each.reason for each in scanned.late))
    assert {each.signal.id for each in scanned.decisions if each.fate is Fate.EXPIRED} <= listed


def expect_clean_on_every_day(scanned: Scanned) -> None:
    """No comparison that a session made of itself while it ran, or at its end, found anything."""
    with scanned.journal() as journal:
        runs = [each.record for each in journal.read(ParityRun)]
    assert runs
    wrong = [each for each in runs if each.unexplained]
    assert [(format_time(each.start), each.unexplained, each.document.get("problem")) for each in wrong] == []


def late_after_the_start(scanned: Scanned) -> list[CloseMissed]:
    """Closes that were evaluated late once every instrument had been joined to its history."""
    joined: dict[Instrument | None, int] = {}
    for each in scanned.notices:
        if each.kind == "joined":
            joined.setdefault(each.instrument, each.at)
    return [each for each in scanned.late if each.evaluated_at > max(joined.values()) + MINUTE]
