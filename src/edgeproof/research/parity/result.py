"""What a comparison found, as figures, as JSON and in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import SessionBegan
from edgeproof.core.model.signal import signal_id
from edgeproof.core.model.time import MINUTE, format_time
from edgeproof.research.parity.causes import Cause, Difference
from edgeproof.research.parity.signals import first_difference
from edgeproof.research.parity.trades.result import TradesParity

CAUSE_WORDS = {
    Cause.LATE_CANDLE: "a candle was not known, or not yet corrected, when that close was evaluated",
    Cause.LATE_FUNDING: "a funding rate was not known when that close was evaluated",
    Cause.RESTART_GAP: "no session was watching at that time",
    Cause.DATA_DIFFERED: "the stored candles are not those of the session any more",
    Cause.CONFIG_DIFFERED: "the session ran another version of edgeproof",
    Cause.UNEXPLAINED: "nothing recorded explains it",
}
"""What each cause means."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference and its cause."""

    instrument: Instrument
    difference: Difference
    cause: Cause

    @property
    def id(self) -> str:
        """The id of the signal."""
        key = self.difference.key
        return signal_id(key.hypothesis, self.instrument, key.time)

    @property
    def words(self) -> str:
        """What differs and why, as a sentence."""
        return f"{self.what}; {CAUSE_WORDS[self.cause]}"

    @property
    def what(self) -> str:
        """What differs, without the cause."""
        live, backtest = self.difference.live, self.difference.backtest
        if live is None or backtest is None:
            return "only the backtest has it" if live is None else "only the session has it"
        return first_difference(live.levels, backtest)

    def document(self) -> dict[str, Any]:
        """For JSON."""
        key, live, backtest = self.difference.key, self.difference.live, self.difference.backtest
        return {
            "id": self.id,
            "hypothesis": key.hypothesis,
            "instrument": self.instrument.unified,
            "time": format_time(key.time),
            "kind": self.difference.kind,
            "cause": self.cause.value,
            "live": {} if live is None else live.levels.document() | {"fate": live.fate.value},
            "backtest": {} if backtest is None else backtest.document(),
            "words": self.words,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentParity:
    """The comparison of one instrument.

    `closes` are those its sessions answer for, `evaluated` how many of them were; `unwatched` lie between sessions.
    `not_evaluated` and `evaluated_twice` are close times.
    """

    instrument: Instrument
    closes: int
    evaluated: int
    unwatched: int
    late: Mapping[str, int]
    signals_live: int
    signals_backtest: int
    matched: int
    differences: tuple[Explained, ...]
    not_evaluated: tuple[int, ...]
    evaluated_twice: tuple[int, ...]
    duplicates: tuple[str, ...]
    began: int
    ended: int

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "instrument": self.instrument.unified,
            "closes": self.closes,
            "evaluated": self.evaluated,
            "unwatched": self.unwatched,
            "late": dict(self.late),
            "signals_live": self.signals_live,
            "signals_backtest": self.signals_backtest,
            "matched": self.matched,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityResult:
    """The comparison of a span. `changed_since` names hypotheses that say something else now than they did then.

    `trades` is None where nobody traded.
    """

    against: str
    sessions: tuple[SessionBegan, ...]
    instruments: tuple[InstrumentParity, ...]
    changed_since: tuple[str, ...]
    is_code_same: bool
    trades: TradesParity | None = None

    @property
    def start(self) -> int:
        """The first moment that was compared."""
        return min((each.began for each in self.instruments), default=0)

    @property
    def end(self) -> int:
        """The last close that was compared."""
        return max((each.ended for each in self.instruments), default=0)

    @property
    def matched(self) -> int:
        """Signals on which both sides agree."""
        return sum(each.matched for each in self.instruments)

    @property
    def signals(self) -> int:
        """Signals that either side has."""
        return self.matched + len(self.differences)

    @property
    def differences(self) -> tuple[Explained, ...]:
        """Every difference, in the order of time."""
        found = [each for one in self.instruments for each in one.differences]
        return tuple(sorted(found, key=lambda each: (each.difference.key.time, each.instrument, each.difference.key)))

    @property
    def causes(self) -> Mapping[str, int]:
        """How many differences have each cause, the most frequent first."""
        return dict(Counter(each.cause.value for each in self.differences).most_common())

    @property
    def unexplained(self) -> int:
        """Differences that nothing recorded explains."""
        return self.causes.get(Cause.UNEXPLAINED.value, 0)

    @property
    def not_evaluated(self) -> int:
        """Closes that were never evaluated although a session was watching."""
        return sum(len(each.not_evaluated) for each in self.instruments)

    @property
    def duplicates(self) -> int:
        """Signals with two fates, and closes evaluated twice in one session."""
        return sum(len(each.duplicates) + len(each.evaluated_twice) for each in self.instruments)

    @property
    def is_clean(self) -> bool:
        """Whether every difference has its cause, those of trades too, and nothing was missed or doubled."""
        return not (self.unexplained or self.not_evaluated or self.duplicates or self.unexplained_trades)

    @property
    def unexplained_trades(self) -> int:
        """Trades with a difference that nothing recorded explains."""
        return 0 if self.trades is None else self.trades.unexplained

    def document(self) -> dict[str, Any]:
        """What `edgeproof parity --json` prints."""
        return {
            "start": format_time(self.start),
            "end": format_time(self.end),
            "against": self.against,
            "is_clean": self.is_clean,
            "sessions": [_session(each) for each in self.sessions],
            "instruments": [each.document() for each in self.instruments],
            "signals": self.signals,
            "matched": self.matched,
            "differences": [each.document() for each in self.differences],
            "causes": dict(self.causes),
            "unexplained": self.unexplained,
            "not_evaluated": self.not_evaluated,
            "duplicates": self.duplicates,
            "holes": [hole for each in self.instruments for hole in _holes(each)],
            "doubled": [double for each in self.instruments for double in _doubles(each)],
            "changed_since": list(self.changed_since),
            "is_code_same": self.is_code_same,
            "trades": None if self.trades is None else self.trades.document(),
        }


def _session(session: SessionBegan) -> dict[str, Any]:
    return {"session": session.session, "began": format_time(session.at), "version": session.version}


def _holes(found: InstrumentParity) -> list[dict[str, Any]]:
    """The closes that were not evaluated, as stretches."""
    name = found.instrument.unified
    return [
        {"instrument": name, "first": format_time(first), "last": format_time(last)}
        for first, last in stretches(found.not_evaluated, MINUTE)
    ]


def stretches(times: Sequence[int], step: int) -> list[tuple[int, int]]:
    """Ascending times as runs of neighbours.

    >>> stretches([1, 2, 3, 7], 1)
    [(1, 3), (7, 7)]
    """
    runs: list[tuple[int, int]] = []
    for time in times:
        if runs and time - runs[-1][1] == step:
            runs[-1] = (runs[-1][0], time)
        else:
            runs.append((time, time))
    return runs


def _doubles(found: InstrumentParity) -> list[dict[str, Any]]:
    name = found.instrument.unified
    signals = [{"instrument": name, "signal": each} for each in found.duplicates]
    return [*signals, *({"instrument": name, "close": format_time(each)} for each in found.evaluated_twice)]
