"""Resamples of a sequence of trades, drawn from a PCG64 stream: thousands a call, none of them kept.

The stream is NumPy's own generator, bit for bit: what is drawn here is what `numpy.random.Generator` draws from the
same state, so an oracle that uses one agrees to the last digit. Compiled, because ten million draws through Python
calls would take seconds and as index matrices hundreds of megabytes.

A stream is six words (uint64): the state, high and low; the increment, high and low; whether half a draw is left over
(0 or 1), and that half. The functions move it on in place.

Source: M. E. O'Neill (2014), "PCG: a family of simple fast space-efficient statistically good algorithms for random
number generation", Harvey Mudd College HMC-CS-2014-0905 (XSL-RR 128/64); bounded integers after D. Lemire (2019),
"Fast random integer generation in an interval", ACM TOMACS 29.
"""

from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from edgeproof.core.kernels.abi import FloatArray
from edgeproof.core.kernels.compiled import compiled

StreamArray = NDArray[np.uint64]

_MULTIPLIER_HIGH, _MULTIPLIER_LOW = np.uint64(0x2360ED051FC65DA4), np.uint64(0x4385DF649FCCF645)
_ZERO, _ONE, _TWO, _ELEVEN, _HALF_WORD = (np.uint64(number) for number in (0, 1, 2, 11, 32))
_SIX, _SIGN, _FULL_WORD, _LOW_HALF = np.uint64(58), np.uint64(63), np.uint64(64), np.uint64(0xFFFFFFFF)


