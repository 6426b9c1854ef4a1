"""The Kelly fraction of a track record, shrunk by what the record does not know. Off unless a multiplier is set.

1. Kelly: the share of equity to lose on a loss that makes the logarithm of wealth grow fastest (`kelly_fraction`).
2. The win rate is an estimate: its mean and variance after the record (`win_rate_after`).
3. Shrinkage: an uncertain estimate overbets, so the fraction is multiplied by k < 1 (`shrinkage`).
4. A multiplier of it, capped by the fixed rule (`kelly_risk_fraction`).
"""

import math
from decimal import ROUND_DOWN, Decimal

from edgeproof.core.model.entry import TrackRecord

_STEP = Decimal("0.000001")


def kelly_fraction(win_rate: float, average_win: float, average_loss: float) -> float:
    """p - (1 - p) / b with b = average win / average loss: the share of equity that a loss should cost.

    *Source*: J. L. Kelly (1956), "A new interpretation of information rate", Bell System Technical Journal 35. Negative
    where the record loses: such a bet is not made. NaN where a figure is not known or an average is not positive.

    By hand: 50 % at 2:1 gives 0.5 - 0.5 / 2 = 0.25; 40 % at 1:1 gives 0.4 - 0.6 = -0.2.

    >>> kelly_fraction(0.5, 2.0, 1.0), round(kelly_fraction(0.4, 1.0, 1.0), 12)
    (0.25, -0.2)
    """
    if not (0 <= win_rate <= 1 and 0 < average_win < math.inf and 0 < average_loss < math.inf):
        return math.nan
    return win_rate - (1 - win_rate) * average_loss / average_win


def win_rate_after(wins: float, n: int) -> tuple[float, float]:
    """Mean and variance of a win rate of which only `wins` of `n` is known: Beta(wins + 1, n - wins + 1).

    (wins + 1) / (n + 2), and mean x (1 - mean) / (n + 3). *Source*: T. Bayes (1763), with an even prior. Unlike
    p (1 - p) / n it is not certain of anything after three wins of three.

    By hand for 3 of 3: mean 4 / 5, variance 0.8 x 0.2 / 6 = 0.02667.

    >>> [round(figure, 5) for figure in win_rate_after(3, 3)]
    [0.8, 0.02667]
    """
    mean = (wins + 1) / (n + 2)
    return mean, mean * (1 - mean) / (n + 3)


def shrinkage(fraction: float, variance: float) -> float:
    """k = f² / (f² + var f): how much of an estimated Kelly fraction to bet, 0 for one that is not positive.

    *Source*: R. D. Baker and I. G. McHale (2013), "Optimal betting under parameter uncertainty: improving the Kelly
    criterion", Decision Analysis 10: a bet on an estimated probability should be shrunk. This k is that of the second
    order: near its top the growth of a bet g goes like f g - g² / 2; with g = k F and F an unbiased estimate of f, the
    expectation k f² - k² (f² + var F) / 2 is greatest at this k.

    By hand: f = 0.2 with a standard deviation of 0.1: 0.04 / (0.04 + 0.01) = 0.8.

    >>> round(shrinkage(0.2, 0.01), 12), shrinkage(-0.1, 0.01)
    (0.8, 0.0)
    """
    return fraction * fraction / (fraction * fraction + variance) if fraction > 0 else 0.0


def kelly_risk_fraction(record: TrackRecord, multiplier: float, cap: Decimal) -> Decimal:
    """The fraction of equity to risk on a trade: multiplier x k x Kelly / average loss, at most `cap`, at least 0.

    A loss of the record costs `average_loss` R and a trade risks 1 R, hence the division. The uncertainty of the two
    averages is not in k; that is what the multiplier is for. 0 where the record is not usable.

    By hand, 60 wins of 118 at 2 R and 1 R, multiplier 0.5: p = 61 / 120 = 0.508333, f = p - (1 - p) / 2 = 0.2625; the
    variance of p is 0.24993 / 121 = 0.0020655, that of f (1 + 1/2)² of it, 0.0046474;
    k = 0.068906 / 0.073554 = 0.93682; 0.5 x 0.93682 x 0.2625 = 0.122957, which the fixed rule of 2 % caps.

    >>> record = TrackRecord(n=118, win_rate=60 / 118, average_win=2.0, average_loss=1.0)
    >>> kelly_risk_fraction(record, 0.5, Decimal(1)), kelly_risk_fraction(record, 0.5, Decimal("0.02"))
    (Decimal('0.122957'), Decimal('0.02'))
    """
    if record.n < 0:
        return Decimal(0)
    mean, variance = win_rate_after(record.win_rate * record.n, record.n)
    fraction = kelly_fraction(mean, record.average_win, record.average_loss)
    if not fraction > 0:
        return Decimal(0)
    slope = 1 + record.average_loss / record.average_win
    risked = multiplier * shrinkage(fraction, slope * slope * variance) * fraction / record.average_loss
    if risked >= cap:
        return cap
    return Decimal(risked).quantize(_STEP, rounding=ROUND_DOWN)
