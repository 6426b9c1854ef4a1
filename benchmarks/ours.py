"""edgeproof's side: the text of a hypothesis in, its trades and statistics out."""

from edgeproof.core.performance.metrics import statistics
from edgeproof.core.signals.hypothesis import variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.backtest import Fees, Market, Result, backtest

FEES = Fees(taker=0.0005, maker=0.0005)
"""One fee for both sides of the book, as the peers have it."""

W1 = """
[[hypothesis]]
name = "W1"
timeframe = "1m"
direction = "long"
family = "mean_reversion"
reason = "The workload of the benchmarks: a dip within an uptrend."
entry = ["crosses_below(rsi(14), 30)", "close > ema(200)"]
stop = "close - 1.5 * atr(14)"
target = "2R"
slippage_bps = 2
"""

PERIODS = tuple(range(5, 25))
THRESHOLDS = (22, 26, 30, 34, 38)
MULTIPLES = (1.5, 3.0)
_VARY = f"vary = {{ p = {list(PERIODS)}, t = {list(THRESHOLDS)}, r = {list(MULTIPLES)} }}"
W2 = (
    W1.replace('name = "W1"', f'name = "W2"\n{_VARY}').replace("rsi(14), 30", "rsi({p}), {t}").replace('"2R"', '"{r}R"')
)


def results(text: str, market: Market) -> tuple[Result, ...]:
    """Every variant of the hypotheses of a text over a market."""
    hypotheses = [variant for hypothesis in read_hypotheses(text, "benchmark") for variant in variants(hypothesis)]
    return backtest(market, hypotheses, FEES)


def in_full(text: str, market: Market) -> None:
    """The same, with every trade and every statistic worked out."""
    for result in results(text, market):
        trades = result.round_trips()
        if trades is not None:
            statistics(trades)


def totals(text: str, market: Market) -> tuple[int, float]:
    """The same down to what a sweep ranks by: trades and sum of R of each variant, here added up."""
    walks = [result.walk for result in results(text, market) if result.walk is not None]
    return sum(walk.fates.traded for walk in walks), sum(float(walk.r_multiples.sum()) for walk in walks)
