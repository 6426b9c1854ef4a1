"""The commands a person can give through a channel, who may, and what is done.

What only tells is read from the journal. What steers leaves a wish, as the command line does, and tells what the
session made of it; it needs an operator, and what cannot be taken back needs to be confirmed.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.signal import Decision
from edgeproof.ports import Journal, Report
from edgeproof.ports.channels import Answer, Heard
from edgeproof.ports.wishes import Wish
from edgeproof.services.answers.phone import wrapped
from edgeproof.services.answers.session_words import (
    health_lines,
    missed_lines,
    parity_lines,
    signal_lines,
    status_lines,
    trading_fate,
    why_lines,
)
from edgeproof.services.answers.trading_words import edge_lines, position_lines, risk_lines, stats_lines
from edgeproof.services.scoreboard import Records
from edgeproof.services.statistics import LiveStatistics, live_statistics
from edgeproof.services.targets import target_of
from edgeproof.services.trading_view import PositionView, RestingView, TradingView

OPERATOR = "operator"

_LOOKS: Mapping[str, str] = {
    "status": "whether a session runs, and today's signals",
    "signals": "the newest signals",
    "why": "ID: why a signal met its fate",
    "positions": "what is open and what waits",
    "stats": "what trading came to",
    "edge": "hypotheses live beside their backtests",
    "risk": "what is risked, and what limits leave",
    "parity": "how live agrees with the backtest",
    "health": "whether all is well",
    "missed": "what was late or did not arrive",
}
_STEERS: Mapping[str, str] = {
    "pause": "no new entries",
    "resume": "let trading go on",
    "close": "ID or INSTRUMENT: close it at market",
    "closeall": "close everything; trading goes on",
    "stop": "close everything and halt",
    "take": "ID: take a signal that waits for you",
    "skip": "ID: let a signal go",
}
_WISHES = {"pause": "stop", "resume": "resume", "closeall": "close_all", "stop": "halt"}
_SAID = {
    "stop": "no new entries",
    "resume": "resume",
    "close": "close",
    "take": "take",
    "skip": "skip",
    "close_all": "close everything",
    "halt": "close everything and halt",
}
_CONFIRMED: Mapping[str, tuple[str, str]] = {
    "resume": ("Let trading make entries again?", "Yes, resume"),
    "closeall": ("Close everything that is open at market, and take back what waits?", "Yes, close all"),
    "stop": ("Close everything at market and HALT? Nothing is traded until somebody resumes.", "Yes, stop"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What answers are made of. All of it may wait for a disk: it is called beside the loop, but for `health`.

    `trading` is how trading stands (None: nothing was ever traded), `leave` leaves a wish (word, target, by whom),
    `outcome` waits a while for what came of it. `deliveries` tells of messages that did not arrive.
    """

    journal: Callable[[], AbstractContextManager[Journal]]
    trading: Callable[[Journal], TradingView | None]
    records: Callable[[Journal], Records]
    held_by: Callable[[], str | None]
    traded_by: Callable[[], str | None]
    leave: Callable[[str, str, str], Wish]
    outcome: Callable[[Wish], str | None]
    health: Callable[[], Report | None] = lambda: None
    deliveries: Callable[[Journal], tuple[str, ...]] = lambda journal: ()


