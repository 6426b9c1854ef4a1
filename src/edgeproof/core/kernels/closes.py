"""One compiled call for a close: the base candle of many instruments into the states of one plan.

For each instrument in turn:

1. the base candle grows the longer ones it belongs to; those it completes have closed too (`_grow`);
2. what closed, and the funding settled since the last close, is loaded into the rows of the plan, which the instruments
   share: between closes nothing but the states is kept, so a few pages of memory stay in the first-level cache;
3. the operations run (`machine.run`), and how far the events have come is noted.
"""

import numpy as np

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray
from edgeproof.core.kernels.compiled import bare, compiled
from edgeproof.core.kernels.events import MarkArray
from edgeproof.core.kernels.machine import run

OPEN, HIGH, LOW, CLOSE, VOLUME, CLOSE_TIME = range(6)
"""The values of a candle, in the order in which they stand in its row. A settlement has a RATE and a CLOSE_TIME."""
RATE = OPEN
FIELDS = 6

COUNT = 5
"""Where a growing candle has the number of its base candles, 0 for one whose beginning was missed."""


@bare
def _grow(candle: FloatArray, growing: FloatArray, length: int, base: int, is_early: bool) -> bool:
    """Grow one longer candle; whether it is complete. `is_early` takes one that began for complete as it is."""
    closed = np.int64(candle[CLOSE_TIME])
    if (closed - base) % length == 0:
        growing[OPEN], growing[HIGH], growing[LOW] = candle[OPEN], candle[HIGH], candle[LOW]
        growing[VOLUME] = 0.0 + candle[VOLUME]
        growing[COUNT] = 1.0
    elif growing[COUNT] > 0.0:
        growing[HIGH] = max(growing[HIGH], candle[HIGH])
        growing[LOW] = min(growing[LOW], candle[LOW])
        growing[VOLUME] += candle[VOLUME]
        growing[COUNT] += 1.0
    growing[CLOSE] = candle[CLOSE]
    return growing[COUNT] > 0.0 and (is_early or closed % length == 0)


@compiled
def take_closes(
    instruments: IntArray,
    candles: FloatArray,
    settled: FloatArray,
    n_settled: IntArray,
    is_early: bool,
    base: int,
    series_lengths: IntArray,
    column_series: IntArray,
    column_fields: IntArray,
    column_rows: IntArray,
    probes: IntArray,
    seen_flags: FlagArray,
    growing: FloatArray,
    addresses: IntArray,
    series: IntArray,
    foreign: IntArray,
    wires: IntArray,
    wire_at: IntArray,
    params: FloatArray,
    param_at: IntArray,
    states: FloatArray,
    state_at: IntArray,
    numbers: FloatArray,
    flags: FlagArray,
    lengths: IntArray,
    offsets: IntArray,
    marks: MarkArray,
    values: FloatArray,
    cursor: IntArray,
    bounds: IntArray,
) -> None:
    """Take one base candle of each instrument into its states. There must be room for every event there can be.

    Parameters
    ----------
    instruments : int64 (n,)
        Which rows of `states` (n_instruments, state_size), `growing` (n_instruments, n_series, 6) and `seen_flags`
        (n_instruments, n_probes) are theirs.
    candles : float64 (n, FIELDS)
    settled, n_settled : float64 (n, most, 2), int64 (n,)
        Rate and time of the settlements since the close before.
    is_early
        Every longer candle that has begun counts as closed: a look at what would be if it closed now.
    series_lengths : int64 (n_series,)
        Milliseconds of each series of the plan; 0 for settlements.
    column_series, column_fields, column_rows : int64 (n_columns,)
        The rows to load: of which series, which value, into which row.
    probes : int64 (n_probes, 2)
        Series and row of the flags to note in `seen_flags` whenever the series closes.
    bounds : int64 (n, 2)
        Filled with how many marks and values there are after each instrument.
    """
    for each in range(instruments.shape[0]):
        own = instruments[each]
        for k in range(series_lengths.shape[0]):
            length = series_lengths[k]
            if length == 0:
                lengths[k] = n_settled[each]
            elif length == base:
                lengths[k] = 1
            else:
                lengths[k] = 1 if _grow(candles[each], growing[own, k], length, base, is_early) else 0
        for column in range(column_series.shape[0]):
            k, field, row = column_series[column], column_fields[column], column_rows[column]
            length = series_lengths[k]
            if length == 0:
                for j in range(lengths[k]):
                    numbers[row, j] = settled[each, j, 0 if field == RATE else 1]
            elif lengths[k] > 0:
                if length == base:
                    numbers[row, 0] = candles[each, field]
                elif field == CLOSE_TIME:
                    closed = candles[each, CLOSE_TIME]
                    numbers[row, 0] = np.ceil(closed / length) * length
                else:
                    numbers[row, 0] = growing[own, k, field]
        run(
            0, addresses, series, foreign, wires, wire_at, params, param_at, states[own], state_at, numbers, flags,
            lengths, offsets, marks, values, cursor,
        )  # fmt: skip
        for probe in range(probes.shape[0]):
            if lengths[probes[probe, 0]] > 0:
                seen_flags[own, probe] = flags[probes[probe, 1], 0]
        bounds[each, 0], bounds[each, 1] = cursor[0], cursor[1]
