"""Where a signal session meets its adapters."""

import asyncio
import gc
import hashlib
import json
import os
import platform
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.storage.session_lock import Holder
from edgeproof.adapters.storage.states import STATES
from edgeproof.bootstrap import fees, market_history, open_store
from edgeproof.bootstrap.journal import hold_home, open_journal, open_signal_file
from edgeproof.bootstrap.live import open_feed
from edgeproof.bootstrap.notify import Setup, ear_of, messenger_of
from edgeproof.bootstrap.open_session import OpenSession
from edgeproof.bootstrap.painting import paint
from edgeproof.bootstrap.records import WATCH_ONLY, Records, read_records
from edgeproof.config import Settings, load_settings
from edgeproof.core.model.errors import EdgeproofError, NothingQualified
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import ParityRun
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, MINUTE, format_time
from edgeproof.core.signals.generate import warm_up
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.validate import Limits
from edgeproof.core.simulation.costs import costs_for
from edgeproof.ports import Clock, Journal, MarketFeed, MarketHistory
from edgeproof.ports.wishes import LeftWishes
from edgeproof.research.run_identity import code_version
from edgeproof.services.desk import Rules
from edgeproof.services.plan import Fates, Means, Plan, Trader
from edgeproof.services.prepare import REMEMBERED, Prepared
from edgeproof.services.session import Session
from edgeproof.services.signal_document import signal_document
from edgeproof.services.standing import Watched
from edgeproof.services.track_records import killed, states_watched
from edgeproof.services.watch_only import NobodyTrades, NoWishes

LEAST_HISTORY = 8 * DAY
"""What is fetched of an instrument of which nothing is stored, where no --history asks for more.

Enough for the regimes: 500 candles of 15m.
"""

