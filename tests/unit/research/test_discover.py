"""Discovery from the store to the verdicts: counted, repeatable, resumable."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from edgeproof.adapters.simulated.plant import Plant
from edgeproof.adapters.storage.memory import MemoryCheckpoints, MemoryLedger, MemoryStore
from edgeproof.cli.document import plain, text
from edgeproof.cli.edge_document import edge_document, states_document
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.signals.hypothesis import Family, Hypothesis
from edgeproof.research.discover import Discovery, Means, discover
from edgeproof.research.edge import EdgeAnalysis
from edgeproof.research.measure import InstrumentFindings
from edgeproof.research.study import Study, Window
from edgeproof.research.verdict import State
from tests.support.candles import closes
from tests.support.discovery import Sequentially, T, hypothesis, means_of, store_of

DIP = hypothesis("Dip", "rsi(14) < 30", "volume > sma(volume, 20)", "close > sma(200)")
RISE = hypothesis("Rise", "crosses_above(close, sma(20))")
PLACEBO = replace(hypothesis("Coin", "chance(0.02, 7)"), family=Family.PLACEBO)
REBOUND = hypothesis("Rebound", "close < sma(12) - 2 * atr(14)", "volume > 2 * sma(volume, 20)", also=(15 * MINUTE,))


@pytest.fixture(scope="module")
def one() -> MemoryStore:
    return store_of(1)


@pytest.fixture(scope="module")
def two() -> MemoryStore:
    return store_of(2)


@pytest.fixture(scope="module")
def planted() -> MemoryStore:
    return store_of(1, days=90, plant=Plant(drift=6.0))


def study_of(store: MemoryStore, *hypotheses: Hypothesis) -> Study:
    return Study(hypotheses=hypotheses or (DIP, RISE, PLACEBO), instruments=store.instruments())


def written(found: Discovery) -> str:
    """Every figure of a discovery but how many trials were new."""
    return text(plain(edge_document(replace(found, new_trials=0), {}, [])))


def analysis_of(found: Discovery, name: str) -> EdgeAnalysis:
    return next(each for each in found.analyses if each.examination.trial.hypothesis.name == name)


def q_values(found: Discovery) -> dict[str, float]:
    return {each.examination.trial.hypothesis.name: each.q_value for each in found.analyses}


def test_discovery_analyses_each_hypothesis_on_each_instrument(two: MemoryStore) -> None:
    found = discover(study_of(two), means_of(two))
    scopes = [(a.examination.trial.hypothesis.name, a.examination.instruments[0].base) for a in found.analyses]
    assert scopes == [(name, base) for base in ("BTC", "ETH") for name in ("Dip", "Rise", "Coin")]
    assert found.trials == found.new_trials == 2 * (3 + len(DIP.confirm))


def test_pooled_discovery_analyses_each_hypothesis_once_on_all_trades(two: MemoryStore) -> None:
    apart = discover(study_of(two), means_of(two))
    pooled = discover(study_of(two), means_of(two), pool=True)
    for analysis in pooled.analyses:
        name = analysis.examination.trial.hypothesis.name
        own = [a.examination.in_sample for a in apart.analyses if a.examination.trial.hypothesis.name == name]
        inside = analysis.examination.in_sample
        assert inside.n == sum(each.n for each in own)
        assert inside.expectancy_r == pytest.approx(sum(each.n * each.expectancy_r for each in own) / inside.n)
    assert [len(a.examination.instruments) for a in pooled.analyses] == [2, 2, 2]


def test_same_discovery_again_is_the_same_to_the_bit(one: MemoryStore) -> None:
    ledger = MemoryLedger()
    first, second = (discover(study_of(one), means_of(one, ledger)) for _ in range(2))
    assert written(first) == written(second)
    assert (first.new_trials, second.new_trials) == (5, 0)


def test_other_name_and_reason_of_a_hypothesis_are_no_new_trial(one: MemoryStore) -> None:
    ledger = MemoryLedger()
    discover(study_of(one, RISE), means_of(one, ledger))
    renamed = replace(RISE, name="Up", reason="another")
    assert discover(study_of(one, renamed), means_of(one, ledger)).new_trials == 0


def test_every_new_variant_shows_in_the_figures_of_all(one: MemoryStore) -> None:
    rivals = [hypothesis(f"Rival_{k}", f"rsi(14) < {30 + k}") for k in range(3)]
    ledger = MemoryLedger()
    before = discover(study_of(one, REBOUND), means_of(one, ledger))
    discover(study_of(one, *rivals), means_of(one, ledger))
    after = discover(study_of(one, REBOUND), means_of(one, ledger))
    assert (before.known_trials, after.known_trials) == (2, 5)
    was, now = before.analyses[0], after.analyses[0]
    assert now.trials == was.trials + 3
    assert now.q_value > was.q_value or was.q_value == 1.0
    assert now.needed_trades >= was.needed_trades


def test_ablations_say_what_each_confirmation_does(one: MemoryStore) -> None:
    ablations = analysis_of(discover(study_of(one), means_of(one)), "Dip").ablations
    assert [each.removed for each in ablations] == list(DIP.confirm)
    without = replace(DIP, name="Loose", confirm=DIP.confirm[1:])
    loose = discover(study_of(one, without), means_of(one)).analyses[0].examination.in_sample
    assert (ablations[0].n, ablations[0].expectancy_r) == (loose.n, loose.expectancy_r)


def test_in_sample_trades_do_not_depend_on_the_last_third(one: MemoryStore) -> None:
    whole = discover(study_of(one, RISE), means_of(one)).analyses[0].examination
    split = whole.spans[0].split
    cut = Study(hypotheses=(RISE,), instruments=one.instruments(), window=Window(end=split))
    collected: list[InstrumentFindings] = []
    discover(cut, replace(means_of(one), on_measured=collected.append))
    trades = collected[0].measured[0].trades
    assert trades is not None
    trades = trades.closed()
    assert whole.in_sample.n == len(trades)
    assert whole.in_sample.expectancy_r == float(trades.r_multiple.mean())


def test_trades_across_the_split_are_in_neither_part(one: MemoryStore) -> None:
    for analysis in discover(study_of(one), means_of(one)).analyses:
        examined = analysis.examination
        assert examined.details is not None
        parts = examined.in_sample.n + examined.details.out_of_sample.n + examined.purged
        assert parts == examined.details.whole.n


def test_planted_edge_qualifies_and_opens_its_further_timeframe(planted: MemoryStore) -> None:
    found = discover(study_of(planted, REBOUND, RISE), means_of(planted))
    rebound = analysis_of(found, "Rebound")
    assert rebound.verdict.state is State.QUALIFIED, rebound.verdict.line
    opened = analysis_of(found, "Rebound@15m")
    assert (opened.examination.trial.kind, opened.examination.trial.parent) == ("secondary", "Rebound")
    assert analysis_of(found, "Rise").verdict.state is not State.QUALIFIED


def test_second_run_of_an_opened_hierarchy_changes_nothing(planted: MemoryStore) -> None:
    ledger = MemoryLedger()
    first, second = (discover(study_of(planted, REBOUND, RISE), means_of(planted, ledger)) for _ in range(2))
    assert second.new_trials == 0
    assert written(first) == written(second)


def test_same_market_without_the_plant_opens_and_qualifies_nothing() -> None:
    store = store_of(1, days=90)
    found = discover(study_of(store, REBOUND, RISE), means_of(store))
    assert [each.examination.trial.kind for each in found.analyses] == ["declared", "declared"]
    assert State.QUALIFIED not in {each.verdict.state for each in found.analyses}


@pytest.mark.parametrize("pool", [False, True])
def test_interrupted_and_resumed_equals_undisturbed(two: MemoryStore, pool: bool) -> None:
    undisturbed = written(discover(study_of(two), means_of(two), pool=pool))
    ledger, checkpoints = MemoryLedger(), MemoryCheckpoints()
    with pytest.raises(KeyboardInterrupt):
        discover(study_of(two), means_of(two, ledger, Sequentially(stops_after=2), checkpoints), pool=pool)
    resumed = discover(study_of(two), means_of(two, ledger, Sequentially(), checkpoints), pool=pool)
    assert written(resumed) == undisturbed


def test_resumed_discovery_does_not_measure_finished_instruments_again(two: MemoryStore) -> None:
    ledger, checkpoints = MemoryLedger(), MemoryCheckpoints()
    with pytest.raises(KeyboardInterrupt):
        discover(study_of(two), means_of(two, ledger, Sequentially(stops_after=2), checkpoints))
    assert len(ledger.concerning(["BTC/USD:USD"], 0, 2**62)) == 5, "the finished instrument is in the ledger"
    tasks = _Counting()
    discover(study_of(two), means_of(two, ledger, tasks, checkpoints))
    assert tasks.names.count("MeasureTask") == 1


class _Counting(Sequentially):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        self.names += [type(task).__name__ for task in tasks]
        yield from super().run(tasks)


def test_self_checks_find_no_look_ahead(one: MemoryStore) -> None:
    checks = discover(study_of(one), means_of(one)).checks
    assert checks.differences == 0
    assert checks.checks == 3 * checks.cuts > 0
    assert checks.signals > 100


def test_placebos_are_no_candidates_to_choose(one: MemoryStore) -> None:
    luck = discover(study_of(one), means_of(one)).luck
    assert luck.candidates <= 2


def test_states_are_kept_by_scope_with_the_run_that_decided(two: MemoryStore) -> None:
    states = states_document(discover(study_of(two), means_of(two)), "run-1")
    assert {each["hypothesis"] for each in states.values()} == {"Dip", "Rise", "Coin"}
    for each in states.values():
        assert list(each["scopes"]) == ["BTC/USD:USD", "ETH/USD:USD"]
        assert {scope["run"] for scope in each["scopes"].values()} == {"run-1"}


def store_with(candles: Candles) -> MemoryStore:
    store = MemoryStore()
    store.save_candles(parse_instrument("BTC/USD:USD"), candles, source="by hand")
    return store


def lines(store: MemoryStore, hypotheses: Sequence[Hypothesis] = (RISE,)) -> list[str]:
    return [each.verdict.line for each in discover(study_of(store, *hypotheses), means_of(store)).analyses]


def test_single_day_is_said_and_nothing_is_judged() -> None:
    store = store_of(1, days=1)
    always = hypothesis("Always", "close > 0")
    assert lines(store, [always]) == ["unproven: less than a day of in-sample history; needs 7 days"]


def test_trades_that_all_won_are_said_and_nothing_is_judged() -> None:
    # Up for ever: whatever is bought earns.
    prices = 100.0 * 1.0005 ** np.arange(14 * DAY // MINUTE)
    eager = replace(hypothesis("Eager", "minute % 30 == 0"), stop="close * 0.98", max_hold=20 * MINUTE)
    eager = replace(eager, entry=("close > sma(20)",))
    (line,) = lines(store_with(closes(*prices)), [eager])
    assert line.startswith("unproven: none of ")
    assert line.endswith("round trips lost: what a loss would cost is not known")


def test_too_few_trades_are_said() -> None:
    store = store_of(1, days=14)
    rare = hypothesis("Rare", "count(close > 0, 2000) == 2000 and hour == 3 and minute == 0")
    (line,) = lines(store, [rare])
    assert line.startswith("unproven: needs at least 30 trades, has ")


def test_history_without_funding_leaves_a_funding_hypothesis_a_draft() -> None:
    store = store_with(closes(*([100.0] * 3_000)))
    found = discover(study_of(store, hypothesis("Paid", "funding_rate < 0")), means_of(store))
    assert found.analyses[0].verdict.line == "not tested: needs funding; none is stored for this instrument"
    assert found.trials == 0


def test_flat_market_fires_nothing_and_says_so() -> None:
    found = discover(
        study_of(store_with(closes(*([100.0] * 20_000)))), means_of(store_with(closes(*([100.0] * 20_000))))
    )
    assert all(each.verdict.state is State.TESTED for each in found.analyses)
    assert isinstance(found.luck.overfitting, Untestable)


def test_instrument_without_candles_in_the_window_is_not_tested(two: MemoryStore) -> None:
    btc, eth = two.instruments()
    last = int(two.load_candles(btc).open_time[-1])
    late = Study(hypotheses=(RISE,), instruments=(btc, eth), window=Window(start=last + DAY))
    found = discover(late, means_of(two))
    assert [each.verdict.line for each in found.analyses] == ["not tested: no candles"] * 2


def test_progress_adds_up_to_what_was_announced(two: MemoryStore) -> None:
    done: list[float] = []
    means: Means = replace(means_of(two), on_progress=done.append)
    discover(study_of(two), means)
    assert sum(done) == 2 * 2 * (3 + len(DIP.confirm))
