"""A watch fed candle by candle fires what the backtest fires: same moments, same prices, to the last bit."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.conditions.evaluate import series_columns
from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.signals.generate import Families, evaluate_signals, plan_pooled
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.watch import Fired, SignalWatch
from edgeproof.research.backtest import Market, fires

LIBRARY = tuple(variant for each in load_library(Path("nowhere"), ()) for variant in variants(each))
DAYS, LIVE = 8, 2 * DAY


@pytest.fixture(scope="module")
def market() -> dict[Instrument, tuple[Candles, Funding]]:
    made = generate_market(3, days=DAYS, seed=5)
    return {each: (fill_gaps(candles), funding) for each, (candles, funding) in made.items()}


def split_at(market: dict[Instrument, tuple[Candles, Funding]]) -> int:
    return int(next(iter(market.values()))[0].close_time[-1]) - LIVE - 7 * MINUTE


def told(instrument: Instrument, candles: Candles) -> list[ClosedCandle]:
    rows = zip(candles.open_time.tolist(), *(getattr(candles, name).tolist() for name in COLUMNS), strict=True)
    return [
        ClosedCandle(instrument=instrument, timeframe=MINUTE, open_time=time, **dict(zip(COLUMNS, row, strict=True)))
        for time, *row in rows
    ]


def backtested(instrument: Instrument, candles: Candles, funding: Funding, after: int) -> set[tuple[object, ...]]:
    plan = plan_pooled(LIBRARY)
    series = series_columns(candles, funding, plan.plan.series)
    families = Families(plan, evaluate_signals(plan, series), series)
    found = set()
    for number, hypothesis in enumerate(LIBRARY):
        fires, (rows,) = families.fires([number])
        for row in rows.tolist():
            if fires.time[row] > after:
                levels = (fires.reference[row], fires.stop[row], *fires.targets[row], fires.trail[row])
                found.add(key(hypothesis, instrument, int(fires.time[row]), levels))
    return found


def key(hypothesis: Hypothesis, instrument: Instrument, time: int, levels: Sequence[float]) -> tuple[object, ...]:
    return (hypothesis.name, instrument, time, *("nan" if math.isnan(each) else float(each) for each in levels))


def fired_keys(fired: Sequence[Fired]) -> set[tuple[object, ...]]:
    def levels(signal: Signal) -> Iterator[float]:
        yield from (signal.reference_price, signal.stop_loss, *signal.targets)
        yield math.nan if signal.trail is None else signal.trail

    keys = [key(each.hypothesis, each.signal.instrument, each.signal.time, [*levels(each.signal)]) for each in fired]
    assert len(keys) == len(set(keys))
    return set(keys)


def known(funding: Funding, until: int) -> Funding:
    then = funding.time <= until
    return Funding(time=funding.time[then], rate=funding.rate[then])


def begun(market: dict[Instrument, tuple[Candles, Funding]], split: int) -> SignalWatch:
    watch = SignalWatch(LIBRARY, tuple(market))
    for instrument, (candles, funding) in market.items():
        past = candles.between(None, split)
        watch.begin(instrument, past, known(funding, split), after=split)
    return watch


def live(
    market: dict[Instrument, tuple[Candles, Funding]], watch: SignalWatch, split: int, until: int
) -> Iterator[tuple[int, list[ClosedCandle]]]:
    """Settle and yield the candles of every close after the split, instruments together."""
    closes: dict[int, list[ClosedCandle]] = {}
    rates = []
    for instrument, (candles, funding) in market.items():
        for each in told(instrument, candles):
            if split < each.close_time <= until:
                closes.setdefault(each.close_time, []).append(each)
        settled = zip(funding.time.tolist(), funding.rate.tolist(), strict=True)
        rates += [(time, instrument, rate) for time, rate in settled]
    rates.sort(key=lambda each: each[0])
    rates = [each for each in rates if each[0] > split]
    for close, candles_then in sorted(closes.items()):
        while rates and rates[0][0] <= close:
            time, instrument, rate = rates.pop(0)
            watch.settle(instrument, time, rate)
        yield close, candles_then


def test_watching_candle_by_candle_fires_what_the_backtest_fires(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    split = split_at(market)
    watch = begun(market, split)
    fired: list[Fired] = []
    for _, candles in live(market, watch, split, split + LIVE):
        fired += watch.take(candles)
    expected = {
        each
        for instrument, (candles, funding) in market.items()
        for each in backtested(instrument, candles.between(None, split + LIVE), funding, split)
    }
    assert fired_keys(fired) == expected
    assert len(expected) > 200


def test_a_correction_leaves_the_watch_as_if_the_right_candle_had_come_at_once(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    split = split_at(market)
    until = split + 8 * HOUR
    instrument, (candles, funding) = next(iter(market.items()))
    rng = np.random.default_rng(3)
    watch = begun({instrument: (candles, funding)}, split)
    fired: dict[int, set[tuple[object, ...]]] = {}
    awaited: list[tuple[int, ClosedCandle]] = []
    corrections = 0
    for close, (right,) in live({instrument: (candles, funding)}, watch, split, until):
        is_wrong = rng.random() < 0.1 and close < until - 10 * MINUTE
        if is_wrong:
            awaited.append((close + int(rng.integers(1, 10)) * MINUTE, right))
        told_first = replace(right, close=right.close * 1.01, high=right.high * 1.01) if is_wrong else right
        fired[close] = fired_keys(watch.take([told_first]))
        for due in [each for each in awaited if each[0] <= close]:
            awaited.remove(due)
            again = watch.correct(replace(due[1], is_correction=True))
            assert again is not None
            corrections += 1
            since = [time for time in fired if time >= due[1].close_time]
            fired.update({time: {each for each in fired_keys(again) if each[2] == time} for time in since})
    assert corrections > 30
    expected = backtested(instrument, candles.between(None, until), funding, split)
    assert {each for keys in fired.values() for each in keys} == expected


def test_a_late_settlement_is_put_where_it_belongs(market: dict[Instrument, tuple[Candles, Funding]]) -> None:
    split = split_at(market)
    instrument, (candles, funding) = next(iter(market.items()))
    one = {instrument: (candles, funding)}
    in_time, late = begun(one, split), begun(one, split)
    waiting: list[tuple[int, float]] = []
    times = dict(zip(funding.time.tolist(), funding.rate.tolist(), strict=True))
    later_fired: dict[int, set[tuple[object, ...]]] = {}
    at_once: dict[int, set[tuple[object, ...]]] = {}
    without = {instrument: (candles, known(funding, 0))}
    for close, closed in live(without, in_time, split, split + DAY):
        if close in times:
            in_time.settle(instrument, close, times[close])
            waiting.append((close, times[close]))
        at_once[close] = fired_keys(in_time.take(closed))
        later_fired[close] = fired_keys(late.take(closed))
        if waiting and close >= waiting[0][0] + 3 * MINUTE:
            time, rate = waiting.pop(0)
            again = late.settle(instrument, time, rate)
            assert again is not None
            for each in [each for each in later_fired if each >= time]:
                later_fired[each] = set()
            for fired in again:
                later_fired[fired.signal.time] |= fired_keys([fired])
    assert later_fired == at_once


def test_a_look_fires_what_the_close_fires_and_leaves_no_trace(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    split = split_at(market)
    watch, blind = begun(market, split), begun(market, split)
    seen = 0
    for (close, candles), (_, same) in zip(
        live(market, watch, split, split + 6 * HOUR), live(market, blind, split, split + 6 * HOUR), strict=True
    ):
        looks = fired_keys([fired for each in candles for fired in watch.look(each)])
        closing = {each for each in looks if each[2] == close}
        fired = fired_keys(watch.take(candles))
        assert closing == fired == fired_keys(blind.take(same))
        seen += len(fired)
    assert seen > 20


def test_evidence_tells_the_numbers_behind_every_condition(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    split = split_at(market)
    watch = begun(market, split)
    fired = [each for _, candles in live(market, watch, split, split + LIVE) for each in watch.take(candles)]
    for each in fired:
        assert [text for text, _ in each.entry] == list(each.hypothesis.entry)
        assert [text for text, _ in each.confirm] == list(each.hypothesis.confirm)
        for text, values in (*each.entry, *each.confirm):
            numbers = dict(values)
            if text == "rsi(14) < 30":
                assert numbers["rsi(14)"] < 30
            if "close" in numbers and each.signal.timeframe in {5 * MINUTE, 15 * MINUTE}:
                assert numbers["close"] == each.signal.reference_price


def test_exit_conditions_hold_at_the_closes_at_which_the_backtest_leaves(
    market: dict[Instrument, tuple[Candles, Funding]],
) -> None:
    split = split_at(market)
    watch = begun(market, split)
    met: set[tuple[str, Instrument, int]] = set()
    for _, candles in live(market, watch, split, split + LIVE):
        watch.take(candles)
        met |= {(each.hypothesis, each.instrument, each.time) for each in watch.exits}
    leaving = [each for each in LIBRARY if each.exit]
    expected: set[tuple[str, Instrument, int]] = set()
    for instrument, (history, funding) in market.items():
        whole = Market(instrument=instrument, candles=history.between(None, split + LIVE), funding=funding)
        for each, found in zip(leaving, fires(whole, leaving), strict=True):
            expected |= {(each.name, instrument, time) for time in found.exit_time.tolist() if time > split}
    assert met == expected
    assert len(met) > 50
