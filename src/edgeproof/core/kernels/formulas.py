"""Formulas without a memory that several indicators end in; elementwise.py has the operators of the language."""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, kernel

_ROUNDING = 2e-14
"""Relative differences up to this are rounding errors of sums and quotients, not movements."""


@kernel(inputs="nn", outputs="n")
def blend(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The sum p a + q b; params p, q."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    p, q = params[0], params[1]
    for i in range(n):
        out[i] = p * a[i] + q * b[i]


@kernel(inputs="nn", outputs="n")
def ratio(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The ratio scale (a / b), or `otherwise` where b is 0; params scale, otherwise."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    scale, otherwise = params[0], params[1]
    for i in range(n):
        divided = scale * (a[i] / b[i])
        out[i] = divided if b[i] != 0.0 else (otherwise if a[i] == a[i] else math.nan)


@kernel(inputs="nn", outputs="n")
def share(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """100 a / (a + b), the part of a in both in percent; 0 where both are 0."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        both = a[i] + b[i]
        part = 100.0 * (a[i] / both)
        out[i] = part if both != 0.0 else 0.0


@kernel(inputs="nnn", outputs="n")
def place_in_range(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The place scale (x - low) / (high - low) of x, low, high, or `otherwise` if flat; params scale, otherwise.

    A range of mere rounding errors is flat too, as in TA-Lib: they would decide between 0 and 100.
    """
    x, low, high, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    scale, otherwise = params[0], params[1]
    for i in range(n):
        width = high[i] - low[i]
        place = scale * ((x[i] - low[i]) / width)
        is_flat = abs(width) <= _ROUNDING * abs(high[i])
        out[i] = (otherwise if x[i] == x[i] else math.nan) if is_flat else place


@kernel(inputs="nnn", outputs="n")
def typical_price(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """(high + low + close) / 3."""
    high, low, close, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    for i in range(n):
        out[i] = (high[i] + low[i] + close[i]) / 3.0


@kernel(inputs="nnnn", outputs="n")
def money_flow_volume(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The flow volume ((close - low) - (high - close)) / (high - low) of high, low, close, volume; 0 if flat."""
    high, low, close, volume = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    out = numbers[wires[4]]
    for i in range(n):
        width = high[i] - low[i]
        flow = ((close[i] - low[i]) - (high[i] - close[i])) / width * volume[i]
        out[i] = flow if width != 0.0 else 0.0


@kernel(inputs="nnn", outputs="n")
def choppiness(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """100 log(path / (high - low)) / log(period) of path, high, low; NaN in a flat range. Params: period."""
    path, high, low, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    scale = 100.0 / math.log(params[0])
    for i in range(n):
        width = high[i] - low[i]
        out[i] = scale * math.log(path[i] / width) if width > 0.0 and path[i] > 0.0 else math.nan


@kernel(inputs="nn", outputs="n")
def residual_deviation(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Standard deviation around a regression line, of the variance and the line's slope; params period.

    variance(x) = variance(line) + variance(residuals), and variance(line) = slope^2 (period^2 - 1) / 12.
    """
    variance, slope, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    places = (params[0] * params[0] - 1.0) / 12.0
    for i in range(n):
        rest = variance[i] - slope[i] * slope[i] * places
        out[i] = math.sqrt(rest) if rest > 0.0 else rest - rest


@kernel(inputs="n", outputs="n")
def freshness(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """How fresh an age is, 100 (period - age) / period; params period."""
    age, out = numbers[wires[0]], numbers[wires[1]]
    period = params[0]
    scale = 100.0 / period
    for i in range(n):
        out[i] = scale * (period - age[i])
