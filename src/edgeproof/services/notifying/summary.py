"""The daily summary: a UTC day on the screen of a phone, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from edgeproof.core.model.journal import StandingNoted, TradeClosed
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import DAY, format_time
from edgeproof.core.model.trading import BreakerLevel
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.services.figures import money_text
from edgeproof.services.notifying.day import DayFigures
from edgeproof.services.signal_document import direction_word, plain
from edgeproof.services.trading_document import number

_F = TypeVar("_F", bound=StrEnum)

CURRENCY = "USD"
_NAMED = 5
"""Rules and changes that are named; a phone has no room for all."""


class Told(Protocol):
    """How a channel did: a line for people, an object for programs."""

    @property
    def channel(self) -> str:
        """Its name."""
        ...

    @property
    def words(self) -> str:
        """What was sent, acknowledged and failed."""
        ...

    def document(self) -> dict[str, Any]:
        """The same for JSON."""
        ...


def summary_message(day: DayFigures, told: Sequence[Told] = ()) -> Message:
    """The summary of a day, with how the channels did."""
    return Message(
        id=f"summary:{format_time(day.start)[:10]}",
        topic=Topic.SUMMARY,
        severity=Severity.INFO,
        at=day.start + DAY,
        queued_at=0,
        title=_title(day),
        fields=tuple(_fields(day, told)),
        subject="summary",
        document=summary_document(day, told),
    )


def _title(day: DayFigures) -> str:
    moment = datetime.fromtimestamp(day.start / 1000, UTC)
    date = f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    if day.pnl is not None:
        return f"{date}: {money_text(day.pnl, signed=True)} {CURRENCY}{_share(day)}"
    if day.trades:
        return f"{date}: {money_text(day.realised, signed=True)} {CURRENCY} realised"
    if not day.signals:
        return f"{date}: no signals" if day.sessions else f"{date}: a quiet day"
    return f"{date}: {day.signals:,} signal{'s' * (day.signals > 1)}"


def _share(day: DayFigures) -> str:
    return f" ({day.pnl / day.opening:+.2%})" if day.pnl is not None and day.opening else ""


def _fields(day: DayFigures, told: Sequence[Told]) -> Iterator[tuple[str, str]]:
    if day.is_traded:
        yield from _money(day)
    yield "Signals", _signals(day)
    if day.is_traded:
        yield "Traded", _traded(day)
    yield "Closes missed", _counted(day.missed) or "none"
    standing = _standing(day)
    if standing:
        yield "Limits", standing
    if day.drift:
        more = f" and {len(day.drift) - _NAMED} more" if len(day.drift) > _NAMED else ""
        yield "Drift", "; ".join(map(_drift, day.drift[:_NAMED])) + more
    yield "Backtest", _parity(day)
    if day.sessions:
        yield "Sessions", f"{day.sessions} began"
    for each in told:
        yield each.channel.capitalize(), each.words


def _money(day: DayFigures) -> Iterator[tuple[str, str]]:
    yield "Equity", f"{money_text(day.closing)} {CURRENCY}" if day.closing is not None else "not known"
    made = f"realised {money_text(day.realised, signed=True)}"
    if day.pnl is not None:
        made += f", open {money_text(day.pnl - day.realised, signed=True)}"
    yield "P&L", made
    if not day.trades:
        yield "Trades", "none ended"
        return
    tally = day.tally
    yield "Trades", f"{tally.n} ended, {tally.n_wins} won ({tally.win_rate:.0%}), {tally.total_r:+.2f} R"
    yield "Costs", f"fees {money_text(day.fees)}, funding {money_text(day.funding, signed=True)}"
    best, worst = _extremes(day.trades)
    yield "Best", _trade(best)
    if worst is not best:
        yield "Worst", _trade(worst)


def _extremes(trades: Sequence[TradeClosed]) -> tuple[TradeClosed, TradeClosed]:
    ordered = sorted(trades, key=lambda each: each.trade.net_pnl)
    return ordered[-1], ordered[0]


def _trade(closed: TradeClosed) -> str:
    trade = closed.trade
    r = "" if not trade.risk else f" ({trade.r_multiple:+.2f} R)"
    what = f"{direction_word(trade.direction)} {trade.instrument.base} {closed.hypothesis}"
    return f"{money_text(trade.net_pnl, signed=True)}{r} {what}"


def _signals(day: DayFigures) -> str:
    return _with_rules(day.fates, {Fate.VETOED: day.vetoed}) or "none"


def _traded(day: DayFigures) -> str:
    return _with_rules(day.traded, {TradeFate.DENIED: day.denied}) or "nothing was asked for"


def _with_rules(counts: Mapping[_F, int], rules: Mapping[_F, Mapping[str, int]]) -> str:
    """How many met each fate, and by which rules where those are told."""
    told = ((each, count, _counted(rules.get(each, {}))) for each, count in sorted(counts.items()) if count)
    return ", ".join(f"{count:,} {each.value}{f' ({why})' if why else ''}" for each, count, why in told)


def _counted(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    parts = [f"{name.replace('_', ' ')} {count:,}" for name, count in ordered[:_NAMED]]
    rest = sum(count for _, count in ordered[_NAMED:])
    return ", ".join([*parts, f"others {rest:,}"] if rest else parts)


def _standing(day: DayFigures) -> str:
    """The worst level of the day's loss, and every change of the trading state."""
    parts = [] if day.level is BreakerLevel.NORMAL else [f"the day's loss: {day.level.word.replace('_', ' ')}"]
    changes: list[str] = []
    for each in day.standing:
        words = _state(each)
        if not changes or changes[-1].partition(" ")[2] != words.partition(" ")[2]:
            changes.append(words)
    if len(changes) > _NAMED:
        changes = [*changes[:_NAMED], f"{len(changes) - _NAMED} more"]
    return "; ".join([*parts, *changes])


