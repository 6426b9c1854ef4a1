"""What a hypothesis says, as a document: kept with a run, so that its report can say it whatever the library says."""

from typing import Any

from edgeproof.core.model.time import format_duration
from edgeproof.core.signals.hypothesis import Hypothesis


def definition(hypothesis: Hypothesis) -> dict[str, Any]:
    """What a hypothesis says, as its file would."""
    written: dict[str, Any] = {
        "family": hypothesis.family.value,
        "reason": hypothesis.reason,
        "entry": list(hypothesis.entry),
        "confirm": list(hypothesis.confirm),
        "stop": hypothesis.stop,
        "targets": [{"at": target.at, "fraction": target.fraction} for target in hypothesis.targets],
        "exit": list(hypothesis.exit),
        "max_hold": format_duration(hypothesis.max_hold) if hypothesis.max_hold else None,
        "trail": hypothesis.trail,
        "break_even": hypothesis.break_even,
        "regimes": [regime.value for regime in hypothesis.regimes],
    }
    return {key: value for key, value in written.items() if value}
