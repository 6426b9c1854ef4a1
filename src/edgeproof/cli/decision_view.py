"""Everything about one decision, as a person asks for it: `edgeproof why ID`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edgeproof.core.model.signal import Check, Decision, Fate
from edgeproof.core.model.time import MINUTE, format_duration
from edgeproof.services.figures import moment_text, prices_text, span_text, value_text
from edgeproof.services.record_words import confidence_text, reason_text
from edgeproof.services.signal_document import direction_word, warning

RULES = {
    "levels": "stop and targets are on the right side of the entry",
    "age_minutes": "how long ago its candle closed; it expires at the limit",
    "state": "how far its hypothesis has come",
    "stop_distance_bps": "from entry to stop, in basis points of the entry",
    "cost_r": "fees and slippage of a round trip, as a part of its risk",
    "spread_bps": "between the best bid and ask, in basis points of the middle",
    "funding_against": "the rate of the hour against the position",
    "quiet_share": "share of the last hour's minutes without a trade",
    "regime": "the kind of market, where only the declared ones are let through",
}
"""What the value of each rule is."""

_ROOM = 120

_FATES = {
    Fate.TOLD: "told: nothing spoke against it",
    Fate.VETOED: "vetoed",
    Fate.VOID: "void: its prices make no trade",
    Fate.EXPIRED: "expired: it came too late to act on",
}


def decision_view(decision: Decision, width: int) -> Group:
    """A decision with all that was looked at; where there is room, what each rule is."""
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
        ("Checks", _checks(decision.checks, explained=width >= _ROOM)),
        ("Entry: all of it held", _conditions(evidence.get("entry"))),
        ("Confirmation: all of it held", _conditions(evidence.get("confirm"))),
        ("Candles used, the last closed of each timeframe", _candles(evidence.get("candles"))),
        ("Market", _pairs(_market(evidence))),
        ("Record in the backtest", _pairs(_record(evidence.get("backtest")))),
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
    yield "state", warning(decision.state) or f"{decision.state}, {confidence_text(decision)}"


def _checks(checks: Sequence[Check], *, explained: bool) -> Table:
    table = _table()
    for each in checks:
        mark = Text("holds", "green") if each.holds else Text("FAILS", "bold red")
        meaning = Text(RULES.get(each.rule, ""), "dim") if explained else ""
        table.add_row(mark, each.rule, value_text(each.value), limit_text(each), meaning)
    return table


def limit_text(check: Check) -> str:
    """What a rule allows; whether a number is a most or a least shows in the outcome.

    >>> limit_text(Check(rule="spread_bps", value=0.4, limit=8.0, holds=True))
    'at most 8'
    """
    match check.value, check.limit:
        case _, None:
            return "no limit"
        case float(value), float(limit):
            return f"at {'most' if check.holds == (value <= limit) else 'least'} {value_text(limit)}"
        case None, float(limit):
            return f"limit {value_text(limit)}"
        case _, limit:
            return value_text(limit)


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
        opened, closed = (str(each.get(key, ""))[:19].replace("T", " ") for key in ("open_time", "close_time"))
        age = each.get("age_minutes")
        old = "" if age is None else "closed with the signal" if age == 0 else f"{span_text(age * MINUTE)} old"
        table.add_row(str(each.get("timeframe", "")), f"{opened} to {closed[11:]}", old)
    return table


def _market(evidence: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    declared = evidence.get("regimes_declared")
    suits = f" (its hypothesis is meant for {', '.join(declared)})" if declared else ""
    yield "regime", f"{evidence.get('regime') or 'none of those known'}{suits}"
    rate, percentile = evidence.get("funding_rate"), evidence.get("funding_percentile")
    among = "" if percentile is None else f", percentile {100 * percentile:.0f} of the last 30 days"
    yield "funding an hour", "not known" if rate is None else f"{rate:+.5%}{among}"
    for key, name, form in _MARKET:
        if (value := evidence.get(key)) is not None:
            yield name, form.format(value)


_MARKET = (
    ("spread_bps", "spread", "{:.2f} basis points"),
    ("volume_ratio", "volume", "{:.2f} times the usual"),
    ("quiet_share", "quiet minutes", "{:.0%} of the last hour"),
)


def _record(backtest: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - evidence is JSON
    if not isinstance(backtest, Mapping) or not backtest.get("n"):
        yield "trades", "none; it was never tested as it stands: edgeproof discover"
        return
    yield "verdict", str(backtest.get("verdict", ""))
    yield "trades", f"{backtest['n']:,}"
    if (rate := backtest.get("win_rate")) is not None:
        low, high = backtest.get("win_rate_low"), backtest.get("win_rate_high")
        bounds = "" if low is None or high is None else f", 95 % interval {low:.1%} to {high:.1%}"
        yield "win rate", f"{rate:.1%}{bounds}"
    for key, name in (("expectancy_r", "expectancy"), ("cost_r", "costs")):
        if (value := backtest.get(key)) is not None:
            yield name, f"{value:+.3f} R a trade" if key == "expectancy_r" else f"{value:.3f} R a trade"
    for key, name in (("data_end", "tested until"), ("run", "run")):
        if backtest.get(key):
            yield name, str(backtest[key])


def _pairs(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Table:
    table = _table()
    for name, text in pairs:
        table.add_row(Text(name, "dim"), text)
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
