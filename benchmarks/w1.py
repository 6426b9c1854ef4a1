"""W1: one hypothesis on one instrument, text in, trades and statistics out."""

from collections.abc import Iterator

from benchmarks import backtesting_side, ours, vectorbt_side
from benchmarks.agreement import Trade, once_a_candle, outcomes_of_fires, trades
from benchmarks.harness import Finding, interleave, milliseconds, ratio
from benchmarks.market import candles, market

SLOW_ROUNDS = 3


def findings(size: int, *, slow: bool) -> Iterator[Finding]:
    """W1 at one size; `slow` brings in backtesting.py."""
    history, bars = market(size), candles(size)
    given = vectorbt_side.indicators(bars, (14,))
    contestants = {
        "ours": lambda: ours.in_full(ours.W1, history),
        "vectorbt": lambda: vectorbt_side.w1(bars),
        "vectorbt, given": lambda: vectorbt_side.w1_given(bars, given),
    }
    if slow:
        contestants["backtesting.py"] = lambda: backtesting_side.w1(bars)
    taken = interleave(contestants, {"backtesting.py": SLOW_ROUNDS})
    mine = taken["ours"]
    case = f"{size:,} candles"
    bounds = {"vectorbt": (5.0, 8.0), "vectorbt, given": (None, None), "backtesting.py": (800.0, 1400.0)}
    for peer, timing in taken.items():
        if peer != "ours":
            required, aim = bounds[peer]
            yield Finding(
                area="W1",
                case=f"{case}, {_LABEL[peer]}",
                ours=milliseconds(mine),
                peer=milliseconds(timing),
                ratio=ratio(timing, mine),
                required=required,
                aim=aim,
            )
    yield Finding(
        area="W1",
        case=f"{case}, first call (kernels compiled, or read from the cache on disk)",
        ours=f"{mine.first:.2f} s",
    )
    yield from _agreement(size, slow=slow)


_LABEL = {
    "vectorbt": "vectorbt with Rust and TA-Lib",
    "vectorbt, given": "vectorbt, indicators as a gift (not the same job)",
    "backtesting.py": "backtesting.py with TA-Lib",
}


def _agreement(size: int, *, slow: bool) -> Iterator[Finding]:
    bars, history = candles(size), market(size)
    records = vectorbt_side.w1(bars)
    theirs = zip(records["entry_idx"].tolist(), records["exit_idx"].tolist(), strict=True)
    mine = [trade for outcomes in outcomes_of_fires(ours.W1, history) for trade in once_a_candle(outcomes)]
    yield _agree(size, "vectorbt (which does not enter where it left)", set(mine), set(theirs))
    if slow:
        found = backtesting_side.w1(bars)
        theirs = zip((found["EntryBar"] - 1).tolist(), found["ExitBar"].tolist(), strict=True)
        (result,) = ours.results(ours.W1, history)
        yield _agree(size, "backtesting.py", set(trades(result.round_trips())), set(theirs))


def _agree(size: int, peer: str, mine: set[Trade], theirs: set[Trade]) -> Finding:
    both = len(mine & theirs)
    case = f"{size:,} candles: trades with the same entry and exit candle as {peer}"
    return Finding(area="W1", case=case, ours=f"{both:,} of {len(mine):,}", peer=f"{both:,} of {len(theirs):,}")
