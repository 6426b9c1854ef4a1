"""What trades made in the backtest, by the comparisons that sessions have written down.

To compare anew would read all history; sessions do it every day, and their journal keeps what they found.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from edgeproof.core.model.journal import ParityRun
from edgeproof.research.report.session.curve import InBacktest


def compared_in(runs: Iterable[ParityRun]) -> InBacktest | None:
    """Of the trades that differed what the backtest made; None where no comparison looked at trades.

    A trade that is not there made the same, or was not compared. One that was still open then is left out: what it was
    held against is of another time.
    """
    found: dict[str, tuple[float, float]] = {}
    has_any = False
    for run in runs:
        trades = run.document.get("trades")
        if not isinstance(trades, Mapping):
            continue
        has_any = True
        for each in trades.get("differences", ()):
            if each["live"]["reason"] is not None:
                found[str(each["id"])] = _made(each)
    return found if has_any else None


def _made(difference: Mapping[str, Any]) -> tuple[float, float]:
    backtest = difference["backtest"]
    return (float(backtest["net"]), float(backtest["r"])) if backtest else (0.0, 0.0)
