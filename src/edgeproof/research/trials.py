"""What is tried: hypotheses as declared, without each of their confirmations, and on further timeframes.

A trial is known by what it computes, not by its name or its reason: two hypotheses that say the same are one trial, and
the same one tomorrow is no new one.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from edgeproof.core.model.time import format_duration
from edgeproof.core.model.trial import TrialKind
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.costs import slippage_bps
from edgeproof.research.backtest import Fees

_ID_LENGTH = 32
_AROUND_SIGNS = re.compile(r" ?([^\w ]) ?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A hypothesis to be tried. `parent` names the one an ablation or a secondary test belongs to.

    `removed` is the confirmation an ablation does without.
    """

    hypothesis: Hypothesis
    kind: TrialKind = "declared"
    parent: str = ""
    removed: str = ""


def with_ablations(hypotheses: Sequence[Hypothesis], kind: TrialKind = "declared") -> tuple[Trial, ...]:
    """Every hypothesis, each followed by itself without each of its confirmations in turn."""
    return tuple(trial for each in hypotheses for trial in (Trial(hypothesis=each, kind=kind), *_ablations(each)))


def _ablations(hypothesis: Hypothesis) -> list[Trial]:
    confirm = hypothesis.confirm
    return [
        Trial(
            hypothesis=replace(
                hypothesis, name=f"{hypothesis.name}-{k + 1}", confirm=(*confirm[:k], *confirm[k + 1 :])
            ),
            kind="ablation",
            parent=hypothesis.name,
            removed=removed,
        )
        for k, removed in enumerate(confirm)
    ]


def secondary_trials(hypothesis: Hypothesis) -> tuple[Trial, ...]:
    """The hypothesis on each further timeframe it declares."""
    return tuple(
        Trial(
            hypothesis=replace(
                hypothesis, name=f"{hypothesis.name}@{format_duration(timeframe)}", timeframe=timeframe, also=()
            ),
            kind="secondary",
            parent=hypothesis.name,
        )
        for timeframe in hypothesis.also
        if timeframe != hypothesis.timeframe
    )


def definition_of(hypothesis: Hypothesis) -> dict[str, object]:
    """Everything that decides what a hypothesis trades, and nothing else: no name, no reason, no family."""
    bps = hypothesis.slippage_bps if hypothesis.slippage_bps is not None else slippage_bps(hypothesis.timeframe)
    return {
        "timeframe": hypothesis.timeframe,
        "direction": int(hypothesis.direction),
        "conditions": sorted({_squeezed(text) for text in (*hypothesis.entry, *hypothesis.confirm)}),
        "stop": _squeezed(hypothesis.stop),
        "targets": [[_squeezed(target.at), target.fraction] for target in hypothesis.targets],
        "exit": sorted({_squeezed(text) for text in hypothesis.exit}),
        "trail": None if hypothesis.trail is None else _squeezed(hypothesis.trail),
        "max_hold": hypothesis.max_hold,
        "break_even": hypothesis.break_even,
        "slippage_bps": float(bps),
    }


def _squeezed(text: str) -> str:
    """The text without the blanks that mean nothing: those not between two words.

    >>> _squeezed("close - 2 * atr( 14 )  or  hour < 3")
    'close-2*atr(14)or hour<3'
    """
    return _AROUND_SIGNS.sub(r"\1", " ".join(text.split()))


def trial_id(hypothesis: Hypothesis, fees: Fees, data: Mapping[str, str]) -> str:
    """The id of a trial on data: a digest of the in-sample history of each instrument."""
    parts = {"definition": definition_of(hypothesis), "fees": asdict(fees), "data": data}
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]


def key_of(identity: str) -> tuple[int, ...]:
    """The key of a trial's random stream: its draws depend on what it is, so that no seed can be shopped for.

    >>> key_of("00000001" + "0000000a" * 3)
    (1, 10, 10, 10)
    """
    return tuple(int(identity[at : at + 8], 16) for at in range(0, _ID_LENGTH, 8))


def state_key(hypothesis: Hypothesis) -> str:
    """What a hypothesis' state is kept under: its name and what it says."""
    text = json.dumps([hypothesis.name, definition_of(hypothesis)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
