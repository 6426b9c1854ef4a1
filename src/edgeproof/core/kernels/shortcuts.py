"""Kernels that a close does not call by address, but has in its loop: on one candle most cost less than a call.

They are the same functions, compiled for one candle each. The operation's code says which; 0 stands for a call.
"""

from edgeproof.core.kernels import counting, elementwise, formulas, history, movements, recursive, windows
from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Kernel
from edgeproof.core.kernels.compiled import inlined

CALL, EMIT = 0, 1
_FIRST = 2
_WHOLE = (
    elementwise.both,
    elementwise.subtract,
    elementwise.greater,
    elementwise.less,
    elementwise.less_equal,
    elementwise.add,
    elementwise.multiply,
    elementwise.greater_equal,
    elementwise.absolute,
    elementwise.minimum,
    elementwise.maximum,
    elementwise.divide,
    elementwise.invert,
    elementwise.either,
    history.lag,
    history.lag_condition,
    history.as_of,
    history.as_of_condition,
    counting.value_when,
    counting.bars_since,
    counting.within,
    counting.every,
    formulas.blend,
    formulas.share,
    elementwise.square_root,
    movements.true_range,
    movements.gains_losses,
    movements.directional_movement,
    movements.directional_index,
    windows.mean,
)
KERNELS = (*_WHOLE, recursive.smooth, history.crosses_above)
"""In the order of their codes, the first of which is 2. The last two have a way of their own for one candle."""

_CODES = {each: code for code, each in enumerate(KERNELS, _FIRST)}
(
    _both, _subtract, _greater, _less, _less_equal, _add, _multiply, _greater_equal,
    _absolute, _minimum, _maximum, _divide, _invert, _either,
    _lag, _lag_condition, _as_of, _as_of_condition, _value_when, _bars_since, _within, _every,
    _blend, _share, _square_root, _true_range, _gains_losses, _directional_movement, _directional_index, _mean,
) = (inlined(each.function) for each in _WHOLE)  # fmt: skip


def code_of(kernel: Kernel | None) -> int:
    """The code of an operation's kernel; None stands for the report of events."""
    return EMIT if kernel is None else _CODES.get(kernel, CALL)


@inlined
def _run_first(
    code: int, numbers: FloatArray, flags: FlagArray, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    if code == 2:
        _both(numbers, flags, 1, m, wires, params, state)
    elif code == 3:
        _subtract(numbers, flags, 1, m, wires, params, state)
    elif code == 4:
        _greater(numbers, flags, 1, m, wires, params, state)
    elif code == 5:
        _less(numbers, flags, 1, m, wires, params, state)
    elif code == 6:
        _less_equal(numbers, flags, 1, m, wires, params, state)
    elif code == 7:
        _add(numbers, flags, 1, m, wires, params, state)
    else:
        _multiply(numbers, flags, 1, m, wires, params, state)


@inlined
def _run_second(
    code: int, numbers: FloatArray, flags: FlagArray, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    if code == 9:
        _greater_equal(numbers, flags, 1, m, wires, params, state)
    elif code == 10:
        _absolute(numbers, flags, 1, m, wires, params, state)
    elif code == 11:
        _minimum(numbers, flags, 1, m, wires, params, state)
    elif code == 12:
        _maximum(numbers, flags, 1, m, wires, params, state)
    elif code == 13:
        _divide(numbers, flags, 1, m, wires, params, state)
    elif code == 14:
        _invert(numbers, flags, 1, m, wires, params, state)
    else:
        _either(numbers, flags, 1, m, wires, params, state)


@inlined
def _run_third(
    code: int, numbers: FloatArray, flags: FlagArray, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    if code == 16:
        _lag(numbers, flags, 1, m, wires, params, state)
    elif code == 17:
        _lag_condition(numbers, flags, 1, m, wires, params, state)
    elif code == 18:
        _as_of(numbers, flags, 1, m, wires, params, state)
    elif code == 19:
        _as_of_condition(numbers, flags, 1, m, wires, params, state)
    elif code == 20:
        _value_when(numbers, flags, 1, m, wires, params, state)
    elif code == 21:
        _bars_since(numbers, flags, 1, m, wires, params, state)
    elif code == 22:
        _within(numbers, flags, 1, m, wires, params, state)
    else:
        _every(numbers, flags, 1, m, wires, params, state)


@inlined
def _run_fourth(
    code: int, numbers: FloatArray, flags: FlagArray, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    if code == 24:
        _blend(numbers, flags, 1, m, wires, params, state)
    elif code == 25:
        _share(numbers, flags, 1, m, wires, params, state)
    elif code == 26:
        _square_root(numbers, flags, 1, m, wires, params, state)
    elif code == 27:
        _true_range(numbers, flags, 1, m, wires, params, state)
    elif code == 28:
        _gains_losses(numbers, flags, 1, m, wires, params, state)
    elif code == 29:
        _directional_movement(numbers, flags, 1, m, wires, params, state)
    elif code == 30:
        _directional_index(numbers, flags, 1, m, wires, params, state)
    elif code == 31:
        _mean(numbers, flags, 1, m, wires, params, state)
    elif code == 32:
        recursive.smooth_once(numbers, wires, params, state)
    else:
        history.crosses_above_once(numbers, flags, wires, state)


@inlined
def run_shortcut(
    code: int,
    numbers: FloatArray,
    flags: FlagArray,
    m: int,
    wires: IntArray,
    params: FloatArray,
    state: FloatArray,
) -> None:
    """Run the kernel of a code on one candle."""
    if code <= 8:
        _run_first(code, numbers, flags, m, wires, params, state)
    elif code <= 15:
        _run_second(code, numbers, flags, m, wires, params, state)
    elif code <= 23:
        _run_third(code, numbers, flags, m, wires, params, state)
    else:
        _run_fourth(code, numbers, flags, m, wires, params, state)
