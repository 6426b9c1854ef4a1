"""What the chart shows of a hypothesis: as of its last close, what is compared in one pane, lines at what it asks."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.candles.resample import resample
from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.model.journal import OrderNoted
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.services.dashboard.chart import Seen, candle_columns, seen, timeframes_of, trade_rows, window
from edgeproof.services.traded import Traded
from tests.support.candles import closes, walk
from tests.support.trading import LONG, closed, history, noted, traded

START = 19_700 * DAY
BASE = walk(4 * 1440, start=START)


def _hypothesis(*entry: str, timeframe: str = "15m", stop: str = "close - 2 * atr(14)", more: str = "") -> Hypothesis:
    conditions = ", ".join(f"'{each}'" for each in entry)
    text = f"""
[[hypothesis]]
name = "Tried"
timeframe = "{timeframe}"
direction = "long"
family = "volume"
reason = "to be seen"
entry = [{conditions}]
stop = "{stop}"
targets = [{{ at = "2R", fraction = 1.0 }}]
max_hold = "4h"
{more}"""
    (found,) = read_hypotheses(text, "tests")
    return found


def _seen(hypothesis: Hypothesis, timeframe: int = 15 * MINUTE, base: Candles = BASE, last: int = 60) -> Seen:
    return seen(hypothesis, base, NO_FUNDING, resample(base, timeframe)[-last:])


def _labelled(found: Seen) -> Mapping[str, Any]:
    return {each["label"]: each for each in found.indicators}


def test_window_is_the_candles_that_open_before_its_end() -> None:
    found, earlier = window(BASE, HOUR, end=START + 10 * HOUR + 1, count=3)
    assert found.open_time.tolist() == [START + each * HOUR for each in (8, 9, 10)]
    assert earlier


def test_window_with_the_first_candle_has_nothing_before_it() -> None:
    assert window(BASE, DAY, end=None, count=4)[1] is False
    assert window(BASE, DAY, end=None, count=3)[1] is True
    found, earlier = window(BASE, DAY, end=START, count=3)
    assert (len(found), earlier) == (0, False)


def test_candle_that_is_not_over_is_not_shown() -> None:
    found, _ = window(BASE[: 1440 + 59], HOUR, end=None, count=1)
    assert int(found.open_time[0]) == START + 23 * HOUR


def test_columns_say_when_candles_open_in_seconds() -> None:
    found = candle_columns(closes(1.5, 2.5, start=START))
    assert found["time"] == [START // 1_000, START // 1_000 + 60]
    assert (found["close"], found["filled"]) == ([1.5, 2.5], [False, False])


@pytest.mark.parametrize(
    ("base", "first", "count"), [(MINUTE, MINUTE, 13), (5 * MINUTE, 5 * MINUTE, 10), (DAY, DAY, 1)]
)
def test_timeframes_are_those_that_base_candles_make_up(base: int, first: int, count: int) -> None:
    assert (timeframes_of(base)[0], len(timeframes_of(base))) == (first, count)


def test_values_are_those_of_the_expression_at_the_same_close() -> None:
    found = _labelled(_seen(_hypothesis("rsi(14) < 30")))
    assert found["rsi(14)"]["values"] == evaluate_expression("rsi(14)", BASE, timeframe=15 * MINUTE)[-60:].tolist()


def test_on_finer_candles_values_stand_still_until_the_hypothesis_own_candle_closes() -> None:
    found = _labelled(_seen(_hypothesis("rsi(14) < 30"), 5 * MINUTE, last=9))["rsi(14)"]["values"]
    own = evaluate_expression("rsi(14)", BASE, timeframe=15 * MINUTE)
    # The candle that closes at :15 is the first that knows what closed then; those before it know the one before.
    assert found == [own[-4], own[-4], own[-3], own[-3], own[-3], own[-2], own[-2], own[-2], own[-1]]


def test_on_coarser_candles_values_are_those_of_the_last_close_within() -> None:
    found = _labelled(_seen(_hypothesis("rsi(14) < 30"), HOUR, last=3))["rsi(14)"]["values"]
    assert found == evaluate_expression("rsi(14)", BASE, timeframe=15 * MINUTE)[3::4][-3:].tolist()


def test_on_candles_of_which_some_closed_before_the_hypothesis_own_nothing_is_known() -> None:
    found = _labelled(_seen(_hypothesis("volume > 0", stop="close - 1"), 5 * MINUTE, last=4 * 288))["close - 1"][
        "values"
    ]
    assert found[:3] == [None, None, BASE.close[14] - 1]


def test_condition_holds_does_not_or_is_not_known_yet() -> None:
    (found,) = _seen(_hypothesis("close > sma(20)"), last=4 * 96).conditions
    assert found["text"] == "close > sma(20)"
    assert found["values"][:19] == [None] * 19
    own = resample(BASE, 15 * MINUTE).close
    expected = [bool(own[k] > own[k - 19 : k + 1].mean()) for k in range(19, len(own))]
    assert found["values"][19:] == expected


def test_condition_on_a_longer_timeframe_knows_only_what_has_closed_there() -> None:
    (found,) = _seen(_hypothesis('at("1h", close > open)'), last=8).conditions
    hours = resample(BASE, HOUR)
    held = (hours.close > hours.open).tolist()
    assert found["values"] == [held[-3]] * 3 + [held[-2]] * 4 + [held[-1]]


def test_future_changes_nothing_that_was_seen() -> None:
    hypothesis = _hypothesis("obv() > sma(obv(), 20)", 'at("1h", rsi(7)) < 60')
    whole = _seen(hypothesis, 5 * MINUTE, last=200)
    cut = len(BASE) - 50 * 5
    before = seen(hypothesis, BASE[:cut], NO_FUNDING, resample(BASE[:cut], 5 * MINUTE)[-150:])
    assert [each["values"] for each in before.indicators] == [each["values"][:150] for each in whole.indicators]
    assert [each["values"] for each in before.conditions] == [each["values"][:150] for each in whole.conditions]


def test_prices_are_among_the_candles_and_what_is_none_is_not() -> None:
    found = _labelled(_seen(_hypothesis("close > sma(20)", "rsi(14) < 70", "atr(14) > 0", "close > bb_upper(20, 2)")))
    panes = {label: each["pane"] for label, each in found.items()}
    assert panes == {
        "sma(20)": "price",
        "rsi(14)": "own",
        "atr(14)": "own",
        "bb_upper(20, 2)": "price",
        "close - 2 * atr(14)": "price",
    }


def test_what_is_held_against_the_volume_lies_over_it_where_candles_are_the_same() -> None:
    hypothesis = _hypothesis("volume > 2 * sma(volume, 20)")
    assert _labelled(_seen(hypothesis))["2 * sma(volume, 20)"]["pane"] == "volume"
    assert _labelled(_seen(hypothesis, 5 * MINUTE))["2 * sma(volume, 20)"]["pane"] == "own"


def test_numbers_that_are_compared_are_in_one_group() -> None:
    found = _labelled(
        _seen(_hypothesis("upper_wick >= 2 * body", "upper_wick >= 0.6 * candle_range", "rsi(14) < 30", "adx(14) < 30"))
    )
    groups = {label: each["group"] for label, each in found.items()}
    assert groups["upper_wick"] == groups["2 * body"] == groups["0.6 * candle_range"]
    assert len({groups["upper_wick"], groups["rsi(14)"], groups["adx(14)"], groups["close - 2 * atr(14)"]}) == 4


@pytest.mark.parametrize(
    ("entry", "label", "levels"),
    [
        ("rsi(14) < 30", "rsi(14)", [30]),
        ("30 < rsi(14) < 70", "rsi(14)", [30, 70]),
        ('at("1h", rsi(7) < 60)', "at('1h', rsi(7))", [60]),
        ("crosses_above(rsi(14), 50)", "rsi(14)", [50]),
        ("macd_hist(12, 26, 9) > -0.5 and rising(macd_hist(12, 26, 9), 2)", "macd_hist(12, 26, 9)", [-0.5]),
        ("bb_width(20, 2) <= lowest(bb_width(20, 2), 120)", "bb_width(20, 2)", []),
    ],
)
def test_lines_are_drawn_at_what_a_number_is_compared_with(entry: str, label: str, levels: list[float]) -> None:
    assert _labelled(_seen(_hypothesis(entry)))[label]["levels"] == levels


def test_stop_targets_at_a_price_and_trail_are_drawn() -> None:
    found = _hypothesis("rsi(14) < 30", more='trail = "3 * atr(22)"\n')
    (target,) = found.targets
    priced = replace(found, targets=(replace(target, at="highest(high, 20)"),))
    assert list(_labelled(_seen(priced))) == ["rsi(14)", "close - 2 * atr(14)", "highest(high, 20)", "3 * atr(22)"]


def test_market_without_a_candle_of_the_hypothesis_shows_nothing_known() -> None:
    base = BASE[:10]
    found = seen(_hypothesis("rsi(14) < 30"), base, NO_FUNDING, base)
    assert [each["values"] for each in found.indicators] == [[None] * 10] * 2
    assert [each["values"] for each in found.conditions] == [[None] * 10]


def _trades(*orders: OrderNoted, ended: bool = True) -> list[dict[str, Any]]:
    return trade_rows({LONG.id: Traded(decided=traded(), orders=orders, closed=closed() if ended else None)})


def test_trade_has_its_fills_its_stops_and_its_result() -> None:
    (found,) = _trades(*history(), noted("stop", "amended", 3_700, price=Decimal(45_000)))
    assert [(each["what"], each["price"], each["quantity"], each["is_maker"]) for each in found["fills"]] == [
        ("entry", 45_000, 0.4, False),
        ("target", 46_000, 0.2, True),
    ]
    assert found["stops"][-1] == {"at": format_time(LONG.time + 3_700_000), "price": 45_000, "kind": "initial"}
    assert (found["direction"], found["entry_price"], found["net_pnl"]) == ("long", 45_000, 184.12)


def test_entry_in_parts_is_at_their_mean_price() -> None:
    parts = [noted("entry", "filled", at, quantity=Decimal(q), price=Decimal(p)) for at, q, p in _PARTS]
    (found,) = _trades(*parts, ended=False)
    assert (found["entry_price"], found["opened_at"]) == (107.5, format_time(LONG.time + 1_000))
    assert (found["closed_at"], found["exit_price"], found["reason"]) == (None, None, None)


_PARTS = ((1, "1", "100"), (5, "3", "110"))


def test_stop_that_stays_where_it_is_has_not_moved() -> None:
    filled = noted("entry", "filled", 1, quantity=Decimal(1), price=Decimal(100))
    places = [noted("stop", "amended", at, price=Decimal(p)) for at, p in ((1, 98), (2, 98), (3, 99), (4, 99))]
    (found,) = _trades(filled, *places)
    assert [(each["price"], each["kind"]) for each in found["stops"]] == [(98, "initial"), (99, "moved")]


def test_signal_that_was_never_filled_is_no_trade() -> None:
    assert _trades(noted("entry", "intended", 0), ended=False) == []
