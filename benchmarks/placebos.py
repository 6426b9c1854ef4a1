"""A thousand placebos through the whole procedure: `python -m benchmarks.placebos [--write]`.

Ten coins on each of a hundred generated markets, fifty on each of twenty slices of recorded history, with the usual
costs and with none. Coins on one market share its luck, so there are many markets and few coins on each.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from edgeproof.cli.kernel_cache import use_kernel_cache

use_kernel_cache()  # before anything imports numba

from edgeproof.adapters.compute.local import LocalRunner  # noqa: E402 - see above
from edgeproof.adapters.simulated.market import generate_market  # noqa: E402
from edgeproof.adapters.storage.importing.candles import read_candles  # noqa: E402
from edgeproof.adapters.storage.memory import MemoryCheckpoints, MemoryLedger, MemoryStore  # noqa: E402
from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding  # noqa: E402
from edgeproof.core.model.instrument import Instrument, parse_instrument  # noqa: E402
from edgeproof.core.model.time import DAY, MINUTE  # noqa: E402
from edgeproof.research.backtest import Fees  # noqa: E402
from edgeproof.research.discover import Means, discover  # noqa: E402
from edgeproof.research.edge import EdgeAnalysis  # noqa: E402
from edgeproof.research.placebos import PassRates, Share, pass_rates, random_placebos  # noqa: E402
from edgeproof.research.search import SearchSpec, search_for  # noqa: E402
from edgeproof.research.study import Study  # noqa: E402

REPOSITORY = Path(__file__).parents[1]
DATA = Path(os.environ.get("EDGEPROOF_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
FILE = "candles/bitfinex_BTCUSD_1m_2017_2019.parquet"
DOCUMENT = REPOSITORY / "docs" / "explanation" / "placebos.md"
DAYS = 54
PLACEBOS = 1_000
GENERATED, RECORDED = 100, 20
SEARCHES, SEARCH_DAYS, CANDIDATES, FINALISTS = 30, 90, 1_000, 10
FREE = Fees(taker=0.0, maker=0.0)
BITCOIN = parse_instrument("BTC/USD:USD")

History = tuple[Instrument, Candles, Funding]

INTRODUCTION = """# What the placebos did

The table of `python -m benchmarks.placebos --write`. A placebo enters by a coin and knows nothing: what the
procedure lets pass of them is what it lets pass of anything without an edge. Each line is 1,000 placebos, with
stops, targets and holding times drawn at random, on histories of 54 days of which the first 36 are in-sample: ten
on each of a hundred generated markets, fifty on each of twenty slices of recorded Bitcoin (2017 to 2019).

`p <= 5 %` is the share that looks significant by itself, before anything is paid for luck; `q <= 10 %` the share
left when the other placebos on the same history are counted; `qualified` the share that passes the whole procedure,
out of sample included. In brackets the Wilson 95 % interval. The limits are 5 % for the first and none for the
last.

With costs a coin loses, so fewer than one in twenty look significant. Without costs, on generated markets, the
p-values should be nearly uniform: the last column is their Kolmogorov-Smirnov distance from that. Coins on the same
history are not independent of one another, which widens it. On recorded history without costs more than one in
twenty must look significant, because there a coin is not without an edge: it buys or sells a market that rose
twentyfold in 2017 and fell to a fifth in 2018, and being on the right side of such a year earns. It is the costs,
the count of trials and the last third that stop it.

