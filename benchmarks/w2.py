"""W2: 200 variants of W1 in one call."""

from collections.abc import Iterator

from benchmarks import ours
from benchmarks.agreement import once_a_candle, outcomes_of_fires
from benchmarks.harness import Finding, Timing, in_fresh_process, interleave, milliseconds, peak_memory, ratio
from benchmarks.market import candles, market

MEGABYTE = 2**20
PEER_ROUNDS = 3


def findings(size: int) -> Iterator[Finding]:
    """The sweep at one size, by how much is worked out of it; then memory and trades."""
    from benchmarks import vectorbt_side  # noqa: PLC0415 - a fresh process of ours must not load the peer

    history, bars = market(size), candles(size)
    taken = interleave(
        {
            "totals": lambda: ours.totals(ours.W2, history),
            "in full": lambda: ours.in_full(ours.W2, history),
            "vectorbt": lambda: vectorbt_side.w2(bars, ours.PERIODS, ours.THRESHOLDS, ours.MULTIPLES),
        },
        {"vectorbt": PEER_ROUNDS},
    )
    case = f"200 variants, {size:,} candles"
    yield _speed(f"{case}: fates and R of every trade", taken["totals"], taken["vectorbt"], bounds=(200.0, 400.0))
    yield _speed(f"{case}: and all facts and statistics of every trade", taken["in full"], taken["vectorbt"])
    yield _per_variant(case, size, taken["totals"])
    yield _memory(size)
    yield _trades(size)


def _speed(case: str, mine: Timing, peer: Timing, bounds: tuple[float | None, float | None] = (None, None)) -> Finding:
    return Finding(
        area="W2",
        case=case,
        ours=milliseconds(mine),
        peer=milliseconds(peer),
        ratio=ratio(peer, mine),
        required=bounds[0],
        aim=bounds[1],
    )


def _per_variant(case: str, size: int, mine: Timing) -> Finding:
    nanoseconds = 1e9 * mine.median / size / 200
    return Finding(area="W2", case=f"{case}: ns a candle and variant", ours=f"{nanoseconds:.2f}", aim=0.4, at_most=True)


def _memory(size: int) -> Finding:
    mine = int(in_fresh_process("benchmarks.w2", f"peak_of_ours({size})"))
    theirs = int(in_fresh_process("benchmarks.w2", f"peak_of_vectorbt({size})"))
    return Finding(
        area="W2",
        case=f"200 variants, {size:,} candles: peak memory of a fresh process, MB",
        ours=f"{mine / MEGABYTE:.0f}",
        peer=f"{theirs / MEGABYTE:,.0f}",
        ratio=mine / MEGABYTE,
        required=500,
        at_most=True,
    )


def peak_of_ours(size: int) -> None:
    """Print the most bytes our sweep occupied."""
    ours.totals(ours.W2, market(size))
    print(peak_memory())


def peak_of_vectorbt(size: int) -> None:
    """Print the most bytes vectorbt's sweep occupied."""
    from benchmarks import vectorbt_side  # noqa: PLC0415 - see above

    vectorbt_side.w2(candles(size), ours.PERIODS, ours.THRESHOLDS, ours.MULTIPLES)
    print(peak_memory())


def _trades(size: int) -> Finding:
    from benchmarks import vectorbt_side  # noqa: PLC0415 - see above

    mine = sum(len(once_a_candle(outcomes)) for outcomes in outcomes_of_fires(ours.W2, market(size)))
    records = vectorbt_side.w2(candles(size), ours.PERIODS, ours.THRESHOLDS, ours.MULTIPLES)
    return Finding(
        area="W2",
        case=f"200 variants, {size:,} candles: trades, ours counted by vectorbt's rule of entry",
        ours=f"{mine:,}",
        peer=f"{sum(map(len, records)):,}",
    )
