"""Why a signal differs: one cause, and only one that is shown.

1. `restart_gap`: nobody was watching at that time.
2. `late_candle`, `late_funding`: the backtest is run again over the market as it was known when the close was
   evaluated; only if it then says what the session said was it that.
3. `data_differed`, `config_differed`: the stored history, or the code, is not the session's any more, so that it
   cannot be judged. Not for a decision that no data could have led to.
4. `unexplained`: everything else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from edgeproof.core.model.signal import signal_id
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Market, fires
from edgeproof.research.parity.signals import Key, Levels, Recorded, agree, is_near, levels_at
from edgeproof.research.parity.watches import Watch


class Cause(StrEnum):
    """Why a signal differs."""

    LATE_CANDLE = "late_candle"
    LATE_FUNDING = "late_funding"
    RESTART_GAP = "restart_gap"
    DATA_DIFFERED = "data_differed"
    CONFIG_DIFFERED = "config_differed"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Difference:
    """One side has a signal that the other has not, or not so. None for the side that has none."""

    key: Key
    live: Recorded | None
    backtest: Levels | None

    @property
    def kind(self) -> str:
        """missing_live, extra_live or levels."""
        if self.live is None:
            return "missing_live"
        return "extra_live" if self.backtest is None else "levels"


@dataclass(frozen=True, slots=True)
class _Trial:
    """A way in which a difference may have come about: some records were not known yet."""

    watch: Watch
    unknown: frozenset[int]
    cause: Cause


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known: the watches of the instrument by session.

    `versions` are the names of the code that compares; `named` the ids of signals that fired by what the journal says
    elsewhere.
    """

    watches: Mapping[str, Watch]
    versions: frozenset[str]
    named: frozenset[str]


def causes(differences: Sequence[Difference], watch: Watch, known: Known) -> list[Cause]:
    """The cause of each difference of a watch."""
    lateness = _explained_by_lateness(differences, watch, known.watches)
    return [_cause(each, watch, found, known) for each, found in zip(differences, lateness, strict=True)]


def _cause(difference: Difference, watch: Watch, lateness: Cause | None, known: Known) -> Cause:
    if difference.live is None:
        if signal_id(difference.key.hypothesis, watch.instrument, difference.key.time) in known.named:
            return Cause.UNEXPLAINED  # it did fire, and what became of it is not there
        if watch.was_unwatched(difference.key.time):
            return Cause.RESTART_GAP
    if lateness is not None:
        return lateness
    if watch.history.is_same and watch.session.version in known.versions:
        return Cause.UNEXPLAINED
    if difference.live is not None and not _is_possible(difference.live, watch):
        return Cause.UNEXPLAINED
    return Cause.CONFIG_DIFFERED if watch.history.is_same else Cause.DATA_DIFFERED


def _is_possible(live: Recorded, watch: Watch) -> bool:
    """Whether some other history or code could have led to a decision.

    The session must have watched the hypothesis and evaluated that close. What follows from the definition alone must
    be as it says, and the reference price is the close of a candle that was taken in.
    """
    key, levels = live.key, live.levels
    if key.hypothesis in watch.definitions.unreadable:
        return watch.evaluation(key.time) is not None
    hypothesis = next((each for each in watch.definitions.hypotheses if each.name == key.hypothesis), None)
    if hypothesis is None or not live.is_fated_rightly:
        return False
    fixed = (
        key.time + hypothesis.expires_after,
        hypothesis.timeframe,
        int(hypothesis.direction),
        tuple(target.fraction for target in hypothesis.targets),
    )
    if levels[4:] != fixed or key.time % hypothesis.timeframe:
        return False
    closes = watch.taken.candles.close[watch.taken.candles.close_time == key.time]
    return any(is_near(levels.reference, close) for close in closes.tolist())


def _explained_by_lateness(
    differences: Sequence[Difference], watch: Watch, others: Mapping[str, Watch]
) -> list[Cause | None]:
    trials = [list(_trials(each, watch, others)) for each in differences]
    wanted: dict[tuple[str, frozenset[int]], list[Key]] = {}
    watches = {trial.watch.session.session: trial.watch for each in trials for trial in each}
    for difference, possible in zip(differences, trials, strict=True):
        for trial in possible:
            wanted.setdefault((trial.watch.session.session, trial.unknown), []).append(difference.key)
    known = {key: _as_known(watches[key[0]], key[1], keys) for key, keys in wanted.items()}
    return [
        next((trial.cause for trial in possible if _shows(known, trial, difference)), None)
        for difference, possible in zip(differences, trials, strict=True)
    ]


def _shows(
    known: Mapping[tuple[str, frozenset[int]], Mapping[Key, Levels]], trial: _Trial, difference: Difference
) -> bool:
    backtest = known[trial.watch.session.session, trial.unknown].get(difference.key)
    return is_match(difference.live, backtest)


def is_match(live: Recorded | None, backtest: Levels | None) -> bool:
    """Whether both sides say the same, be it that there is no signal."""
    if live is None or backtest is None:
        return live is None and backtest is None
    return agree(live.levels, backtest) and live.is_fated_rightly


def _trials(difference: Difference, watch: Watch, others: Mapping[str, Watch]) -> Iterator[_Trial]:
    """What may not have been known: by the evaluation of that close, or by the decision."""
    time, live = difference.key.time, difference.live
    evaluation = watch.evaluation(time)
    moments = [evaluation] if evaluation is not None else []
    if live is None or live.session == watch.session.session:
        moments += [live.seq] if live is not None else []
    elif (decider := others.get(live.session)) is not None:
        # A later session came back to the close, with what it knew of it.
        yield from _trials_at(decider, time, live.seq)
        yield _Trial(decider, frozenset(), Cause.LATE_CANDLE)
    for seq in dict.fromkeys(moments):
        yield from _trials_at(watch, time, seq)


def _trials_at(watch: Watch, time: int, seq: int) -> Iterator[_Trial]:
    candles, funding = watch.taken.late_candles(time, seq), watch.taken.late_funding(time, seq)
    if candles:
        yield _Trial(watch, candles, Cause.LATE_CANDLE)
    if funding:
        yield _Trial(watch, funding, Cause.LATE_FUNDING)
    if candles and funding:
        yield _Trial(watch, candles | funding, Cause.LATE_CANDLE)


def _as_known(watch: Watch, unknown: frozenset[int], keys: Sequence[Key]) -> dict[Key, Levels]:
    """What the backtest says of some signals over the market without some records."""
    names = {key.hypothesis for key in keys}
    hypotheses = [each for each in watch.definitions.hypotheses if each.name in names]
    market = _until(watch.market(watch.taken.without(unknown)), max(key.time for key in keys))
    return fired(market, hypotheses, {key.time for key in keys})


def _until(market: Market, time: int) -> Market:
    # What closes later cannot change it, and need not be evaluated.
    return Market(instrument=market.instrument, candles=market.candles.between(None, time), funding=market.funding)


def fired(market: Market, hypotheses: Sequence[Hypothesis], times: Iterable[int]) -> dict[Key, Levels]:
    """The fires of a backtest at some times."""
    wanted = np.array(sorted(times), np.int64)
    found: dict[Key, Levels] = {}
    for hypothesis, each in zip(hypotheses, fires(market, hypotheses), strict=True):
        found.update(levels_at(hypothesis, each.at(np.flatnonzero(np.isin(each.time, wanted)))))
    return found
