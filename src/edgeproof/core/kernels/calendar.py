"""Kernels of the clock: parts of the time of day in a zone, and the range of a daily window.

Zones are arithmetic, not tables: a standard offset and one of three rules for summer time (`NO_RULE`, `US_RULE`,
`EU_RULE`), which hold for the years 2007 and later, before any perpetual future was traded.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, helper, kernel

NO_RULE, US_RULE, EU_RULE = 0, 1, 2
_HOUR = 3_600_000.0
_DAY = 24.0 * _HOUR


@helper
def _days_before_month(year: int, month: int) -> int:
    # Days from 1970-01-01 to the first of a month from March on, in the Gregorian calendar.
    leap_days = year // 4 - year // 100 + year // 400
    before_march = year * 365 + leap_days - 719_468
    return before_march + (153 * (month - 3) + 2) // 5


@helper
def _sunday_on_or_after(day: int) -> int:
    # 1970-01-04, day 3, was a Sunday.
    return day + (3 - day) % 7


@helper
def _year_of(time: float) -> int:
    # The estimate from the mean length of a year is at most one off at the turn of the year, where no rule changes.
    return 1970 + int(time / (365.2425 * _DAY))


@helper
def _summer(year: int, rule: int, offset: float) -> tuple[float, float]:
    # Start and end (UTC ms) of summer time in a year.
    if rule == US_RULE:
        start = _sunday_on_or_after(_days_before_month(year, 3) + 7)
        end = _sunday_on_or_after(_days_before_month(year, 11))
        return start * _DAY + 2.0 * _HOUR - offset, end * _DAY + _HOUR - offset
    if rule == EU_RULE:
        start = _sunday_on_or_after(_days_before_month(year, 3) + 24)
        end = _sunday_on_or_after(_days_before_month(year, 10) + 24)
        return start * _DAY + _HOUR, end * _DAY + _HOUR
    return math.inf, math.inf


@kernel(inputs="n", outputs="n")
def clock(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Whole units since the last multiple of a period on a local clock.

    floor(((local time - shift) mod period) / unit); params offset (ms), rule, shift (ms), period (ms), unit (ms).
    """
    time, out = numbers[wires[0]], numbers[wires[1]]
    offset, rule, shift, period, unit = params[0], int(params[1]), params[2], params[3], params[4]
    year = -1
    start, end = math.inf, math.inf
    for i in range(n):
        if rule != NO_RULE and _year_of(time[i]) != year:
            year = _year_of(time[i])
            start, end = _summer(year, rule, offset)
        local = time[i] + offset + (_HOUR if start <= time[i] < end else 0.0)
        out[i] = math.floor(((local - shift) % period) / unit)


@kernel(inputs="n", outputs="n", timeframe=True)
def open_clock(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Milliseconds, at a candle's open, since a local time of day; params offset, rule, time of day, timeframe."""
    time, out = numbers[wires[0]], numbers[wires[1]]
    offset, rule, shift, timeframe = params[0], int(params[1]), params[2], params[3]
    year = -1
    start, end = math.inf, math.inf
    for i in range(n):
        opened = time[i] - timeframe
        if rule != NO_RULE and _year_of(opened) != year:
            year = _year_of(opened)
            start, end = _summer(year, rule, offset)
        local = opened + offset + (_HOUR if start <= opened < end else 0.0)
        out[i] = (local - shift) % _DAY


@kernel(inputs="nnn", outputs="nn", state=lambda _: 5, timeframe=True)
def session_range(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """High and low of a daily window, from its last candle until the next window begins.

    Inputs: milliseconds since the window last opened, at the candle's *open*; high; low. Params: length of the window
    (ms), timeframe. NaN unless the candles that lie wholly in the window cover it exactly.
    State: candles covered (ms), high, low, and whether the range is complete; one candle seen.
    """
    since, high, low = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    top_out, bottom_out = numbers[wires[3]], numbers[wires[4]]
    length, timeframe = params[0], params[1]
    covered, top, bottom, last = state[0], state[1], state[2], state[3]
    if state[4] == 0.0:
        last = math.inf
    for i in range(n):
        if since[i] < last:
            covered, top, bottom = 0.0, -math.inf, math.inf
        last = since[i]
        if since[i] + timeframe <= length:
            covered += timeframe
            top, bottom = max(top, high[i]), min(bottom, low[i])
        is_complete = covered == length and since[i] + timeframe >= length
        top_out[i] = top if is_complete else math.nan
        bottom_out[i] = bottom if is_complete else math.nan
    state[0], state[1], state[2], state[3] = covered, top, bottom, last
    if n > 0:
        state[4] = 1.0
