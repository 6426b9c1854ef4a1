"""Real candles through the replica, at high speed, into a real `scan`: it fires what the backtest fires, each once.

By default some faults are tried on a day of three instruments; `make soak` takes the week of all seven, and every fault
in turn. The signals are held against two readings that know nothing of `edgeproof parity`: the batch evaluation of the
recorded candles, and one written from the page with TA-Lib.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from edgeproof.adapters.storage.library import load_library
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.signal import Fate, signal_id
from edgeproof.core.model.time import DAY, HOUR, format_time, parse_time
from edgeproof.core.signals.hypothesis import Family, variants
from tests.parity.independent import IDEAS, hypothesis_text
from tests.support.candles import funding as funding_of
from tests.support.processes import edgeproof, replica
from tests.support.recorded import fires, is_valid
from tests.support.scanned import (
    Scanned,
    expect_each_signal_told_once,
    expect_late_closes_told,
    expect_nothing_missed,
    late_after_the_start,
    scan_words,
)
from tests.support.week import FAULTS, IS_SOAK, NAMES, chosen, instrument, make_market, source, source_funding, speed

FROM = parse_time("2025-05-18T00:00Z")
SOME, SPAN = (NAMES, 7 * DAY) if IS_SOAK else (NAMES[:3], DAY)
UNTIL = FROM + SPAN
TELLING = (
    "silent:after=15000",
    "drop:after=12000,code=1006,outage=7m,count=3",
    "drop:after=12000,code=1000,outage=7h",
    "missing:every=90",
    "reorder:every=40",
    "503:every=3,count=0",
    "clock_skew:ms=5000",
)
TRIED = tuple(FAULTS) if IS_SOAK else TELLING
WATCHED = NAMES[:6] if IS_SOAK else SOME
"""What is watched while something goes wrong; the last of the seven is listed, and may be added or expire."""
LATE = ("silent", "drop", "maintenance")
"""Faults in which time passes unseen: `missed` must tell of it."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    return make_market(tmp_path_factory.mktemp("market"))


def _scan(market: Path, home: Path, names: Sequence[str], faults: tuple[str, ...] = (), *more: str) -> Scanned:
    """Watch a replayed span; the market waits until it is listened to, and stands still soon after the end.

    At this speed it would be days further on by the time somebody has connected again.
    """
    span = ("--from", format_time(FROM), "--to", format_time(UNTIL + HOUR))
    pace = (*span, "--speed", speed(faults), "--waits")
    with replica("--home", market, *chosen((*names, NAMES[-1])), *pace, faults=faults) as url:
        done = edgeproof(*scan_words(home, url, names), "--until", format_time(UNTIL), *more, timeout=1_200)
    assert done.status == 0, done.err
    return Scanned(home)


