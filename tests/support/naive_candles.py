"""Filling, resampling and aggregating, one candle at a time, written from the semantics alone."""

from edgeproof.core.model.candle import Candles

Row = tuple[int, float, float, float, float, float, bool]
"""(open time, open, high, low, close, volume, filled)"""


def rows_of(candles: Candles) -> list[Row]:
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return [
        (time, *values, filled)
        for time, values, filled in zip(candles.open_time.tolist(), numbers, candles.filled.tolist(), strict=True)
    ]


def fill(rows: list[Row], timeframe: int) -> list[Row]:
    """A flat candle at the last close for every minute without one."""
    filled: list[Row] = []
    for row in rows:
        while filled and filled[-1][0] + timeframe < row[0]:
            time, close = filled[-1][0] + timeframe, filled[-1][4]
            filled.append((time, close, close, close, close, 0.0, True))
        filled.append(row)
    return filled


def resample(rows: list[Row], base: int, timeframe: int) -> list[Row]:
    """Candles of `timeframe` from those periods of the epoch in which every base candle is there."""
    periods: dict[int, list[Row]] = {}
    for row in rows:
        periods.setdefault(row[0] // timeframe, []).append(row)
    longer: list[Row] = []
    for period, parts in sorted(periods.items()):
        if len(parts) != timeframe // base:
            continue
        volume = 0.0
        for part in parts:
            volume += part[5]
        high, low = max(part[2] for part in parts), min(part[3] for part in parts)
        all_filled = all(part[6] for part in parts)
        longer.append((period * timeframe, parts[0][1], high, low, parts[-1][4], volume, all_filled))
    return longer