@dataclass(frozen=True, slots=True)
class PhoneAnswers:
    """`Answers` from the journal of a home."""

    sources: Sources

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """The commands, those that tell before those that steer."""
        return (*_LOOKS.items(), *_STEERS.items(), ("help", "what there is"))

    async def answer(self, command: Heard) -> Answer:
        """The answer to a command."""
        if command.name in {"start", "help"}:
            return _help(command, self.offered)
        if command.name == "health":
            lines = health_lines(self.sources.health(), await asyncio.to_thread(self.sources.held_by))
            return _told(lines)
        if command.name in _LOOKS:
            return await asyncio.to_thread(self._look, command)
        if command.name not in _STEERS:
            return Answer(text=f"there is no /{command.name[:32]}; /help says what there is", outcome="unknown")
        if command.role != OPERATOR:
            words = f"/{command.name} needs an operator; this chat is a {command.role}"
            return Answer(text=words, outcome="refused: needs an operator")
        return await asyncio.to_thread(self._steer, command)

    # --- what tells ---

    def _look(self, command: Heard) -> Answer:
        sources = self.sources
        with sources.journal() as journal:
            match command.name:
                case "status":
                    lines = status_lines(journal, sources.held_by())
                case "signals":
                    lines = signal_lines(journal)
                case "why":
                    lines = why_lines(journal, _first(command))
                case "parity":
                    lines = parity_lines(journal)
                case "missed":
                    lines = [
                        *missed_lines(journal),
                        *(line for each in sources.deliveries(journal) for line in wrapped(each)),
                    ]
                case name:
                    lines = self._of_trading(name, journal)
        return _told(lines)

    def _of_trading(self, name: str, journal: Journal) -> list[str]:
        view = self.sources.trading(journal)
        match name:
            case "positions":
                return position_lines(view)
            case "risk":
                return risk_lines(view)
            case "edge":
                return edge_lines(self._statistics(journal, view))
            case _:
                return stats_lines(self._statistics(journal, view))

    def _statistics(self, journal: Journal, view: TradingView | None) -> LiveStatistics | None:
        return None if view is None else live_statistics(journal, view, self.sources.records(journal))

    # --- what steers ---

    def _steer(self, command: Heard) -> Answer:
        match command.name:
            case "close":
                return self._close(command)
            case "take" | "skip":
                return self._choose(command)
            case "closeall" if self._has_nothing():
                return Answer(text="nothing is open, nothing waits", outcome="nothing to close")
            case name:
                question = _CONFIRMED.get(name)
                if question is not None and not command.is_confirmed:
                    return Answer(text=question[0], outcome="asked to confirm", confirm=question[1])
                return self._ask(command, _WISHES[name], "")

    def _has_nothing(self) -> bool:
        """Whether there is nothing to close, nor a session that may open something."""
        with self.sources.journal() as journal:
            view = self.sources.trading(journal)
        is_empty = view is None or not (view.positions or view.resting)
        return is_empty and self.sources.traded_by() is None

    def _close(self, command: Heard) -> Answer:
        with self.sources.journal() as journal:
            view = self.sources.trading(journal)
        if not command.words:
            lines = ["/close ID or INSTRUMENT, of what is open:", *position_lines(view)]
            return replace(_told(lines), outcome="refused: it did not say what")
        target = target_of(command.words[0], view, is_traded=self.sources.traded_by() is not None)
        if not command.is_confirmed:
            return Answer(
                text=f"Close {_called(target, view)} at market? An entry that waits is taken back.",
                outcome=f"asked to confirm: close {target}",
                confirm="Yes, close it",
                meant=(target,),
            )
        return self._ask(command, "close", target)

    def _choose(self, command: Heard) -> Answer:
        """Take or skip a signal that waits; a skip takes back an entry that still waits. Any other says why not."""
        with self.sources.journal() as journal:
            view = self.sources.trading(journal)
            offered = [] if view is None else _begin_with(_first(command), view.offers)
            if len(offered) == 1:
                return self._ask(command, command.name, offered[0])
            found = why_lines(journal, _first(command))
            fate = trading_fate(journal, found[-1].removeprefix("id "))
        id_ = found[-1].removeprefix("id ")
        open_ = () if view is None else tuple(each.signal_id for each in view.positions)
        waiting = () if view is None else tuple(each.signal_id for each in view.resting)
        if command.name == "skip" and id_ in waiting:
            return self._ask(command, "close", id_)
        if id_ in open_:
            words = "its position is open already" + (": /close closes it" if command.name == "skip" else "")
            return Answer(text=f"{found[0]}: {words}", outcome=f"{command.name}: its position is open")
        if fate is not None:
            words = f"{found[0]}: it does not wait any more ({fate}): nothing was done"
            return Answer(text=words, outcome=f"refused: {command.name} {id_}: {fate}")
        noted = "you took it" if command.name == "take" else "you leave it out"
        words = f"{found[0]}: noted that {noted}; edgeproof trades by its own rules, and nothing by hand"
        return Answer(text=words, outcome=f"noted: {command.name} {id_}")

    def _ask(self, command: Heard, word: str, target: str) -> Answer:
        """Leave a wish, and say what came of it."""
        wish = self.sources.leave(word, target, f"{command.channel}:{command.by}")
        outcome = self.sources.outcome(wish)
        asked = f"asked: {_SAID[word]} {target}".strip()
        if outcome is not None:
            return Answer(text=f"{asked}\ngranted: {outcome}", outcome=f"granted: {outcome}")
        if self.sources.traded_by() is None:
            words = "no session trades: it is kept, and granted when the next one begins"
            return Answer(text=f"{asked}\n{words}", outcome="kept")
        return Answer(text=f"{asked}\nthe session has not answered yet; it is kept until it does", outcome="unanswered")


def _begin_with(words: str, offers: Sequence[Decision]) -> list[str]:
    begins = words.strip().lower()
    return [each.signal.id for each in offers if begins and each.signal.id.startswith(begins)]


def _told(lines: list[str]) -> Answer:
    return Answer(text="\n".join(lines), outcome="told", is_monospace=True)


def _first(command: Heard) -> str:
    if not command.words:
        raise InputError(f"expected the ID of a signal: /{command.name} ID; /signals lists the newest")
    return command.words[0]


def _called(target: str, view: TradingView | None) -> str:
    """What is meant, by its instrument too where it is known."""
    if view is None:
        return target
    exposures: list[PositionView | RestingView] = [*view.positions, *view.resting]
    names = {each.instrument.unified for each in exposures if each.signal_id == target}
    return f"{' '.join(names)} {target}".strip()


def _help(command: Heard, offered: tuple[tuple[str, str], ...]) -> Answer:
    is_operator = command.role == OPERATOR
    what = "an operator: it sees and steers" if is_operator else f"a {command.role}: it sees"
    commands = [f"/{name} - {words}" for name, words in offered if is_operator or name not in _STEERS]
    return Answer(text="\n".join([f"edgeproof. This chat is {what}.", "", *commands]), outcome="told")