The last table is the harder test: thirty searches of a thousand candidates each on generated markets without a
planted edge. A search does not draw its candidates blindly, it breeds the lucky ones, so that its in-sample
figures, q-values included, flatter its finalists more than those of declared hypotheses; what stops them is the
last third, which no search sees. That less than half of the finalists earn anything there says what they are worth.
"""


def main() -> int:
    """Run the experiment; 1 when placebos pass more often than they may."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--write", action="store_true", help="keep the table in docs/explanation/placebos.md")
    words.add_argument("--placebos", type=int, default=PLACEBOS, help=f"in each line [default: {PLACEBOS:,}]")
    asked = words.parse_args()
    lines = ["| market | costs | placebos | p <= 5 % | q <= 10 % | qualified | trades | mean R | KS |"]
    lines.append("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    passed = True
    for name, histories in (("generated", list(generated())), ("recorded BTC", list(recorded()))):
        for costs, fees, slippage in (("usual", Fees(), None), ("none", FREE, 0.0)):
            if histories:
                rates = experiment(histories, asked.placebos, fees, slippage)
                passed &= costs == "none" or (rates.significant.low <= 0.05 and rates.qualified.passed == 0)
                lines.append(row(name, costs, rates))
                print(lines[-1], file=sys.stderr, flush=True)
    searched, none_passed = searches()
    passed &= none_passed
    table = "\n".join([*lines, "", *searched])
    print(table)
    if asked.write:
        DOCUMENT.write_text(f"{INTRODUCTION}\n{table}\n", encoding="utf-8")
    return 0 if passed else 1


def searches() -> tuple[list[str], bool]:
    """What searches find where there is nothing to find, and whether none of it qualifies."""
    analyses: list[EdgeAnalysis] = []
    for seed in range(SEARCHES):
        for instrument, (candles, funding) in generate_market([BITCOIN], days=SEARCH_DAYS, seed=3_000 + seed).items():
            study = Study(hypotheses=(), instruments=(instrument,))
            means = means_on(instrument, candles, funding)
            spec = SearchSpec(candidates=CANDIDATES, seed=seed, finalists=FINALISTS)
            analyses += discover(study, means, found=search_for(study, means, spec)).analyses
    rates = pass_rates(analyses)
    later = [each.examination.details.out_of_sample.expectancy_r for each in analyses if each.examination.details]
    earned = f"{sum(r > 0 for r in later) / len(later):.0%}"
    lines = [
        f"| searches of {CANDIDATES:,} | finalists | q <= 10 % | earned out of sample | qualified |",
        "|--:|--:|--:|--:|--:|",
        f"| {SEARCHES} | {len(analyses)} | {_words(rates.discovered)} | {earned} | {_words(rates.qualified)} |",
    ]
    return lines, rates.qualified.passed == 0


def generated() -> Iterator[History]:
    """Bitcoin in a hundred generated markets."""
    for seed in range(GENERATED):
        for instrument, (candles, funding) in generate_market([BITCOIN], days=DAYS, seed=1_000 + seed).items():
            yield instrument, candles, funding


def recorded() -> Iterator[History]:
    """Twenty slices of recorded Bitcoin, one after the other; nothing where the data is not there."""
    if not (DATA / FILE).exists():
        return
    candles = read_candles(DATA / FILE, MINUTE)
    first = int(candles.open_time[0])
    for number in range(RECORDED):
        start = first + number * DAYS * DAY
        yield BITCOIN, candles.between(start, start + DAYS * DAY), NO_FUNDING


def experiment(histories: Sequence[History], count: int, fees: Fees, slippage_bps: float | None) -> PassRates:
    """What became of fresh coins on each history; all coins are trials of one ledger a history."""
    analyses: list[EdgeAnalysis] = []
    for number, (instrument, candles, funding) in enumerate(histories):
        placebos = random_placebos(-(-count // len(histories)), 10_000 + number, slippage_bps=slippage_bps)
        analyses += analysed(
            instrument, candles, funding, Study(hypotheses=placebos, instruments=(instrument,), fees=fees)
        )
    return pass_rates(analyses)


def analysed(instrument: Instrument, candles: Candles, funding: Funding, study: Study) -> Sequence[EdgeAnalysis]:
    """The analyses of a study on one history, with a ledger of its own."""
    return discover(replace(study, instruments=(instrument,)), means_on(instrument, candles, funding)).analyses


def means_on(instrument: Instrument, candles: Candles, funding: Funding) -> Means:
    """Ports in memory around one history."""
    store = MemoryStore()
    store.save_candles(instrument, candles, source="placebos")
    store.save_funding(instrument, funding, source="placebos")
    return Means(store=store, ledger=MemoryLedger(), runner=LocalRunner(), checkpoints=MemoryCheckpoints())


def row(name: str, costs: str, rates: PassRates) -> str:
    """One line of the table."""
    shares = " | ".join(map(_words, (rates.significant, rates.discovered, rates.qualified)))
    figures = f"{rates.median_trades:,.0f} | {rates.mean_r:+.3f} | {rates.distance:.3f}"
    return f"| {name} | {costs} | {rates.significant.of:,} | {shares} | {figures} |"


def _words(share: Share) -> str:
    return f"{share.rate:.1%} ({share.low:.1%} to {share.high:.1%})"


if __name__ == "__main__":
    sys.exit(main())
