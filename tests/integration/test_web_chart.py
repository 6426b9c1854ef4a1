"""The chart over the API: candles as they are stored and taken in, and what a hypothesis saw, to the last bit."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.journal import Record
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time
from edgeproof.core.signals.watch import Fired
from tests.support.candles import walk
from tests.support.charted import (
    HYPOTHESIS,
    START,
    STORED_UNTIL,
    SYMBOL,
    TEXT,
    began,
    market,
    store,
    taken,
    watched,
)
from tests.support.trading import LONG, closed, decided, noted, records, traded
from tests.support.web import write
from tests.support.web_asked import Browser, Document, browsing

STORED = (STORED_UNTIL - START) // MINUTE
NAMES = ("open", "high", "low", "close", "volume", "filled")


def _chart(browser: Browser, status: int = 200, **asked: str | int) -> Document:
    return browser.get("/chart", status, **({"symbol": SYMBOL} | asked))


def _home(home: Path, history_from: int = START, *, session: bool = True) -> Candles:
    """Twelve days are stored; the rest a session took in that began with history from a time."""
    whole = market()
    store(home, whole[:STORED])
    first: list[Record] = [began(history_from)] if session else []
    write(home, [*first, *taken(whole[STORED:])])
    return whole


def _is_shown(found: Document, candles: Candles) -> bool:
    shown = found["candles"]
    same = all(shown[name] == getattr(candles, name).tolist() for name in NAMES)
    return same and shown["time"] == (candles.open_time // 1_000).tolist()


def test_home_that_is_not_there_has_nothing_and_says_why(tmp_path: Path) -> None:
    home = tmp_path / "nothing"
    with browsing(home) as browser:
        found = browser.get("/instruments")
        refused = _chart(browser, 404)
    assert found["instruments"] == []
    assert "edgeproof data download" in found["why"]
    assert "no candles" in refused["error"]
    assert not home.exists()


def test_instruments_are_those_stored_and_those_taken_in(tmp_path: Path) -> None:
    store(tmp_path, market()[:STORED])
    write(tmp_path, [began(START), *records()])
    with browsing(tmp_path) as browser:
        found = browser.get("/instruments")
    rows = {each["symbol"]: each for each in found["instruments"]}
    assert set(rows) == {SYMBOL, "ETH/USD:USD", "SOL/USD:USD"}
    assert (rows[SYMBOL]["first"], rows["ETH/USD:USD"]["first"]) == (format_time(START), None)
    assert rows[SYMBOL]["timeframes"][:4] == ["1m", "2m", "3m", "5m"]
    assert found["why"] is None


@pytest.mark.parametrize(("timeframe", "length"), [("1m", MINUTE), ("15m", 15 * MINUTE), ("4h", 4 * HOUR)])
def test_candles_are_the_stores_and_then_those_a_session_took_in(tmp_path: Path, timeframe: str, length: int) -> None:
    whole = resample(_home(tmp_path), length)
    with browsing(tmp_path) as browser:
        assert _is_shown(_chart(browser, timeframe=timeframe, count=50), whole[-50:])
        wide = _chart(browser, timeframe=timeframe, count=5_000)
    assert _is_shown(wide, whole[-5_000:])
    assert wide["earlier"] == (len(whole) > 5_000)


@pytest.mark.parametrize("symbol", ["PF_XBTUSD", "BTCUSDT.P"])
def test_instrument_may_be_called_by_any_of_its_names(tmp_path: Path, symbol: str) -> None:
    _home(tmp_path)
    with browsing(tmp_path) as browser:
        assert _chart(browser, symbol=symbol, count=1)["symbol"] == SYMBOL


def test_candles_that_only_the_journal_has_are_shown_and_go_on(tmp_path: Path) -> None:
    whole = market()[STORED:]
    write(tmp_path, [began(START), *taken(whole[:100])])
    with browsing(tmp_path) as browser:
        assert _is_shown(_chart(browser, timeframe="1m"), whole[:100])
        write(tmp_path, taken(whole[100:130]))
        found = _chart(browser, timeframe="1m")
    assert _is_shown(found, whole[:130])
    assert not found["earlier"]


def test_corrected_candle_takes_the_place_of_the_first(tmp_path: Path) -> None:
    whole = _home(tmp_path)
    again = taken(whole[-20:-19])[0]
    right = replace(again, candle=replace(again.candle, close=again.candle.high, is_correction=True))
    with browsing(tmp_path) as browser:
        _chart(browser, timeframe="1m", count=30)
        write(tmp_path, [right])
        shown = _chart(browser, timeframe="1m", count=30)["candles"]
    assert shown["close"][10] == whole.high[-20]
    assert shown["close"][11:] == whole.close[-19:].tolist()


def test_minutes_that_nobody_has_are_filled_and_say_so(tmp_path: Path) -> None:
    whole = market()
    store(tmp_path, whole[: STORED - 10])
    write(tmp_path, [began(START), *taken(whole[STORED:])])
    columns = {each: np.delete(getattr(whole, each), slice(STORED - 10, STORED)) for each in ("open_time", *NAMES)}
    held = Candles(timeframe=MINUTE, **columns)
    with browsing(tmp_path) as browser:
        shown = _chart(browser, timeframe="1m", count=1_000)
    assert _is_shown(shown, fill_gaps(held)[-1_000:])
    assert sum(shown["candles"]["filled"]) == 10


def test_windows_go_back_to_the_first_candle_without_a_hole(tmp_path: Path) -> None:
    whole = resample(_home(tmp_path), 15 * MINUTE)
    times: list[int] = []
    end = ""
    with browsing(tmp_path) as browser:
        while True:
            found = _chart(browser, timeframe="15m", count=400, end=end)
            times = found["candles"]["time"] + times
            if not found["earlier"]:
                break
            end = format_time(times[0] * 1_000)
        assert _chart(browser, timeframe="15m", end=format_time(START))["candles"]["time"] == []
    assert times == (whole.open_time // 1_000).tolist()


def _fired(home: Path, history_from: int) -> tuple[list[Fired], Document]:
    whole = _home(home, history_from)
    first = (history_from - START) // MINUTE
    fired = watched(whole[first:STORED], whole[STORED:])
    with browsing(home) as browser:
        return fired, _chart(browser, timeframe="15m", hypothesis=HYPOTHESIS.name, count=56)


@pytest.mark.parametrize("history_from", [START, START + 3 * DAY])
def test_hypothesis_saw_what_its_signals_carry_to_the_last_bit(tmp_path: Path, history_from: int) -> None:
    fired, found = _fired(tmp_path, history_from)
    closes = [at * 1_000 + found["timeframe_ms"] for at in found["candles"]["time"]]
    columns = {each["label"]: each["values"] for each in found["indicators"]}
    assert len(fired) > 3
    for each in fired:
        row = closes.index(each.signal.time)
        seen = {part: value for _, parts in (*each.entry, *each.confirm) for part, value in parts}
        drawn = {part: columns[part][row] for part in seen if part in columns}
        assert drawn == {part: seen[part] for part in drawn}
        assert set(seen) - set(drawn) == {"volume"}
        assert columns["close - 2 * atr(14)"][row] == each.signal.stop_loss


def test_conditions_all_hold_where_signals_fired_and_nowhere_else(tmp_path: Path) -> None:
    fired, found = _fired(tmp_path, START)
    together = zip(*(each["values"] for each in found["conditions"]), strict=True)
    holds = [at for at, each in zip(found["candles"]["time"], together, strict=True) if all(each)]
    assert [at * 1_000 + found["timeframe_ms"] for at in holds] == [each.signal.time for each in fired]
    assert [each["text"] for each in found["conditions"]] == [*HYPOTHESIS.entry, *HYPOTHESIS.confirm]


@pytest.mark.parametrize("timeframe", ["1m", "15m", "1h"])
def test_nothing_that_is_seen_is_changed_by_what_comes_later(tmp_path: Path, timeframe: str) -> None:
    _home(tmp_path)
    with browsing(tmp_path) as browser:
        whole = _chart(browser, timeframe=timeframe, hypothesis=HYPOTHESIS.name, count=14)
        end = format_time(whole["candles"]["time"][7] * 1_000)
        before = _chart(browser, timeframe=timeframe, hypothesis=HYPOTHESIS.name, count=7, end=end)
    for kind in ("indicators", "conditions"):
        assert [each["values"] for each in before[kind]] == [each["values"][:7] for each in whole[kind]]


def test_definition_is_the_sessions_and_else_that_of_now(tmp_path: Path) -> None:
    _home(tmp_path)
    folder = tmp_path / "hypotheses"
    folder.mkdir()
    file = folder / "own.toml"
    other = TEXT.replace("Balance_15m", "Own_15m")
    file.write_text(TEXT.replace("rsi(14) < 55", "rsi(14) < 20") + other)
    with browsing(tmp_path) as browser:
        assert _texts(browser, "Balance_15m") == [*HYPOTHESIS.entry, *HYPOTHESIS.confirm]
        assert "rsi(14) < 55" in _texts(browser, "Own_15m")
        file.write_text(other.replace("rsi(14) < 55", "rsi(14) < 30.5"))
        assert "rsi(14) < 30.5" in _texts(browser, "Own_15m")


def _texts(browser: Browser, name: str) -> list[str]:
    return [each["text"] for each in _chart(browser, timeframe="15m", hypothesis=name, count=1)["conditions"]]


def test_hypothesis_of_finer_candles_than_there_are_is_refused_in_words(tmp_path: Path) -> None:
    store(tmp_path, walk(500, timeframe=HOUR, start=START))
    with browsing(tmp_path) as browser:
        (row,) = browser.get("/instruments")["instruments"]
        assert row["timeframes"][0] == "1h"
        assert (
            "import finer candles" in _chart(browser, 422, timeframe="1h", hypothesis="Volume_Surge_Entry_5m")["error"]
        )
        assert "expected a timeframe such as 1h" in _chart(browser, 422, timeframe="15m")["error"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"timeframe": "7x"}, "expected a timeframe"),
        ({"timeframe": "0m"}, "expected a timeframe"),
        ({"timeframe": "-5m"}, "expected a timeframe"),
        ({"timeframe": "8d"}, "expected a timeframe"),
        ({"hypothesis": "Nobody"}, "no hypothesis is called"),
        ({"end": "yesterday"}, "expected an ISO 8601 time"),
        ({"end": "1969-12-31"}, "1970"),
        ({"count": 0}, "count"),
        ({"count": 5_001}, "count"),
        ({"symbol": ""}, "symbol"),
    ],
)
def test_question_that_makes_no_sense_is_refused_in_words(
    tmp_path: Path, asked: dict[str, str | int], words: str
) -> None:
    _home(tmp_path, session=False)
    with browsing(tmp_path) as browser:
        assert words in _chart(browser, 422, **asked)["error"]


def test_trade_is_open_until_it_ends_and_shown_while_it_lasted(tmp_path: Path) -> None:
    store(tmp_path, walk(240, start=LONG.time - HOUR))
    fill = noted("entry", "filled", 1, quantity=closed().trade.quantity, price=closed().trade.entry_price)
    set_, moved = (noted("stop", what, at, price=price) for what, at, price in _STOPS)
    write(tmp_path, [*records(), decided(), traded(), noted("entry", "intended", 0), fill, set_, moved])
    with browsing(tmp_path) as browser:
        (found,) = _chart(browser, timeframe="1m", end=format_time(LONG.time + HOUR))["trades"]
        assert (found["closed_at"], found["exit_price"], found["net_pnl"]) == (None, None, None)
        write(tmp_path, [closed()])
        window = _chart(browser, timeframe="1m", end=format_time(LONG.time + HOUR))
        assert _chart(browser, timeframe="1m", end=format_time(LONG.time), count=30)["trades"] == []
    ((found,), (row,)) = window["trades"], window["signals"]
    assert (found["net_pnl"], found["reason"], found["targets"]) == (184.12, "stop", list(LONG.targets))
    assert [(each["price"], each["kind"]) for each in found["stops"]] == [(44_500, "initial"), (45_000, "moved")]
    assert (found["entry_price"], found["fills"][0]["what"], row["id"]) == (45_000, "entry", LONG.id)


_STOPS = (("intended", 1, Decimal(44_500)), ("amended", 1_800, Decimal(45_000)))