@pytest.fixture(scope="module")
def undisturbed(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The home of a session in which nothing went wrong; it watched the five of the second reading as well."""
    home = tmp_path_factory.mktemp("undisturbed")
    own = home / "second.toml"
    own.write_text("\n".join(map(hypothesis_text, IDEAS)))
    return _scan(market, home, SOME, (), "--hypotheses", str(own))


def _expect_sound(scanned: Scanned, names: Sequence[str]) -> None:
    expect_nothing_missed(scanned, [instrument(name) for name in names], UNTIL)
    expect_each_signal_told_once(scanned)
    expect_late_closes_told(scanned)


def test_undisturbed_session_misses_nothing_and_differs_in_nothing(undisturbed: Scanned) -> None:
    _expect_sound(undisturbed, SOME)
    assert undisturbed.parity.json()["differences"] == []
    assert late_after_the_start(undisturbed) == []
    assert {each.kind for each in undisturbed.notices} == {"connected", "joined"}


@pytest.mark.parametrize("name", SOME)
def test_undisturbed_session_fires_what_the_batch_fires_on_the_recorded_candles(
    undisturbed: Scanned, name: str
) -> None:
    library = tuple(one for each in load_library() for one in variants(each) if each.family is not Family.PLACEBO)
    candles, funding = _history(undisturbed, name)
    wanted: dict[str, tuple[float, ...]] = {}
    begin = undisturbed.began_with(instrument(name)).end
    by_name = fires(library, candles, funding)
    for each in library:
        found = by_name[each.name]
        for row, is_signal in enumerate(is_valid(each, found).tolist()):
            time = int(found.time[row])
            if begin < time <= UNTIL:
                prices = (found.reference[row], found.stop[row], *found.targets[row])
                wanted[signal_id(each.name, instrument(name), time)] = (float(is_signal), *prices)
    assert _fired(undisturbed, name, {each.name for each in library}) == wanted
    assert len(wanted) > 10 * SPAN // DAY


@pytest.mark.parametrize("name", SOME)
def test_undisturbed_session_fires_what_a_second_reading_of_the_page_fires(undisturbed: Scanned, name: str) -> None:
    candles, funding = _history(undisturbed, name)
    begin = undisturbed.began_with(instrument(name)).end
    wanted: dict[str, tuple[float, ...]] = {}
    for idea, (_, reading) in IDEAS.items():
        read = reading(candles, funding)
        for each in (each for each in read.signals if begin < each.time <= UNTIL):
            levels = [read.side * (target - each.reference) > 0 for target in each.targets]
            sound = read.side * (each.reference - each.stop) > 0 and all(levels)
            found = signal_id(idea, instrument(name), each.time)
            wanted[found] = (float(sound), each.reference, each.stop, *each.targets)
    live = _fired(undisturbed, name, set(IDEAS))
    assert live.keys() == wanted.keys()
    assert all(live[key] == pytest.approx(wanted[key], rel=1e-9) for key in wanted)
    assert len(wanted) > 10 * SPAN // DAY


def _history(scanned: Scanned, name: str) -> tuple[Candles, Funding]:
    """The recorded candles since where the session's history begins, and its funding, held against the recorded."""
    used = scanned.began_with(instrument(name))
    candles = fill_gaps(source(name)).between(used.start, UNTIL)
    store = ParquetStore(scanned.home / "data")
    before = store.load_funding(instrument(name), end=used.end)
    rates = dict(zip(before.time.tolist(), before.rate.tolist(), strict=True))
    rates |= {each.at: each.funding.rate for each in scanned.funding if each.funding.instrument == instrument(name)}
    recorded = source_funding(name)
    known = dict(zip(recorded.time.tolist(), recorded.rate.tolist(), strict=True))
    assert {time: rate for time, rate in rates.items() if rate} == {
        time: rate for time, rate in known.items() if rate and min(rates) <= time <= max(rates)
    }
    times = sorted(rates)
    return candles, funding_of(times, [rates[each] for each in times])


def _fired(scanned: Scanned, name: str, hypotheses: set[str]) -> dict[str, tuple[float, ...]]:
    """What fired until the end, by id: whether it was sound, and its prices."""
    signals = [
        (each.signal, each.fate)
        for each in scanned.decisions
        if each.signal.instrument == instrument(name) and each.signal.hypothesis in hypotheses
    ]
    return {
        each.id: (float(fate is not Fate.VOID), each.reference_price, each.stop_loss, *each.targets)
        for each, fate in signals
        if each.time <= UNTIL
    }


@pytest.mark.parametrize("fault", TRIED)
def test_session_with_a_fault_misses_nothing_silently_and_doubles_nothing(
    market: Path, tmp_path: Path, fault: str
) -> None:
    scanned = _scan(market, tmp_path, WATCHED, (fault,))
    told = Counter(each.kind for each in scanned.notices)
    late = Counter(each.reason for each in scanned.late)
    if IS_SOAK:
        counts = (told, late, Counter(scanned.fates), Counter(scanned.parity.json()["causes"]))
        sys.stderr.write(f"\n| `{fault}` | {' | '.join(map(_words, counts))} |\n")
    _expect_sound(scanned, WATCHED)
    # A day may be over in the moment in which what was missed is there, before that is told of.
    expected = [kind for kind in FAULTS[fault] if IS_SOAK or kind != "restored"]
    assert [kind for kind in expected if not told[kind]] == []
    if fault.startswith(LATE):
        assert late["feed_gap"] > 0


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"