LONGEST_HISTORY = 400 * DAY
PROVEN: tuple[str, ...] = ("qualified", "paper", "live")
_ALL = (*PROVEN, "draft", "tested", "probation", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCall:
    """What `scan` was asked for: `everything` watches unqualified hypotheses too, `until` ends it, in milliseconds.

    `files` are the hypothesis files of the call, to be looked at for changes.
    """

    home: Path
    config: Path
    venue: str
    url: str | None
    instruments: tuple[Instrument, ...]
    hypotheses: tuple[Hypothesis, ...]
    files: tuple[Path, ...] = ()
    everything: bool = False
    until: int | None = None
    history: int | None = None
    preview: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a session does about its signals: the command that says so, who trades them, where wishes are left.

    `settings` is what decides about it, as it is written down; `with_trades` whether the feed brings single trades;
    `admits` are the states of hypotheses whose signals are told unless everything is.
    """

    command: str
    trading: Callable[["ScanCall", Settings, Journal, MarketHistory], Callable[[str], Awaitable[Trader]]]
    wishes: Callable[[Path, Callable[[str], None]], LeftWishes]
    settings: Callable[[Settings], Mapping[str, object]]
    with_trades: bool
    admits: tuple[str, ...] = PROVEN


async def _nobody(_session: str) -> Trader:
    await asyncio.sleep(0)
    return NobodyTrades()


WATCHING = Manner(
    command=WATCH_ONLY,
    trading=lambda _call, _settings, _journal, _history: _nobody,
    wishes=lambda _home, _tell: NoWishes(),
    settings=lambda _settings: {},
    with_trades=False,
)
"""Signals are told, and that is all."""


def open_session(
    call: ScanCall,
    manner: Manner = WATCHING,
    *,
    on_decisions: Callable[[Sequence[Decision], Fates], None],
    on_words: Callable[[str], None],
) -> OpenSession:
    """A session that has not begun yet; from now on it holds its home.

    Raises
    ------
    NothingQualified
        No hypothesis of the call is qualified on any of the instruments, and not everything is to be watched.
    StoreError
        Another session holds the home, or the journal cannot be written.
    """
    settings = load_settings(call.config)
    records = read_records(call.home, call.hypotheses, call.instruments)
    watched = _watched(call, manner, records)
    clock = SystemClock()
    plan = _plan(call, manner, settings, records, watched, clock)
    with ExitStack() as stack:
        holder = Holder(
            pid=os.getpid(),
            host=platform.node(),
            command=f"edgeproof {manner.command}",
            venue=call.venue,
            since=clock.now(),
        )
        stack.callback(hold_home(call.home, holder).release)
        journal = open_journal(call.home, settings.journal, writing=True)
        stack.callback(journal.close)
        log = SignalLog(call.home)
        if log.torn is not None:
            on_words("the file of signals ended in half a line, which is kept in signals.jsonl.torn")
        history = market_history(call.venue, call.url)
        setup = Setup(home=call.home, config=call.config, settings=settings)
        longest = max((each.timeframe for each in watched), default=MINUTE)
        means = Means(
            feed=lambda prepared: _feed(call, prepared, with_trades=manner.with_trades),
            history=history,
            store=open_store(call.home),
            journal=journal,
            log=log,
            clock=clock,
            changes=Changes(call, records),
            compare=lambda start, end: _compare(call, plan.session, start, end),
            trading=manner.trading(call, settings, journal, history),
            wishes=manner.wishes(call.home, on_words),
            messenger=messenger_of(setup, journal, longest, on_words),
        )
        session = Session(plan, means, on_decisions, on_words)
        ear = ear_of(settings.notify, call.home, call.config, journal, lambda: session.standing, on_words)
        painting = partial(paint, call.home, lambda: session.plan.session, lambda: session.standing)
        return OpenSession(session, stack.pop_all(), [painting, *([] if ear is None else [ear.hear])])


def forget_sessions(home: Path) -> None:
    """Delete what sessions under a home have left: for a demo, which begins anew each time."""
    for pattern in ("journal.db*", "signals*.jsonl*", "wishes/*"):
        for path in home.glob(pattern):
            path.unlink()


class SignalLog:
    """The file of signals, told decisions."""

    def __init__(self, home: Path) -> None:
        self._file = open_signal_file(home)
        self.torn = self._file.torn

    def append(self, decisions: Sequence[Decision], fates: Fates) -> None:
        """Write signals."""
        self._file.append([signal_document(each, fates.get(each.signal.id)) for each in decisions])

    def complete(self, decisions: Sequence[Decision], fates: Fates) -> int:
        """Write those that are not there; how many."""
        return len(self._file.complete([signal_document(each, fates.get(each.signal.id)) for each in decisions]))


def _watched(call: ScanCall, manner: Manner, records: Records) -> tuple[Hypothesis, ...]:
    if call.everything:
        return call.hypotheses
    proven = {name for (name, _), record in records.items() if record.state in manner.admits}
    if not proven:
        counts = ", ".join(f"{count} {state}" for state, count in states_watched(records).items())
        raise NothingQualified(
            f"no hypothesis is qualified on {', '.join(map(str, call.instruments))} ({counts}): "
            f"edgeproof discover looks for those that are; edgeproof {manner.command} --all watches all of them, "
            "the unproven plainly marked"
        )
    return tuple(each for each in call.hypotheses if each.name in proven)


def _plan(  # noqa: PLR0913, PLR0917 - what a plan is made of
    call: ScanCall,
    manner: Manner,
    settings: Settings,
    records: Records,
    watched: tuple[Hypothesis, ...],
    clock: Clock,
) -> Plan:
    costs = fees(settings)

    def cost_of(hypothesis: Hypothesis) -> float:
        each = costs_for(hypothesis.timeframe, bps=hypothesis.slippage_bps, taker=costs.taker, maker=costs.maker)
        return 2 * (each.taker + each.slippage)

    needed = max((warm_up(each) for each in watched), default=0)
    own = call.history or 0
    span = min(LONGEST_HISTORY, max(needed + DAY, own, LEAST_HISTORY))
    began = format_time(clock.now())[:19].replace("-", "").replace(":", "")
    rules = Rules(
        limits=limits_of(settings),
        admits=_ALL if call.everything else manner.admits,
        admits_words="not killed" if call.everything else "qualified",
        cost_of=cost_of,
    )
    chosen = {name: record for name, record in records.items() if name[0] in {each.name for each in watched}}
    return Plan(
        session=f"{began}-{os.getpid()}",
        command=manner.command,
        venue=call.venue,
        version=code_version(),
        host=platform.node(),
        pid=os.getpid(),
        hypotheses=watched,
        instruments=call.instruments,
        rules=rules,
        settings={
            "costs": asdict(costs),
            "validation": settings.validation.model_dump(),
            "states": list(rules.admits),
            **manner.settings(settings),
        },
        records=chosen,
        watched=Watched(
            command=manner.command,
            venue=call.venue,
            states=states_watched(chosen),
            warming_up={},
            left_out={},
        ),
        span=span,
        least=max(own, LEAST_HISTORY),
        until=call.until,
        with_preview=call.preview,
    )


def limits_of(settings: Settings) -> Limits:
    """What a signal is held against, by the settings."""
    return Limits(**settings.validation.model_dump())


def set_apart() -> None:
    """Keep the garbage collector from walking what is there by now, which stays: a walk stops everything for 0.1 s."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _feed(call: ScanCall, prepared: Mapping[Instrument, Prepared], *, with_trades: bool) -> MarketFeed:
    set_apart()  # all history is taken in
    remembered = {
        each: of.candles.between(of.used.end - REMEMBERED, None) for each, of in prepared.items() if len(of.candles)
    }
    return open_feed(call.venue, call.url, call.instruments, (MINUTE,), remembered=remembered, with_trades=with_trades)


async def _compare(call: ScanCall, session: str, start: int, end: int) -> ParityRun:
    """What a session did in a span against the backtest, found by a process of its own.

    It takes seconds of a core and a hundred megabytes, and leaves neither the session's time nor its memory to it.
    """
    words = ["parity", "--json", "--home", str(call.home)]
    if call.config.exists():  # who names one that is not there is told so
        words += ["--config", str(call.config)]
    span = ["--since", format_time(start), "--until", format_time(end)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edgeproof", *words, *span, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    document = json.loads(out) if process.returncode in _COMPARED else _not_compared(said.decode(errors="replace"))
    wrong = sum(int(document[name]) for name in ("unexplained", "not_evaluated", "duplicates"))
    wrong += int((document.get("trades") or {}).get("unexplained", 0))
    return ParityRun(session=session, at=end, start=start, end=end, unexplained=wrong, document=document)


_COMPARED = (0, 3)


def _not_compared(said: str) -> dict[str, Any]:
    """A comparison that could not be made counts as one that found something: it must not pass for a clean one."""
    return {"unexplained": 1, "not_evaluated": 0, "duplicates": 0, "is_clean": False, "problem": said.strip()}


@dataclass(slots=True)
class Changes:
    """Notices that the user's files have changed since the session began, or since it last looked."""

    call: ScanCall
    records: Records
    _seen: dict[Path, str] = field(default_factory=dict)
    _killed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._seen = {path: _digest(path) for path in self._files()}
        self._killed = killed(self.records)

    def __call__(self) -> tuple[Sequence[str], frozenset[str]]:
        """Words for what has changed, and the hypotheses that are killed by now."""
        words: list[str] = []
        for path in self._files():
            digest = _digest(path)
            if digest == self._seen.get(path):
                continue
            self._seen[path] = digest
            words.append(self._look_at(path))
        return words, self._killed

    def _files(self) -> list[Path]:
        own = self.call.home / "hypotheses"
        return [self.call.home / STATES, self.call.config, *sorted(own.glob("*.toml")), *self.call.files]

    def _look_at(self, path: Path) -> str:
        try:
            if path.name == STATES:
                return self._look_at_states()
            if path == self.call.config:
                load_settings(path)
            else:
                _load(path)
        except EdgeproofError as error:
            return f"{path} has changed and cannot be used as it is: {error}; this session goes on as it began"
        return f"{path} has changed: this session goes on as it began; start it anew to use what it says now"

    def _look_at_states(self) -> str:
        records = read_records(self.call.home, self.call.hypotheses, self.call.instruments)
        now = killed(records)
        fresh, self._killed = now - self._killed, now
        if fresh:
            return f"killed, no signal of it is told any more: {', '.join(sorted(fresh))}"
        return "verdicts have changed: start anew to watch what is qualified now"


def _load(path: Path) -> None:
    read_hypotheses(path.read_text(encoding="utf-8"), str(path))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
