"""Sixty-four candles in a word: a bit each, so that logic on all of them is one instruction.

The compiler makes vector instructions of these for the processor it finds: AVX-512 has some that do each at once.
"""

from typing import Any

from numba import types
from numba.core import cgutils

from edgeproof.core.kernels.abi import FALSE, TRUE
from edgeproof.core.kernels.compiled import instruction

GROUP = 64
"""Candles in a word."""

_llvm: Any = cgutils.ir  # type: ignore[attr-defined]  # numba's own door to llvmlite
_PLACES = _llvm.VectorType(_llvm.IntType(32), 8)
_EIGHT = _llvm.VectorType(_llvm.DoubleType(), 8)
_BYTES = _llvm.VectorType(_llvm.IntType(8), GROUP)
_BITS = _llvm.VectorType(_llvm.IntType(1), GROUP)
_WORD = _llvm.IntType(GROUP)


def _group(context: Any, builder: Any, row: Any, kind: Any, first: Any) -> Any:  # pragma: no cover - compiling
    # A pointer to GROUP flags of a row.
    data = context.make_array(kind)(context, builder, row).data
    return builder.bitcast(builder.gep(data, [first]), _BYTES.as_pointer())


@instruction
def true_bits(typing_context: Any, flags: Any, first: Any) -> Any:
    """Which flags of a row are TRUE, from the candle `first` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        group = builder.load(_group(context, builder, args[0], signature.args[0], args[1]), align=1)
        return builder.bitcast(builder.icmp_unsigned("==", group, _BYTES([TRUE] * GROUP)), _WORD)

    return types.uint64(flags, types.int64), generate


@instruction
def below_bits(typing_context: Any, numbers: Any, first: Any, level: Any) -> Any:
    """Which numbers of a row are below a level, from the candle `first` on."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        one = builder.insert_element(_EIGHT(_llvm.Undefined), args[2], _PLACES.element(0))
        levels = builder.shuffle_vector(one, one, _PLACES([0] * 8))
        word = _WORD(0)
        # Eight at a time: bits are put together faster in a word than as a vector of bits.
        for place in range(0, GROUP, 8):
            begin = builder.gep(data, [builder.add(args[1], _WORD(place))])
            numbers = builder.load(builder.bitcast(begin, _EIGHT.as_pointer()), align=8)
            bits = builder.bitcast(builder.fcmp_ordered("<", numbers, levels), _llvm.IntType(8))
            word = builder.or_(word, builder.shl(builder.zext(bits, _WORD), _WORD(place)))
        return word

    return types.uint64(numbers, types.int64, types.float64), generate


@instruction
def write_bits(typing_context: Any, flags: Any, first: Any, word: Any) -> Any:
    """Write flags to a row from the candle `first` on: TRUE or FALSE, as the bits of a word are."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bits = builder.bitcast(args[2], _BITS)
        group = builder.select(bits, _BYTES([TRUE] * GROUP), _BYTES([FALSE] * GROUP))
        builder.store(group, _group(context, builder, args[0], signature.args[0], args[1]), align=1)
        return context.get_dummy_value()

    return types.void(flags, types.int64, types.uint64), generate


@instruction
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """How many zero bits stand below the lowest set one; 64 when none is set."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], cgutils.false_bit)

    return types.uint64(types.uint64), generate
