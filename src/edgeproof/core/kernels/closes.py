"""One compiled call for a close: the base candle of many instruments into the states of one plan.

For each instrument in turn:

1. the base candle grows the longer ones it belongs to; those it completes have closed too (`_grow`);
2. what closed, and the funding settled since the last close, is loaded into the rows of the plan, which the instruments
   share: between closes nothing but the states is kept, so a few pages of memory stay in the first-level cache;
3. the operations run (`_run`), and how far the events have come is noted.
"""

import numpy as np

from edgeproof.core.kernels.abi import TRUE, FlagArray, FloatArray, IntArray
from edgeproof.core.kernels.compiled import bare, compiled
from edgeproof.core.kernels.events import MarkArray, emit
from edgeproof.core.kernels.machine import call, part_of
from edgeproof.core.kernels.shortcuts import CALL, EMIT, run_shortcut

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


CODE, ADDRESS, SERIES, FOREIGN, PASS, WIRE, WIRE_END, PARAM, PARAM_END, STATE, STATE_END = range(11)
"""What is known of an operation, a row each: the code of its kernel (`shortcuts`) and its address, its series and the
one it reads, the next operation that has others, and where its wires, parameters and state begin and end."""


@bare
def _report(
    numbers: FloatArray,
    flags: FlagArray,
    n: int,
    wire: IntArray,
    param: FloatArray,
    marks: MarkArray,
    values: FloatArray,
    cursor: IntArray,
) -> None:
    """`events.emit` for a close, which is one candle and hardly ever an event."""
    output, split = int(param[0]), int(param[1])
    if n != 1:
        emit(numbers, flags, n, wire[:split], wire[split:], output, 0, marks, values, cursor)
        return
    is_true = False
    for j in range(split):
        is_true |= flags[wire[j], 0] == TRUE
    if is_true:
        marks[cursor[0]] = np.uint64(output) << np.uint64(32)
        cursor[0] += 1
        at = cursor[1]
        for j in range(split, wire.shape[0]):
            values[at] = numbers[wire[j], 0]
            at += 1
        cursor[1] = at


@bare
def _run(
    operations: IntArray,
    wires: IntArray,
    params: FloatArray,
    state: FloatArray,
    numbers: FloatArray,
    flags: FlagArray,
    lengths: IntArray,
    marks: MarkArray,
    values: FloatArray,
    cursor: IntArray,
) -> None:
    """`machine.run` for one close: it passes over what does not close, and calls few kernels by address."""
    k = 0
    while k < operations.shape[0]:
        n, m = lengths[operations[k, SERIES]], lengths[operations[k, FOREIGN]]
        if n == 0 and m == 0:
            k = operations[k, PASS]
            continue
        code = operations[k, CODE]
        wire = part_of(wires, operations[k, WIRE], operations[k, WIRE_END])
        param = part_of(params, operations[k, PARAM], operations[k, PARAM_END])
        own = part_of(state, operations[k, STATE], operations[k, STATE_END])
        if code == EMIT:
            _report(numbers, flags, n, wire, param, marks, values, cursor)
        elif code == CALL or n != 1:
            call(operations[k, ADDRESS], numbers, flags, n, m, wire, param, own)
        else:
            run_shortcut(code, numbers, flags, m, wire, param, own)
        k += 1


@compiled
def take_closes(
    instruments: IntArray,
    candles: FloatArray,
    settled: FloatArray,
    n_settled: IntArray,
    is_early: bool,
    base: int,
    series_lengths: IntArray,
    columns: IntArray,
    probes: IntArray,
    seen_flags: FlagArray,
    growing: FloatArray,
    operations: IntArray,
    wires: IntArray,
    params: FloatArray,
    states: FloatArray,
    numbers: FloatArray,
    flags: FlagArray,
    lengths: IntArray,
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
    columns : int64 (n_columns, 3)
        The rows to load: of which series, which value, into which row.
    probes : int64 (n_probes, 2)
        Series and row of the flags to note in `seen_flags` whenever the series closes.
    operations : int64 (n_operations, 11)
        See CODE.
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
        for column in range(columns.shape[0]):
            k, field, row = columns[column, 0], columns[column, 1], columns[column, 2]
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
        _run(operations, wires, params, states[own], numbers, flags, lengths, marks, values, cursor)
        for probe in range(probes.shape[0]):
            if lengths[probes[probe, 0]] > 0:
                seen_flags[own, probe] = flags[probes[probe, 1], 0]
        bounds[each, 0], bounds[each, 1] = cursor[0], cursor[1]
