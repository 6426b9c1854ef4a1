"""The picture of a session: how it is doing, the instruments, open signals, the latest decisions, what happened.

It fits the width of a terminal, and its height as far as it can: every part shows its newest entries in at least
`_LEAST` lines, the instruments get what that leaves, and what they leave goes back to the parts in their order. On a
narrow terminal an open signal has two lines, from `WIDE` columns on one.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned, flowed, one_line
from edgeproof.cli.feed_view import COLOURS, STALE_S, incident_text, without_repeats
from edgeproof.cli.offer_lines import TITLE as OFFERED
from edgeproof.cli.offer_lines import offer_entries
from edgeproof.cli.preview_lines import preview_entries
from edgeproof.cli.scan_lines import (
    closes_text,
    late_text,
    latency_text,
    notice_text,
    notices_only,
)
from edgeproof.cli.score_lines import score_table, weights_text
from edgeproof.cli.stretches import stretches
from edgeproof.cli.trade_lines import trade_table
from edgeproof.cli.trading_lines import account_lines, exposure_lines
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import MINUTE, SECOND, format_duration
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.services.figures import clock_text, labels, moment_text, price_text, prices_text, shortened, span_text
from edgeproof.services.health import SKEW_MS
from edgeproof.services.record_words import confidence_text, reason_text, traded_text
from edgeproof.services.signal_document import PROVEN, direction_word, risk_reward_text
from edgeproof.services.standing import STALE_CLOSE_MS, Standing
from edgeproof.services.trading_view import TradingView

WIDE = 116
_LEAST = 4
_NEWS = 12
_SHORT_ID = 6

_FATES = {Fate.TOLD: "bold", Fate.VETOED: "yellow", Fate.VOID: "dim", Fate.EXPIRED: "magenta"}
_TRADE_FATES = {each: "yellow" for each in TradeFate} | {TradeFate.TAKEN: "bold green", TradeFate.OVERLAPPED: "dim"}
NOTHING_TRADED: Mapping[str, FateDecided] = MappingProxyType({})
_STATES = (("qualified", "qualified", "green"), ("tested", "unproven", ""), ("rejected", "rejected", ""))


class Size(NamedTuple):
    """Of a terminal, in characters."""

    width: int
    height: int


class _Part(NamedTuple):
    """A part of the picture: its entries, the newest last, each of them one or more lines.

    Where not all parts fit, the one of the highest `rank` is left out first.
    """

    title: str
    rank: int
    entries: Sequence[Sequence[Text]]
    heading: Text | None = None

    @property
    def lines(self) -> int:
        """How many lines all of it would take, without its title."""
        return sum(map(len, self.entries))

    @property
    def least(self) -> int:
        """How many lines its entries want at least: what is open is never left out for anything else."""
        return self.lines if self.rank == 0 else len(self.entries[-1])

    @property
    def overhead(self) -> int:
        """How many lines it takes besides its entries."""
        return 2 + (self.heading is not None)

    def newest(self, room: int) -> list[Text]:
        """The newest entries that have room in so many lines."""
        shown: list[Text] = []
        for entry in reversed(self.entries):
            if len(shown) + len(entry) > room:
                break
            shown = [*entry, *shown]
        return shown


def starting_picture(words: Sequence[str]) -> Group:
    """What is shown until the history is there."""
    return Group(Text("starting", "bold"), *(one_line(Text(each, "dim")) for each in words))


def picture(standing: Standing, now: float, size: Size) -> Group:
    """The whole view at a monotonic time, for a terminal of a size."""
    names = labels(list(standing.instruments))
    trading = standing.see_trading()
    head = _head(standing, now, size.width)
    head += [] if trading is None else [Text(), *account_lines(trading, size.width)]
    table = _instruments(standing, names, now, size.width)
    found = (
        *([] if trading is None else [_exposures(trading, size.width)]),
        _Part(OFFERED, 0, [] if trading is None else offer_entries(trading.offers, _now(standing), size.width)),
        _closed(standing, size.width),
        *([] if trading is None else [_scores(standing, size.width)]),
        _open_signals(standing, names, size.width),
        _previews(standing, names, size.width),
        _decisions(standing, names, size.width),
        _news(standing),
    )
    room = size.height - len(head) - 3
    parts = _that_fit([each for each in found if each.entries], room - min(len(table) - 1, _LEAST))
    rows, rooms = _shares(len(table) - 1, parts, room)
    body: list[RenderableType] = [*head, Text(), *table[: rows + 1]]
    if more := len(table) - 1 - rows:
        body.append(Text(f"and {more} more", "dim"))
    for part, room in zip(parts, rooms, strict=True):
        body += [Text(), Text(part.title, "dim"), *([part.heading] if part.heading else []), *part.newest(room)]
    return Group(*body)


def _exposures(trading: TradingView, width: int) -> _Part:
    found = exposure_lines(trading, width)
    return _Part("positions: what is open, and entries that rest", 0, found.entries, found.heading)


def _closed(standing: Standing, width: int) -> _Part:
    heading, lines = trade_table(standing.closed, width)
    return _Part("trades that are over", 4, [[each] for each in lines], heading)


def _scores(standing: Standing, width: int) -> _Part:
    """Those that have traded, the last to trade at the end; above them what all others weigh."""
    rows, weights = standing.scoreboard.rows(), standing.see_weights()
    heading, lines = score_table(rows, width, weights)
    traded = {each.hypothesis for each in rows}
    others = [each for name, each in weights.items() if name not in traded]
    if others:
        lines.insert(0, one_line(Text(f"without a trade: {weights_text(others)}", "dim")))
    title = "scoreboard: live against tested (more of it: edgeproof stats)"
    return _Part(title, 4, [[each] for each in lines], heading if rows else None)


def _that_fit(parts: Sequence[_Part], room: int) -> list[_Part]:
    """The parts that can show their newest entry in so many lines; those that matter least are left out first."""
    left = list(parts)
    while len(left) > 1 and sum(each.overhead + each.least for each in left) > room:
        left.remove(max(left, key=lambda each: each.rank))
    return left


def _shares(instruments: int, parts: Sequence[_Part], room: int) -> tuple[int, list[int]]:
    """How many instruments are shown, and how many lines each part gets, in so many lines.

    Where there is little room the last parts give way first, down to their newest entry.
    """
    rooms = [max(each.least, min(each.lines, _LEAST)) for each in parts]
    least = sum(each.overhead for each in parts) + min(instruments, _LEAST)
    for number in reversed(range(len(parts))):
        lacking = least + sum(rooms) - room
        rooms[number] -= min(max(0, lacking), rooms[number] - parts[number].least)
    free = room - sum(rooms) - sum(each.overhead for each in parts)
    rows = instruments if instruments <= free else max(min(instruments, _LEAST), free - 1)
    free -= rows
    for number, part in enumerate(parts):
        more = min(max(0, free), part.lines - rooms[number])
        rooms[number] += more
        free -= more
    return rows, rooms


# --- how it is doing ---


def _head(standing: Standing, now: float, width: int) -> list[Text]:
    health, watched = standing.health, standing.watched
    state = Text("connected", "green") if health.is_connected else Text("NOT CONNECTED", "bold red")
    time = f"{moment_text(health.venue_time)} UTC" if health.venue_time else "no time yet"
    parts = [Text(f"{watched.command} {watched.venue}", "bold"), state, Text(time)]
    if health.skew_ms is not None:
        parts.append(Text(f"clock {health.skew_ms:+,} ms", "bold red" if abs(health.skew_ms) > SKEW_MS else ""))
    parts.append(Text(f"{health.facts_a_second(now):,.0f} facts/s"))
    counts = [Text(closes_text(standing), "yellow" if standing.missed else ""), Text(latency_text(standing))]
    for each in standing.see_channels():
        counts.append(Text(f"{each.name}: {each.words}", "yellow" if each.because else ""))
    if standing.parity is not None:
        wrong = standing.parity.unexplained
        counts.append(Text("parity clean", "green") if not wrong else Text(f"parity: {wrong} unexplained", "bold red"))
    return [*flowed(parts, width), *flowed([*counts, *_watched(standing)], width)]


def _watched(standing: Standing) -> list[Text]:
    watched = standing.watched
    known = [Text(f"{watched.states[key]} {word}", style) for key, word, style in _STATES if watched.states.get(key)]
    others = sum(count for key, count in watched.states.items() if key not in {each[0] for each in _STATES})
    parts = known + ([Text(f"{others} untested")] if others else [])
    parts += [Text(f"{len(watched.warming_up)} warming up", "yellow")] if watched.warming_up else []
    parts += [Text(f"{len(watched.left_out)} left out", "dim")] if watched.left_out else []
    return parts


# --- instruments ---


def _instruments(standing: Standing, names: Mapping[Instrument, str], now: float, width: int) -> list[Text]:
    """The header and a line an instrument."""
    titles = ["", "last", "1m closes", "regime", "funding/h", "pct", "spread", "signals", "age"]
    if width >= WIDE:
        titles[5:9] = ["percentile", "spread", "signals today", "heard", "evaluated"]
    header: list[Cell | Filling] = [Text(each, "dim") for each in titles]
    called = names if width < WIDE else {each: each.unified for each in names}
    rows = [_instrument(standing, each, called[each], now, width) for each in standing.instruments]
    return aligned([header, *rows], width, right=(1, 2, 4, 5, 6, 7, 8, 9))


def _instrument(standing: Standing, instrument: Instrument, name: str, now: float, width: int) -> list[Cell | Filling]:
    own, health, time = standing.instruments[instrument], standing.health.instruments[instrument], _now(standing)
    spread = health.quote.spread_bps if health.quote is not None else None
    closes = (health.closed_until + MINUTE - time) / SECOND if health.closed_until and time else None
    age = now - health.heard if health.heard else None
    unevaluated = time - own.evaluated_until if own.evaluated_until and time else None
    is_stale = unevaluated is None or unevaluated > STALE_CLOSE_MS
    cells: list[Cell | Filling] = [
        name,
        price_text(health.last),
        Text("" if closes is None else f"{max(0.0, closes):.0f} s", "bold red" if is_stale else ""),
        (own.regime if width >= WIDE else _first(own.regime)) or "-",
        "" if health.funding_rate is None else f"{health.funding_rate:+.5%}",
        _percentile(own.funding_percentile),
        "" if spread is None else f"{spread:.2f} bp",
        f"{own.signals_today(time):,}",
        Text("" if age is None else f"{age:.0f} s", "bold red" if age is None or age > STALE_S else ""),
    ]
    if width >= WIDE:
        text = "" if unevaluated is None else f"{max(0, unevaluated) // SECOND} s ago"
        cells.append(Text(text, "bold red" if is_stale else ""))
    return cells


def _first(regimes: str) -> str:
    """The first of several words.

    >>> _first("trending, volatile"), _first("choppy"), _first("")
    ('trending+', 'choppy', '')
    """
    first, _, others = regimes.partition(",")
    return f"{first}+" if others else first


def _percentile(fraction: float | None) -> Text:
    """The percentile of a funding rate, conspicuous where it is extreme."""
    if fraction is None:
        return Text()
    return Text(f"p{100 * fraction:.0f}", "yellow" if not 0.05 < fraction < 0.95 else "")


# --- signals ---


def _open_signals(standing: Standing, names: Mapping[Instrument, str], width: int) -> _Part:
    signals = standing.open_signals(_now(standing))
    if not signals:
        return _Part("open signals", 3, [[Text("none", "dim")]])
    if width < WIDE:
        first = aligned([_signal_cells(each, names, _now(standing)) for each in signals], width, right=(5,))
        second = [one_line(Text.assemble(f"      {prices_text(each)}  ", _short_id(each))) for each in signals]
        return _Part("open signals", 3, list(zip(first, second, strict=True)))
    titles = ["", "on", "tf", "hypothesis", "", "expires", "entry", "stop", "target", "R:R", "id"]
    header: list[Cell | Filling] = [Text(each, "dim") for each in titles]
    header[3] = lambda room: Text(titles[3][:room], "dim")
    rows = [[*_signal_cells(each, names, _now(standing)), *_price_cells(each)] for each in signals]
    heading, *lines = aligned([header, *rows], width, right=range(5, 10))
    return _Part("open signals", 3, [[each] for each in lines], heading)


def _signal_cells(decision: Decision, names: Mapping[Instrument, str], now: int) -> list[Cell | Filling]:
    signal = decision.signal
    return [
        _direction(signal.direction),
        names.get(signal.instrument, signal.instrument.unified),
        format_duration(signal.timeframe),
        lambda room: Text(shortened(signal.hypothesis, room)),
        Text(confidence_text(decision), "green" if decision.state in PROVEN else "bold yellow"),
        span_text(max(0, signal.expires_at - now)),
    ]


def _price_cells(decision: Decision) -> list[Cell | Filling]:
    signal = decision.signal
    more = f" +{len(signal.targets) - 1}" if len(signal.targets) > 1 else ""
    return [
        price_text(signal.reference_price),
        price_text(signal.stop_loss),
        f"{price_text(signal.targets[-1])}{more}" if signal.targets else "none",
        risk_reward_text(signal.risk_reward) or "-",
        _short_id(decision),
    ]


def _previews(standing: Standing, names: Mapping[Instrument, str], width: int) -> _Part:
    entries = preview_entries(standing.previews, names, _now(standing), width)
    return _Part("would fire if the candle closed now (no signal yet)", 5, entries)


def _decisions(standing: Standing, names: Mapping[Instrument, str], width: int) -> _Part:
    if not standing.decisions:
        return _Part("latest decisions", 1, [[Text("none yet", "dim")]])
    lines = decision_lines(list(standing.decisions), names, width, standing.traded)
    return _Part("latest decisions (more of one: edgeproof why ID)", 1, [[each] for each in lines])


def decision_lines(
    decisions: Sequence[Decision],
    names: Mapping[Instrument, str],
    width: int,
    traded: Mapping[str, FateDecided] = NOTHING_TRADED,
) -> list[Text]:
    """Decisions as lines, the newest signal last: when, what, the fate and, for all but told ones, the reason.

    The fate of one that was told is what trading made of it, where it is among `traded`.
    """
    ordered = sorted(decisions, key=lambda each: each.signal.time)
    return aligned([_decision_cells(each, traded.get(each.signal.id), names) for each in ordered], width)


def _decision_cells(
    decision: Decision, traded: FateDecided | None, names: Mapping[Instrument, str]
) -> list[Cell | Filling]:
    signal = decision.signal
    fate, reason = Text(decision.fate.value, _FATES[decision.fate]), reason_text(decision)
    if traded is not None:
        fate = Text(traded.fate.value, _TRADE_FATES[traded.fate])
        reason = traded_text(traded).removeprefix("not traded: ")
    return [
        clock_text(signal.time)[:5],
        fate,
        _direction(signal.direction),
        names.get(signal.instrument, signal.instrument.unified),
        format_duration(signal.timeframe),
        lambda room: _named_reason(signal.hypothesis, reason, room),
        _short_id(decision),
    ]


def _named_reason(name: str, reason: str, room: int) -> Text:
    """A hypothesis with the reason for its fate; the reason is cut last."""
    if not reason:
        return Text(shortened(name, room))
    short = shortened(name, max(room // 3, room - len(reason) - 2))
    return Text.assemble(short, "  ", (reason, "dim"))


def _short_id(decision: Decision) -> Text:
    """Enough of an id to ask with."""
    return Text(decision.signal.id[:_SHORT_ID], "dim")


def _direction(direction: int) -> Text:
    return Text(direction_word(direction).upper(), "bold green" if direction > 0 else "bold red")


# --- what happened ---


def _news(standing: Standing) -> _Part:
    """Incidents of the feed, notices and closes that came late, in the order of their times."""
    news: list[tuple[int, Text]] = []
    for incident, times in without_repeats(standing.health.last_incidents):
        again = f" ({times} times)" if times > 1 else ""
        news.append((incident.time, Text(f"{incident_text(incident)}{again}", COLOURS.get(incident.kind, "dim"))))
    news += [(each.at, Text(notice_text(each), "yellow")) for each in notices_only(standing)]
    late = stretches(standing.last_missed)
    news += [(each.last.evaluated_at, Text(late_text(each), "yellow")) for each in late]
    newest = sorted(news, key=lambda each: each[0])[-_NEWS:]
    return _Part("what happened", 2, [[one_line(text)] for _, text in newest])


def _now(standing: Standing) -> int:
    return standing.health.venue_time
