"""The clock: time of day, trading sessions with summer time, the range of a session's opening."""

import re
from dataclasses import dataclass

from edgeproof.core.indicators.arithmetic import combine, compare
from edgeproof.core.indicators.node import CLOSE_TIME, HIGH, LOW, Constant, Node, apply
from edgeproof.core.indicators.registry import Text, indicator
from edgeproof.core.kernels import calendar
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY, HOUR, MINUTE

_CLOCK_TIME = re.compile(r"(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Zone:
    """A place's clock (offset from UTC in hours, rule of summer time) and its usual trading hours."""

    offset: int
    rule: int
    opens: str
    closes: str


ZONES = {
    "utc": Zone(0, calendar.NO_RULE, "00:00", "24:00"),
    "new_york": Zone(-5, calendar.US_RULE, "09:30", "16:00"),
    "chicago": Zone(-6, calendar.US_RULE, "08:30", "15:00"),
    "london": Zone(0, calendar.EU_RULE, "08:00", "16:30"),
    "frankfurt": Zone(1, calendar.EU_RULE, "09:00", "17:30"),
    "tokyo": Zone(9, calendar.NO_RULE, "09:00", "15:00"),
    "hong_kong": Zone(8, calendar.NO_RULE, "09:30", "16:00"),
    "singapore": Zone(8, calendar.NO_RULE, "09:00", "17:00"),
    "asia": Zone(9, calendar.NO_RULE, "09:00", "18:00"),
}
"""The zones of the language; "asia" is Tokyo's clock with the hours of the Asian session, 00:00-09:00 UTC."""


@dataclass(frozen=True, slots=True)
class _Window:
    zone: Zone
    opens: int
    length: int


def _zone(name: str) -> Zone:
    if name not in ZONES:
        raise InputError(f'expected one of the zones {", ".join(ZONES)}, found "{name}"')
    return ZONES[name]


def _clock_time(text: str) -> int:
    match = _CLOCK_TIME.fullmatch(text)
    time = int(match[1]) * HOUR + int(match[2]) * MINUTE if match is not None else DAY + 1
    if match is None or int(match[2]) >= 60 or time > DAY:
        raise InputError(f'expected a time of day such as "09:30", found "{text}"')
    return time


def _window(zone: str, opens: str, closes: str) -> _Window:
    place = _zone(zone)
    start, end = _clock_time(opens or place.opens), _clock_time(closes or place.closes)
    length = end - start if end > start else end - start + DAY
    if start in (DAY, end):
        raise InputError(
            f'expected a session that opens before "24:00" and closes at another time, found "{opens}" to "{closes}"'
        )
    return _Window(place, start, length)


def _clock(zone: Zone, *, shift: int, period: int, unit: int) -> Node:
    return apply(calendar.clock, CLOSE_TIME, params=(zone.offset * HOUR, zone.rule, shift, period, unit))


@indicator(family="time")
def hour() -> Node:
    """The hour, 0 to 23 UTC, of the candle's close."""
    return _clock(ZONES["utc"], shift=0, period=DAY, unit=HOUR)


@indicator(family="time")
def minute() -> Node:
    """The minute of the hour, 0 to 59, of the candle's close."""
    return _clock(ZONES["utc"], shift=0, period=HOUR, unit=MINUTE)


@indicator(family="time")
def weekday() -> Node:
    """The day of the week of the candle's close in UTC: Monday 0 to Sunday 6."""
    return _clock(ZONES["utc"], shift=4 * DAY, period=7 * DAY, unit=DAY)


@indicator(family="time")
def local_minute(zone: Text = "new_york") -> Node:
    """Minutes since local midnight at the candle's close, summer time included: 570 at 09:30."""
    return _clock(_zone(zone), shift=0, period=DAY, unit=MINUTE)


@indicator(family="time")
def minutes_since_session_open(zone: Text = "new_york", opens: Text = "") -> Node:
    """Minutes from the session's last opening to the candle's close, 0 to 1439; `opens` such as "09:30"."""
    place = _zone(zone)
    return _clock(place, shift=_clock_time(opens or place.opens), period=DAY, unit=MINUTE)


@indicator(family="time")
def session(zone: Text = "new_york", opens: Text = "", closes: Text = "") -> Node:
    """True if the session is open at the candle's close: opens <= local time < closes, summer time included.

    Every day of the week, as crypto trades (combine with `weekday < 5`); holidays are not known. Hours of your own:
    session("new_york", "09:30", "12:00"). They may span midnight.
    """
    window = _window(zone, opens, closes)
    since = _clock(window.zone, shift=window.opens, period=DAY, unit=1)
    return compare("<", since, Constant(float(window.length)))


def _range(zone: str, opens: str, closes: str, output: int) -> Node:
    window = _window(zone, opens, closes)
    since_open = apply(
        calendar.open_clock,
        CLOSE_TIME,
        params=(window.zone.offset * HOUR, window.zone.rule, window.opens),
    )
    return apply(calendar.session_range, since_open, HIGH, LOW, params=(window.length,), output=output)


@indicator(family="time")
def session_high(zone: Text = "new_york", opens: Text = "", closes: Text = "") -> Node:
    """The highest high of the last session, from the close of its last candle until the next one begins.

    session_high("new_york", "09:30", "10:00") is the top of New York's opening range. NaN during the session, and
    where its candles do not cover it exactly (a timeframe that does not divide it, history that begins inside it,
    clocks that change in it).
    """
    return _range(zone, opens, closes, 0)


@indicator(family="time")
def session_low(zone: Text = "new_york", opens: Text = "", closes: Text = "") -> Node:
    """The lowest low of the last session, from the close of its last candle until the next one begins.

    NaN as `session_high`.
    """
    return _range(zone, opens, closes, 1)


@indicator(family="time")
def session_middle(zone: Text = "new_york", opens: Text = "", closes: Text = "") -> Node:
    """The midpoint between `session_high` and `session_low`."""
    total = combine("+", _range(zone, opens, closes, 0), _range(zone, opens, closes, 1))
    return combine("/", total, Constant(2.0))
