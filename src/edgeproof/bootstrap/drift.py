"""Where drift meets what discoveries have kept: the outcomes of the backtest, and the states that outlive a session."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from edgeproof.adapters.storage.run_reader import outcomes
from edgeproof.adapters.storage.states import LIVE, keep_live, read_states
from edgeproof.bootstrap.records import Records, read_records
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.performance.drift import DriftTest, calibrate
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.ports import Journal
from edgeproof.research.resampling import stream
from edgeproof.research.trials import state_key
from edgeproof.services.drifting import KILLED, PROBATION, BacktestSample, Drifting, Turn, Weighing, drifting_of

_SEED = 0
"""The same outcomes make the same thresholds, on any machine and after any restart."""


def weighing(home: Path, hypotheses: Sequence[Hypothesis], instruments: Sequence[Instrument]) -> Weighing:
    """By what the trades of hypotheses are judged: their outcomes in the runs whose records speak for them.

    Of a hypothesis on several instruments all outcomes make one sample, in the order in which they ended.
    """
    records = read_records(home, hypotheses, instruments)
    live = _live(home, hypotheses)
    found, lost = _outcomes(home, records)
    has_run = {name for (name, _), record in records.items() if record.run}
    tested: dict[str, BacktestSample] = {}
    for each in hypotheses:
        of = live.get(each.name, {})
        tested[each.name] = BacktestSample(
            outcomes=found.get(each.name),
            instruments=frozenset(on for (name, on), record in records.items() if name == each.name and record.run),
            why=lost.get(each.name, "its backtest made no trade" if each.name in has_run else ""),
            state=str(of.get("state", "")),
            since=int(of.get("since", 0)),
        )
    keys = {each.name: state_key(each) for each in hypotheses}
    return Weighing(
        tested=tested,
        definitions={each.name: hypothesis_toml(each) for each in hypotheses},
        calibrate=calibrated,
        keep=lambda turn: _keep(home, keys[turn.hypothesis], turn),
    )


def calibrated(r: FloatArray) -> DriftTest | Untestable:
    """The test that outcomes make."""
    return calibrate(r, stream(_SEED))


def read_drifting(
    home: Path, journal: Journal, hypotheses: Sequence[Hypothesis], instruments: Sequence[Instrument]
) -> Drifting:
    """How hypotheses stand by the trades of a journal: for whoever looks, beside a session or without one."""
    return drifting_of("", weighing(home, hypotheses, instruments), journal)


def revive(home: Path, hypothesis: Hypothesis) -> str:
    """Put a hypothesis that was killed on probation; words that say what that means.

    Raises
    ------
    InputError
        It is not killed.
    """
    key, live = state_key(hypothesis), _live(home, [hypothesis]).get(hypothesis.name, {})
    if live.get("state") != KILLED:
        state = live.get("state") or "in use, or as discovery found it"
        raise InputError(f"expected the name of a hypothesis that was killed, {hypothesis.name} is {state}")
    why = f"revived by a person; it was {live.get('why') or 'killed'}"
    keep_live(home, key, hypothesis.name, {"state": PROBATION, "why": why, "at": live["at"], "since": live["at"]})
    return (
        f"{hypothesis.name} is on probation: the next edgeproof paper trades it, and nothing else does. Its trades "
        "from now on are held against its backtest anew"
    )


def live_states(home: Path, hypotheses: Sequence[Hypothesis]) -> dict[str, str]:
    """What live trades have led to: "killed" or "probation", by the names of those that are."""
    return {name: str(each["state"]) for name, each in _live(home, hypotheses).items() if each.get("state")}


def _live(home: Path, hypotheses: Sequence[Hypothesis]) -> dict[str, Mapping[str, Any]]:
    states = read_states(home)
    return {each.name: states.get(state_key(each), {}).get(LIVE, {}) for each in hypotheses}


def _keep(home: Path, key: str, turn: Turn) -> bool:
    try:
        before = read_states(home).get(key, {}).get(LIVE, {})
        live = {"state": turn.state, "why": turn.words, "at": turn.at, "since": before.get("since", 0)}
        keep_live(home, key, turn.hypothesis, live)
    except StoreError:
        return False  # its signals are denied all the same, and the next session finds the same in the journal
    return True


def _outcomes(home: Path, records: Records) -> tuple[dict[str, FloatArray], dict[str, str]]:
    """The outcomes by hypothesis, and of those without any the reason."""
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for (name, instrument), record in records.items():
        if record.run:
            pairs[record.run].append((name, instrument.unified))
    frames: list[pl.DataFrame] = []
    lost: dict[str, str] = {}
    for run, of in pairs.items():
        try:
            frame = outcomes(home, run, of)
        except StoreError as error:
            frame, why = None, str(error)
        else:
            why = f"the run {run} of its record is not kept any more"
        if frame is None:
            lost |= dict.fromkeys({name for name, _ in of}, why)
        else:
            frames.append(frame)
    if not frames:
        return {}, lost
    whole = pl.concat(frames).sort("exit_time", maintain_order=True).partition_by("hypothesis", as_dict=True)
    return {str(name): frame["r_multiple"].to_numpy() for (name,), frame in whole.items()}, lost
