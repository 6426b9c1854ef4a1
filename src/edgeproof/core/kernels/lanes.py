"""Recurrences side by side in the lanes of vectors: the processor waits once for all of them.

A row holds one lane over time, a vector many lanes at one candle. So eight candles of eight lanes are read as a square,
transposed, taken through the recurrence candle by candle, transposed back and written. Compilers do not find this in a
loop, hence the instructions spelled out. They are those of the plain loop, in its order: not a bit differs.
"""

from collections.abc import Sequence
from typing import Any

from numba import types
from numba.core import cgutils

from edgeproof.core.kernels.compiled import instruction

SQUARE = 8
"""Lanes in a vector, and candles taken at once; LLVM splits the vectors where a processor's are shorter."""

_llvm: Any = cgutils.ir  # type: ignore[attr-defined]  # numba's own door to llvmlite
_VECTOR = _llvm.VectorType(_llvm.DoubleType(), SQUARE)
_PLACES = _llvm.VectorType(_llvm.IntType(32), SQUARE)
_INTEGER = _llvm.IntType(64)


def _transposed(builder: Any, rows: Sequence[Any]) -> Sequence[Any]:  # pragma: no cover - compiling
    # Blocks of 1, then 2, then 4 on a side change places across the diagonal.
    for block in (1, 2, 4):
        upper = [SQUARE + place - block if place & block else place for place in range(SQUARE)]
        lower = [place + block for place in upper]
        swapped = list(rows)
        for row in range(SQUARE):
            if not row & block:
                pair = rows[row], rows[row + block]
                swapped[row] = builder.shuffle_vector(*pair, _PLACES(upper))
                swapped[row + block] = builder.shuffle_vector(*pair, _PLACES(lower))
        rows = swapped
    return rows


@instruction
def smooth_square(typing_context: Any, rows: Any, lanes: Any, group: Any, candle: Any) -> Any:
    """Take the lanes of a group through s = keep s + alpha x, from a candle on for SQUARE candles.

    `rows` (n_groups, 2, SQUARE) are the addresses of the lanes' rows of x, then of s; `lanes` (n_groups, 3, SQUARE)
    holds keep, alpha and the s before, which becomes the last s.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds = signature.args
        addresses, table = (context.make_array(kinds[k])(context, builder, args[k]).data for k in (0, 1))
        group, ahead = args[2], builder.mul(args[3], _INTEGER(8))

        def element(table: Any, parts: int, place: int) -> Any:
            first = builder.mul(group, _INTEGER(parts * SQUARE))
            return builder.gep(table, [builder.add(first, _INTEGER(place))])

        def vector(row: int) -> Any:
            address = builder.load(element(addresses, 2, row))
            return builder.inttoptr(builder.add(address, ahead), _VECTOR.as_pointer())

        def lane(part: int) -> Any:
            return builder.bitcast(element(table, 3, part * SQUARE), _VECTOR.as_pointer())

        keep, alpha, s = (builder.load(lane(part), align=8) for part in range(3))
        smoothed = []
        for x in _transposed(builder, [builder.load(vector(row), align=8) for row in range(SQUARE)]):
            s = builder.fadd(builder.fmul(keep, s), builder.fmul(alpha, x))
            smoothed.append(s)
        builder.store(s, lane(2), align=8)
        for row, values in enumerate(_transposed(builder, smoothed)):
            builder.store(values, vector(SQUARE + row), align=8)
        return context.get_dummy_value()

    return types.void(rows, lanes, types.int64, types.int64), generate
