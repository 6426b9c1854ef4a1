"""How hypotheses do, for the dashboard: what discoveries found of each, how it drifts, its trades one after another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import ParityRun
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.services.signal_document import plain, weight_document
from edgeproof.services.status import parity_document

_LONG = frozenset({"differences", "not_taken_trades"})
_MONEY = ("net", "backtest_net", "difference", "unexplained_money")
_BETWEEN_SCOPES = " + "


def drift_rows(weights: Mapping[str, SignalWeight]) -> list[dict[str, Any]]:
    """How each hypothesis does against its test, those that weigh least first."""
    ordered = sorted(weights.items(), key=lambda each: (each[1].weight, -each[1].trades, each[0]))
    return [{"hypothesis": name, **weight_document(weighed)} for name, weighed in ordered]


def state_rows(
    name: str, scopes: Mapping[str, Mapping[str, Any]], live: Mapping[str, Any], *, is_watched: bool
) -> Iterator[dict[str, Any]]:
    """What is known of a hypothesis, a row for each set of instruments it was tested on.

    What its live trades have led to (`live`) speaks before what discoveries found.
    """
    said = {"state": str(live["state"]), "verdict": str(live.get("why", ""))} if live.get("state") else {}
    for scope, each in scopes.items() or [("", {})]:
        found = {
            "hypothesis": name,
            "instruments": scope.split(_BETWEEN_SCOPES) if scope else [],
            "state": str(each.get("state", "draft")),
            "verdict": str(each.get("verdict", "")),
            "run": each.get("run"),
            "data_end": each.get("data_end"),
            "version": each.get("version"),
            **(each.get("record") or {}),
            **said,
            "is_watched": is_watched,
        }
        yield {key: plain(value) for key, value in found.items()}


def parity_summary(parity: ParityRun | None) -> dict[str, Any] | None:
    """The last comparison with the backtest, its trades by cause and in sum (null where none was looked at)."""
    if parity is None:
        return None
    trades = parity.document.get("trades")
    return {
        **parity_document(parity),
        "signals": parity.document.get("signals"),
        "matched": parity.document.get("matched"),
        "trades": _sums(trades) if isinstance(trades, Mapping) else None,
    }


def _sums(trades: Mapping[str, Any]) -> dict[str, Any]:
    short = {name: plain(each) for name, each in trades.items() if name not in _LONG}
    short |= {name: float(trades[name]) for name in _MONEY if name in trades}
    causes = trades.get("causes", {})
    short["causes"] = {name: {**each, "money": float(each["money"])} for name, each in causes.items()}
    return short


def cumulative_r(trades: Iterable[LiveTrade]) -> list[tuple[int, float]]:
    """What trades have made in R, one after the other, at the times they ended; one without a risk made none."""
    chosen: Sequence[LiveTrade] = tuple(trades)
    sums = np.cumsum(np.nan_to_num(np.array([each.r for each in chosen], dtype=np.float64)))
    return [(each.trade.time, float(total)) for each, total in zip(chosen, sums, strict=True)]
