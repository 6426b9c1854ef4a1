"""Everything about one decision, as a person asks for it: `edgeproof why ID`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edgeproof.cli.figures import span_text, value_text
from edgeproof.cli.scan_lines import confidence_text, moment_text, prices_text, reason_text
from edgeproof.core.model.signal import Check, Decision, Fate
from edgeproof.core.model.time import format_duration
from edgeproof.services.signal_document import direction_word, warning

RULES = {
    "expired": "age of the signal when it was decided, against how long it may be acted on",
    "state": "what became of its hypothesis meanwhile",
    "stop_distance": "from entry to stop, in basis points of the entry",
    "cost_r": "fees and slippage of the trade, as a part of its risk",
    "spread_bps": "between the best bid and ask, in basis points of the middle",
    "funding": "the rate of the hour that speaks against the position",
    "activity": "share of the last minutes in which nobody traded",
    "regime": "what kind of market it is",
}
"""What the value of each rule is."""

_FATES = {
    Fate.TOLD: "told: nothing spoke against it",
    Fate.VETOED: "vetoed",
    Fate.VOID: "void: its prices make no trade",
    Fate.EXPIRED: "expired: it came too late to act on",
}
_KNOWN = ("entry", "confirm", "candles", "regime", "funding_rate", "funding_percentile", "backtest")


def decision_view(decision: Decision) -> Group:
    """A decision with all that was looked at."""
    signal, evidence = decision.signal, decision.evidence
    parts: list[RenderableType] = [
        Text.assemble(
            (signal.hypothesis, "bold"),
            "  ",
            (direction_word(signal.direction).upper(), "bold green" if signal.direction > 0 else "bold red"),
            f"  {signal.instrument}  {format_duration(signal.timeframe)}",
        ),
        _pairs(_facts(decision)),
    ]
    sections = (
        ("Checks", _checks(decision.checks)),
        ("Entry: all of it held", _conditions(evidence.get("entry"))),
        ("Confirmation: all of it held", _conditions(evidence.get("confirm"))),
        ("Candles used, the last closed of each timeframe", _candles(evidence.get("candles"))),
        ("Market", _pairs(_market(evidence))),
        ("Record in the backtest", _pairs(_record(evidence.get("backtest")))),
        ("More", _pairs((key, value_text(value)) for key, value in evidence.items() if key not in _KNOWN)),
    )
    for title, body in sections:
        if body is not None and body.row_count:
            parts += [Text(), Text(title, "bold"), body]
    return Group(*parts)


def _facts(decision: Decision) -> Iterator[tuple[str, str]]:
    signal = decision.signal
    reason = reason_text(decision)
    yield "fate", f"{_FATES[decision.fate]}{f' ({reason})' if reason else ''}"
    if meaning := RULES.get(decision.rule):
        yield "rule", f"{decision.rule}: {meaning}"
    yield "signal", f"{moment_text(signal.time)} UTC, id {signal.id}"
    late = span_text(max(0, decision.decided_at - signal.time))
    yield "decided", f"{late} after the close by the venue's clock; {decision.latency_ms:.1f} ms after it was known"
    yield "prices", prices_text(decision)
    if len(signal.targets) > 1:
        yield "at targets", ", ".join(f"{each:.0%}" for each in signal.fractions)
    yield (
        "expires",
        f"{moment_text(signal.expires_at)} UTC, {span_text(signal.expires_at - signal.time)} after the close",
    )
    yield "state", warning(decision.state) or f"qualified, {confidence_text(decision)}"


def _checks(checks: Sequence[Check]) -> Table:
    table = _table()
    for each in checks:
        mark = Text("holds", "green") if each.holds else Text("FAILS", "bold red")
        limit = "no limit" if each.limit is None else f"limit {value_text(each.limit)}"
        table.add_row(mark, each.rule, value_text(each.value), limit, Text(RULES.get(each.rule, ""), "dim"))
    return table


def _conditions(conditions: Any) -> Table | None:  # noqa: ANN401 - evidence is JSON
    """Each condition with the values of its parts."""
    if not isinstance(conditions, Mapping):
        return None
    table = _table()
    for expression, found in conditions.items():
        parts = found.items() if isinstance(found, Mapping) else [("", found)]
        values = "  ".join(f"{name} {value_text(value)}".strip() for name, value in parts)
        table.add_row(str(expression), values)
    return table


def _candles(candles: Any) -> Table | None:  # noqa: ANN401 - evidence is JSON
    if not isinstance(candles, Sequence):
        return None
    table = _table()
    for each in candles:
        age = each.get("age_ms")
        opened, closed = (str(each.get(key, ""))[:19].replace("T", " ") for key in ("open_time", "close_time"))
        old = "" if age is None else f"{span_text(age)} old"
        table.add_row(str(each.get("timeframe", "")), f"{opened} to {closed[11:] or closed}", old)
    return table


def _market(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "regime", str(evidence.get("regime") or "none of those known")
    rate, percentile = evidence.get("funding_rate"), evidence.get("funding_percentile")
    if rate is not None:
        among = "" if percentile is None else f", higher than {percentile:.0%} of those before"
        yield "funding an hour", f"{rate:+.5%}{among}"
    else:
        yield "funding an hour", "not known"


def _record(backtest: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - evidence is JSON
    if not isinstance(backtest, Mapping) or not backtest:
        yield "none", "it was never tested as it stands: edgeproof discover"
        return
    for key, percent in (("win_rate", True), ("expectancy_r", False)):
        found = backtest.get(key)
        if found is not None:
            bounds = _bounds(backtest, key.removesuffix("_r"), key, percent=percent)
            yield key.replace("_r", " R") if key == "expectancy_r" else "win rate", f"{_figure(found, percent)}{bounds}"
    shown = {"win_rate", "expectancy_r", *(f"{name}_{end}" for name in _BOUNDED for end in ("low", "high"))}
    for key, value in backtest.items():
        if key not in shown:
            yield str(key).replace("_", " "), value_text(value)


_BOUNDED = ("win_rate", "expectancy", "expectancy_r")


def _bounds(backtest: Mapping[str, Any], *names: str, percent: bool) -> str:
    for name in names:
        low, high = backtest.get(f"{name}_low"), backtest.get(f"{name}_high")
        if low is not None and high is not None:
            return f", 95 % interval {_figure(low, percent)} to {_figure(high, percent)}"
    return ""


def _figure(value: float, percent: bool) -> str:  # noqa: FBT001 - private
    return f"{value:.1%}" if percent else f"{value:+.3f}"


def _pairs(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Table:
    table = _table()
    for name, text in pairs:
        table.add_row(Text(name, "dim"), text)
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
