"""Kernels without a memory: arithmetic, comparisons, Kleene's logic."""

import math

from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED, FlagArray, FloatArray, IntArray, kernel


@kernel(inputs="nn", outputs="n")
def add(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a + b."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = a[i] + b[i]


@kernel(inputs="nn", outputs="n")
def subtract(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a - b."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = a[i] - b[i]


@kernel(inputs="nn", outputs="n")
def multiply(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a x b."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = a[i] * b[i]


@kernel(inputs="nn", outputs="n")
def divide(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a / b; NaN where b is 0."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = a[i] / b[i] if b[i] != 0.0 else math.nan


@kernel(inputs="nn", outputs="n")
def minimum(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The smaller; NaN where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = a[i] if a[i] <= b[i] else (b[i] if b[i] < a[i] else math.nan)


@kernel(inputs="nn", outputs="n")
def maximum(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The larger; NaN where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = a[i] if a[i] >= b[i] else (b[i] if b[i] > a[i] else math.nan)


@kernel(inputs="n", outputs="n")
def negate(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """-a."""
    a, out = numbers[wires[0]], numbers[wires[1]]
    for i in range(n):
        out[i] = -a[i]


@kernel(inputs="n", outputs="n")
def absolute(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """|a|."""
    a, out = numbers[wires[0]], numbers[wires[1]]
    for i in range(n):
        out[i] = abs(a[i])


@kernel(inputs="n", outputs="n")
def square_root(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The square root; NaN below 0."""
    a, out = numbers[wires[0]], numbers[wires[1]]
    for i in range(n):
        out[i] = math.sqrt(a[i]) if a[i] >= 0.0 else math.nan


@kernel(inputs="n", outputs="n")
def logarithm(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The natural logarithm; NaN at 0 and below."""
    a, out = numbers[wires[0]], numbers[wires[1]]
    for i in range(n):
        out[i] = math.log(a[i]) if a[i] > 0.0 else math.nan


@kernel(inputs="nn", outputs="c")
def greater(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a > b; undefined where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = TRUE if a[i] > b[i] else (FALSE if a[i] <= b[i] else UNDEFINED)


@kernel(inputs="nn", outputs="c")
def greater_equal(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a >= b; undefined where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = TRUE if a[i] >= b[i] else (FALSE if a[i] < b[i] else UNDEFINED)


@kernel(inputs="nn", outputs="c")
def less(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a < b; undefined where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = TRUE if a[i] < b[i] else (FALSE if a[i] >= b[i] else UNDEFINED)


@kernel(inputs="nn", outputs="c")
def less_equal(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a <= b; undefined where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = TRUE if a[i] <= b[i] else (FALSE if a[i] > b[i] else UNDEFINED)


@kernel(inputs="nn", outputs="c")
def equal(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a == b; undefined where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = TRUE if a[i] == b[i] else (FALSE if a[i] < b[i] or a[i] > b[i] else UNDEFINED)


@kernel(inputs="nn", outputs="c")
def not_equal(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a != b; undefined where either is NaN."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = FALSE if a[i] == b[i] else (TRUE if a[i] < b[i] or a[i] > b[i] else UNDEFINED)


@kernel(inputs="cc", outputs="c")
def both(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Kleene's and: false if either is, else undefined if either is."""
    a, b, out = flags[wires[0]], flags[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = min(a[i], b[i])


@kernel(inputs="cc", outputs="c")
def either(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Kleene's or: true if either is, else undefined if either is."""
    a, b, out = flags[wires[0]], flags[wires[1]], flags[wires[2]]
    for i in range(n):
        out[i] = max(a[i], b[i])


@kernel(inputs="c", outputs="c")
def invert(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Kleene's not: undefined stays undefined."""
    a, out = flags[wires[0]], flags[wires[1]]
    for i in range(n):
        out[i] = TRUE - a[i]


@kernel(inputs="cnn", outputs="n")
def choose(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The first number where the condition is true, the second where it is false, NaN where it is undefined."""
    condition, a, b, out = flags[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    for i in range(n):
        out[i] = a[i] if condition[i] == TRUE else (b[i] if condition[i] == FALSE else math.nan)
