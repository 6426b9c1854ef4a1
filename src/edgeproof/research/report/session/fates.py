"""From signals to trades: how many had which fate, and by which rule."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.trading_event import FateDecided, TradeFate


def funnel(decisions: Sequence[Decision], fates: Sequence[FateDecided], *, entered: int) -> list[dict[str, Any]]:
    """The steps from signals to trades, each with its count; what fell out stands under the step it fell out of.

    `kind` is "step", or "out" for what went no further. `entered` is how many of those taken were filled.
    """
    told = sum(each.fate is Fate.TOLD for each in decisions)
    found = [_step("signals", len(decisions)), *_out(_reasons(decisions)), _step("told", told)]
    if fates:
        taken = sum(each.fate is TradeFate.TAKEN for each in fates)
        found += [*_out(_reasons(fates)), _step("taken", taken)]
        found += _out(Counter({"never filled": taken - entered})) if taken > entered else []
        found.append(_step("trades", entered))
    return found


def _reasons(all_of: Iterable[Decision | FateDecided]) -> Counter[str]:
    return Counter(
        f"{each.fate.value}: {each.rule}" if each.rule else each.fate.value
        for each in all_of
        if each.fate not in {Fate.TOLD, TradeFate.TAKEN}
    )


def _step(name: str, n: int) -> dict[str, Any]:
    return {"name": name, "n": n, "kind": "step"}


def _out(reasons: Counter[str]) -> list[dict[str, Any]]:
    return [{"name": name, "n": n, "kind": "out"} for name, n in reasons.most_common()]