def _state(noted: StandingNoted) -> str:
    status = noted.standing.status
    cause = "" if status.cause is None else f" ({status.cause.value.replace('_', ' ')})"
    return f"{format_time(noted.at)[11:16]} {status.state.value}{cause}"


def _drift(detail: str) -> str:
    """The first half of what is noted: who, which stage, what weight."""
    name, _, rest = detail.partition(": ")
    return f"{name}: {rest.partition(': ')[0]}" if rest else detail


def _parity(day: DayFigures) -> str:
    if day.parity is None:
        return "not compared"
    if day.parity.document.get("problem"):
        return "could not be compared"
    return "agrees" if not day.parity.unexplained else f"{day.parity.unexplained} differences unexplained"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def summary_document(day: DayFigures, told: Sequence[Told] = ()) -> dict[str, Any]:
    """All of a day as JSON. What is not known is null."""
    tally = day.tally
    found = {
        "date": format_time(day.start)[:10],
        "sessions": day.sessions,
        "equity": {"opening": number(day.opening), "closing": number(day.closing)},
        "pnl": {
            "total": number(day.pnl),
            "realised": number(day.realised),
            "open": None if day.pnl is None else number(day.pnl - day.realised),
            "fees": number(day.fees),
            "funding": number(day.funding),
        },
        "trades": {"n": tally.n, "n_wins": tally.n_wins, "win_rate": tally.win_rate, "total_r": tally.total_r},
        "ended": [_trade_document(each) for each in day.trades],
        "signals": {**_words(day.fates), "by_rule": dict(day.vetoed)},
        "traded": {**_words(day.traded), "by_rule": dict(day.denied)} if day.is_traded else None,
        "closes_missed": dict(day.missed),
        "level": day.level.word,
        "states": [_state_document(each) for each in day.standing],
        "drift": list(day.drift),
        "parity": None if day.parity is None else {"unexplained": day.parity.unexplained},
        "channels": [each.document() for each in told],
    }
    return {key: plain(value) for key, value in found.items()}


def _words(counts: Mapping[_F, int]) -> dict[str, int]:
    return {each.value: count for each, count in sorted(counts.items())}


def _trade_document(closed: TradeClosed) -> dict[str, Any]:
    trade = closed.trade
    return {
        "id": trade.signal_id,
        "hypothesis": closed.hypothesis,
        "instrument": trade.instrument.unified,
        "direction": direction_word(trade.direction),
        "net_pnl": float(trade.net_pnl),
        "r": trade.r_multiple,
        "reason": trade.reason,
        "closed_at": format_time(trade.time),
    }


def _state_document(noted: StandingNoted) -> dict[str, Any]:
    status = noted.standing.status
    return {
        "at": format_time(noted.at),
        "state": status.state.value,
        "level": noted.standing.level.word,
        "cause": None if status.cause is None else status.cause.value,
        "by": status.by or None,
    }