def _high_product(typing_context: Any, a: Any, b: Any) -> Any:  # noqa: ANN401 - numba's objects have no public types
    """The upper 64 of the 128 bits of a x b: one instruction, which the compiler does not see in shifts and halves."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        wide = type(context.get_value_type(types.uint64))(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, wide(64)), args[0].type)

    return types.uint64(types.uint64, types.uint64), generate


_multiply_high: Any = intrinsic(_high_product)


@njit(nogil=True, error_model="numpy")
def _step(
    high: np.uint64, low: np.uint64, increment_high: np.uint64, increment_low: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """The next state: state x multiplier + increment, modulo 2**128."""
    carried = low * _MULTIPLIER_LOW + increment_low
    carry = _ONE if carried < increment_low else _ZERO
    upper = _multiply_high(low, _MULTIPLIER_LOW) + low * _MULTIPLIER_HIGH + high * _MULTIPLIER_LOW
    return upper + increment_high + carry, carried


@njit(nogil=True, error_model="numpy")
def _output(high: np.uint64, low: np.uint64) -> np.uint64:
    """The 64 bits drawn at a state: both halves xored, turned right by the six highest bits."""
    folded = high ^ low
    turn = high >> _SIX
    return (folded >> turn) | (folded << ((_FULL_WORD - turn) & _SIGN))


@njit(nogil=True, error_model="numpy")
def _word(stream: StreamArray) -> np.uint64:
    """64 bits."""
    stream[0], stream[1] = _step(stream[0], stream[1], stream[2], stream[3])
    return _output(stream[0], stream[1])


@njit(nogil=True, error_model="numpy")
def _half_word(stream: StreamArray) -> np.uint64:
    """32 bits: the lower half of a word, then its upper half."""
    if stream[4] != _ZERO:
        stream[4] = _ZERO
        half: np.uint64 = stream[5]
        return half
    word = _word(stream)
    stream[4], stream[5] = _ONE, word >> _HALF_WORD
    return word & _LOW_HALF


@njit(nogil=True, error_model="numpy")
def _below(stream: StreamArray, bound: np.uint64) -> np.uint64:
    """An integer from 0 to bound - 1, each as likely; a bound of 1 draws nothing."""
    if bound == _ONE:
        return _ZERO
    product = _half_word(stream) * bound
    if product & _LOW_HALF < bound:
        # The few products that would favour some integers are drawn again.
        threshold = (_LOW_HALF - bound + _ONE) % bound
        while product & _LOW_HALF < threshold:
            product = _half_word(stream) * bound
    return product >> _HALF_WORD


@njit(nogil=True, error_model="numpy")
def _fill_below(stream: StreamArray, bound: np.uint64, out: NDArray[np.uint32]) -> None:
    """Integers as `_below` draws them, one after the other, for a bound above 1.

    Two a word with the state in registers; the rare word that holds a product to be drawn again goes the long way.
    """
    high, low, increment_high, increment_low = stream[0], stream[1], stream[2], stream[3]
    n = np.uint64(out.shape[0])
    i = _ZERO
    if stream[4] != _ZERO and n > _ZERO:
        out[i] = _below(stream, bound)
        high, low = stream[0], stream[1]
        i = _ONE
    while i < n:
        if stream[4] == _ZERO and i + _ONE < n:
            next_high, next_low = _step(high, low, increment_high, increment_low)
            word = _output(next_high, next_low)
            first, second = (word & _LOW_HALF) * bound, (word >> _HALF_WORD) * bound
            if first & _LOW_HALF >= bound and second & _LOW_HALF >= bound:
                out[i], out[i + _ONE] = first >> _HALF_WORD, second >> _HALF_WORD
                high, low = next_high, next_low
                i += _TWO
                continue
        stream[0], stream[1] = high, low
        out[i] = _below(stream, bound)
        high, low = stream[0], stream[1]
        i += _ONE
    stream[0], stream[1] = high, low


@compiled
def stationary_moments(
    x: FloatArray, restart: float, stream: StreamArray, means: FloatArray, variances: FloatArray
) -> None:
    """Fill in the mean and the variance (over n) of stationary-bootstrap resamples of `x`, one each.

    `x` holds two values or more whose own mean is about 0, so that the squares lose no digits. Every position of a
    resample begins a new block at a random place with probability `restart`, and otherwise takes the value after the
    one before, the first following the last. What a block adds is a difference of cumulative sums.
    """
    size = x.shape[0]
    n = np.uint64(size)
    sums, squares = np.zeros(2 * size + 1), np.zeros(2 * size + 1)
    for k in range(2 * size):  # a block begun before n cannot leave 2n
        sums[k + 1] = sums[k] + x[k % size]
        squares[k + 1] = squares[k] + x[k % size] ** 2
    starts = np.empty(size, dtype=np.uint32)
    begins = np.zeros(size + 2, dtype=np.uint32)
    # u > restart for u = k / 2**53 is k > restart x 2**53: whole numbers are compared.
    longest = np.uint64(np.floor(restart * 2.0**53))
    increment_high, increment_low = stream[2], stream[3]
    for b in range(means.shape[0]):
        _fill_below(stream, n, starts)
        # The first position begins a block whatever is drawn for it.
        high, low = _step(stream[0], stream[1], increment_high, increment_low)
        blocks, i = _ONE, _ONE
        while i < n:
            high, low = _step(high, low, increment_high, increment_low)
            # Written always, kept where a block begins: a branch would be guessed wrong at every other block.
            begins[blocks] = i
            blocks += _ONE - ((longest - (_output(high, low) >> _ELEVEN)) >> _SIGN)
            i += _ONE
        begins[blocks] = n
        stream[0], stream[1] = high, low
        total, square, block = 0.0, 0.0, _ZERO
        while block < blocks:
            begin = begins[block]
            start = starts[begin]
            end = start + begins[block + _ONE] - begin
            total += sums[end] - sums[start]
            square += squares[end] - squares[start]
            block += _ONE
        means[b] = total / size
        variances[b] = square / size - means[b] * means[b]


@compiled
def shuffled_paths(r: FloatArray, stream: StreamArray, drawdowns: FloatArray, streaks: FloatArray) -> None:
    """Fill, one row a shuffle of `r`: the maximum drawdown of the cumulative r, and the longest run of r <= 0.

    Each shuffle goes on from the one before (R. A. Fisher and F. Yates, 1938; D. E. Knuth, 1969, algorithm P): all
    orders stay equally likely.
    """
    order = r.copy()
    for b in range(drawdowns.shape[0]):
        for i in range(order.shape[0] - 1, 0, -1):
            j = np.int64(_below(stream, np.uint64(i) + _ONE))
            order[i], order[j] = order[j], order[i]
        equity, peak, deepest = 0.0, 0.0, 0.0
        streak, longest = 0, 0
        for i in range(order.shape[0]):
            equity += order[i]
            peak = max(peak, equity)
            deepest = max(deepest, peak - equity)
            streak = 0 if order[i] > 0.0 else streak + 1
            longest = max(longest, streak)
        drawdowns[b], streaks[b] = deepest, longest


@compiled
def thinned_means(r: FloatArray, missed: float, stream: StreamArray, means: FloatArray) -> None:
    """Fill `means` with the means of what is left when each value of `r` is missed with probability `missed`.

    NaN where nothing is left.
    """
    limit = np.uint64(np.ceil(missed * 2.0**53))  # u < missed for u = k / 2**53
    for b in range(means.shape[0]):
        total, kept = 0.0, 0
        for i in range(r.shape[0]):
            if _word(stream) >> _ELEVEN >= limit:
                total += r[i]
                kept += 1
        means[b] = total / kept if kept > 0 else np.nan


@compiled
def cusum_peaks(
    z: FloatArray, reference: float, restart: float, stream: StreamArray, peaks: FloatArray, horizon: int
) -> None:
    """Fill `peaks`, shape (resamples, 2): the greatest values that both CUSUMs reach on a path of `horizon` values.

    A path is a stationary-bootstrap resample of `z` of any length: every value begins a new block at a random place
    with probability `restart`, and otherwise is the one after the one before, the first following the last. The CUSUM
    of column 0 grows with what falls short, max(0, c - z - reference), that of column 1 with what exceeds.
    """
    n = np.uint64(z.shape[0])
    longest = np.uint64(np.floor(restart * 2.0**53))
    for b in range(peaks.shape[0]):
        at = _below(stream, n)
        low, high, deepest, highest = 0.0, 0.0, 0.0, 0.0
        for i in range(horizon):
            if i > 0:
                at = _below(stream, n) if _word(stream) >> _ELEVEN <= longest else (at + _ONE) % n
            low = max(0.0, low - z[at] - reference)
            high = max(0.0, high + z[at] - reference)
            deepest, highest = max(deepest, low), max(highest, high)
        peaks[b, 0], peaks[b, 1] = deepest, highest
