import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.exchange import messages
from edgeproof.exchange.channels import BOOK, HEARTBEAT, TRADE, Outgoing, channel
from edgeproof.exchange.distortion import Distortion
from edgeproof.exchange.faults import KINDS, Active, make_fault, parse_fault

OWN = channel(TRADE, 0)


def batch(*numbers: int, of: int = OWN) -> list[Outgoing]:
    return [(of, messages.frame(b'{"seq":%d}' % number), number) for number in numbers]


def active(words: str, seed: int = 0) -> Active:
    return Active(fault=parse_fault(words), seed=seed, number=0)


def after(words: str, *batches: list[Outgoing], seed: int = 0) -> list[int]:
    distortion = Distortion([active(words, seed)])
    return [number for each in batches for _, _, number in distortion.apply(each)]


@pytest.mark.parametrize("name", KINDS)
def test_every_fault_is_made_by_its_name_alone(name: str) -> None:
    assert dict(parse_fault(name).values) == {key: known.default for key, known in KINDS[name].items()}


def test_fault_with_words_reads_durations_and_numbers() -> None:
    fault = parse_fault("maintenance: after=1h, down=90s ,post_only=500")
    assert [fault.whole(key) for key in ("after", "down", "post_only")] == [3_600_000, 90_000, 500]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("dorp", 'no fault is called "dorp"; did you mean "drop"?; there are silent, drop'),
        ("drop:cod=1", 'has no key "cod"; did you mean "code"?; it has after, count, code, outage'),
        ("missing:rate=2", 'expected rate to be something such as 0.01 (the share of messages it strikes), found "2"'),
        ("maintenance:after=soon", "expected after to be something such as 600000"),
        ("drop:code=1005", "expected code to be something such as 1006"),
        ("drop:after=-1", "expected after to be something such as 200"),
        ("silent:pings=maybe", "whether pings are still answered: yes or no"),
        ("malformed:form=quarter", "expected form to be something such as half"),
        ("slow_rest:seconds=nan", "expected seconds to be something such as 1.0"),
    ],
)
def test_fault_with_wrong_words_is_refused_with_the_known_ones(words: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_fault(words)
    assert message in str(refused.value)


def test_missing_takes_every_nth_trade_so_often() -> None:
    assert after("missing:every=3,count=2", batch(*range(1, 13))) == [1, 2, 4, 5, 7, 8, 9, 10, 11, 12]


def test_missing_after_some_lets_them_pass() -> None:
    assert after("missing:every=1,after=2,count=1", batch(1, 2, 3, 4)) == [1, 2, 4]


def test_missing_by_rate_strikes_by_seed_and_number_alone() -> None:
    whole = after("missing:rate=0.5", batch(*range(50)))
    cut = after("missing:rate=0.5", batch(*range(20)), batch(*range(20, 50)))
    assert whole == cut
    assert whole != after("missing:rate=0.5", batch(*range(50)), seed=1)
    assert 10 < len(whole) < 40


def test_delay_over_the_end_of_a_batch_waits_for_its_channel() -> None:
    other = batch(7, 8, 9, of=channel(TRADE, 1))
    assert after("delay:every=2,count=1,by=2", batch(1, 2), other, batch(3, 4, 5)) == [1, 7, 8, 9, 3, 4, 2, 5]


def test_release_gives_back_what_was_held() -> None:
    distortion = Distortion([active("delay:every=1,count=1")])
    assert distortion.apply(batch(1)) == []
    assert distortion.release() == batch(1)
    assert distortion.release() == []


def test_reorder_swaps_with_the_next() -> None:
    assert after("reorder:every=2,count=1", batch(1, 2, 3, 4)) == [1, 3, 2, 4]


def test_book_gap_leaves_trades_alone() -> None:
    book = batch(1, 2, 3, of=channel(BOOK, 0))
    assert after("book_gap:every=1,count=1", batch(1), book) == [1, 2, 3]


def test_heartbeats_are_no_trades() -> None:
    assert after("missing:every=1", batch(0, of=HEARTBEAT)) == [0]


def test_faults_work_one_after_the_other() -> None:
    distortion = Distortion([active("missing:every=2"), active("duplicate:every=1")])
    assert [number for _, _, number in distortion.apply(batch(1, 2, 3))] == [1, 1, 3, 3]


def test_make_fault_writes_back_as_its_words() -> None:
    fault = make_fault("drop", {"after": "7"})
    assert parse_fault(str(fault)) == fault
