"""The pictures, looked at where something must be; not pixel by pixel, which another Pillow draws differently."""

import io
import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from edgeproof.adapters.notify.chart import SHOWN, equity_chart, signal_chart
from edgeproof.adapters.notify.chart_canvas import BACKGROUND, ENTRY, GAIN, HEIGHT, LOSS, WIDTH, blend
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.message import Levels
from edgeproof.core.model.time import MINUTE
from tests.support.candles import columns, rows, walk

CANDLES = walk(80)
END = int(CANDLES.close_time[-1])
PRICE = float(CANDLES.close[-1])
LONG = Levels(
    timeframe=MINUTE, time=END, direction=1, entry=PRICE, stop_loss=PRICE * 0.99, targets=(PRICE * 1.01, PRICE * 1.02)
)
SHORT = replace(LONG, direction=-1, stop_loss=PRICE * 1.01, targets=(PRICE * 0.99,))


def picture(png: bytes) -> Image.Image:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    image = Image.open(io.BytesIO(png))
    image.load()
    assert image.size == (WIDTH, HEIGHT)
    return image.convert("RGB")


def heights(image: Image.Image, colour: tuple[int, int, int], *, right: bool = True) -> list[int]:
    """The rows in which a colour stands, in the right or the left half."""
    pixels = np.asarray(image)
    half = pixels[:, WIDTH // 2 :] if right else pixels[:, : WIDTH // 2]
    return np.flatnonzero((half == np.array(colour)).all(axis=2).any(axis=1)).tolist()


def middle(values: list[int]) -> float:
    return (min(values) + max(values)) / 2


def scaled(candles: Candles, factor: float) -> Candles:
    open_, high, low, close = (getattr(candles, each) * factor for each in ("open", "high", "low", "close"))
    return columns(open_, high, low, close, candles.volume)


def test_signal_chart_long_reward_stands_above_risk() -> None:
    image = picture(signal_chart(CANDLES, LONG, "LONG BTC/USD 1m"))

    assert middle(heights(image, blend(GAIN, 0.22))) < middle(heights(image, ENTRY))
    assert middle(heights(image, ENTRY)) < middle(heights(image, blend(LOSS, 0.22)))


def test_signal_chart_short_reward_stands_below_risk() -> None:
    image = picture(signal_chart(CANDLES, SHORT, "SHORT BTC/USD 1m"))

    assert middle(heights(image, blend(LOSS, 0.22))) < middle(heights(image, blend(GAIN, 0.22)))


def test_signal_chart_same_input_has_the_same_bytes() -> None:
    assert signal_chart(CANDLES, LONG, "x") == signal_chart(CANDLES, LONG, "x")


def test_signal_chart_later_candles_are_not_shown() -> None:
    before = CANDLES[:70]
    at = replace(LONG, time=int(before.close_time[-1]))

    assert signal_chart(CANDLES, at, "x") == signal_chart(before, at, "x")


def test_signal_chart_older_candles_than_fit_are_not_shown() -> None:
    assert signal_chart(CANDLES, LONG, "x") == signal_chart(CANDLES[-SHOWN:], LONG, "x")


def test_signal_chart_one_candle_is_drawn() -> None:
    assert heights(picture(signal_chart(CANDLES[-1:], LONG, "x")), ENTRY)


def test_signal_chart_no_candle_shows_the_levels() -> None:
    assert heights(picture(signal_chart(CANDLES[:0], LONG, "x")), ENTRY)


def test_signal_chart_gap_stays_empty() -> None:
    kept = np.ones(len(CANDLES), bool)
    kept[30:50] = False
    names = ("open_time", "open", "high", "low", "close", "volume", "filled")
    gap = Candles(timeframe=MINUTE, **{each: getattr(CANDLES, each)[kept] for each in names})
    whole, with_gap = (np.asarray(picture(signal_chart(each, LONG, "x"))) for each in (CANDLES, gap))
    inks = [(each[540:630, 200:400] != np.array(BACKGROUND)).any(axis=2).sum() for each in (whole, with_gap)]

    assert inks[1] < inks[0] / 3


@pytest.mark.parametrize("factor", [1.234e-7, 1e-12, 1.0, 1e9])
def test_signal_chart_huge_and_tiny_prices_look_alike(factor: float) -> None:
    levels = replace(
        LONG,
        entry=PRICE * factor,
        stop_loss=LONG.stop_loss * factor,
        targets=tuple(each * factor for each in LONG.targets),
    )
    image = picture(signal_chart(scaled(CANDLES, factor), levels, "x"))

    usual = picture(signal_chart(CANDLES, LONG, "x"))
    assert abs(middle(heights(image, ENTRY)) - middle(heights(usual, ENTRY))) <= 2


def test_signal_chart_target_far_away_leaves_the_candles_their_height() -> None:
    far = replace(LONG, targets=(LONG.targets[0], PRICE * 50))
    near = replace(LONG, targets=LONG.targets[:1])
    drawn = [heights(picture(signal_chart(CANDLES, each, "x")), LOSS, right=False) for each in (far, near)]

    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    "levels",
    [
        replace(LONG, targets=(math.nan, PRICE * 1.01)),
        replace(LONG, targets=()),
        replace(LONG, stop_loss=math.nan),
        replace(LONG, stop_loss=PRICE),
        replace(LONG, entry=math.inf),
        replace(LONG, entry=math.nan, stop_loss=math.nan, targets=()),
        replace(LONG, entry=0.0),
        replace(LONG, targets=tuple(PRICE * (1 + each / 1e6) for each in range(12))),
    ],
)
def test_signal_chart_senseless_levels_make_a_picture_all_the_same(levels: Levels) -> None:
    picture(signal_chart(CANDLES, levels, "x"))


def test_signal_chart_candles_that_are_no_numbers_are_left_out() -> None:
    high = CANDLES.high.copy()
    volume = CANDLES.volume.copy()
    high[-5], volume[-7] = math.nan, math.nan
    odd = columns(CANDLES.open, high, CANDLES.low, CANDLES.close, volume)

    picture(signal_chart(odd, LONG, "x"))


def test_signal_chart_flat_market_is_drawn() -> None:
    flat = rows(*[(5.0, 5.0, 5.0, 5.0, 0.0)] * 60)
    picture(signal_chart(flat, replace(LONG, entry=5.0, stop_loss=5.0, targets=(5.0,)), "x"))


@pytest.mark.parametrize("title", ["", "W" * 500, "日本 \U0001f680 é\n\t<b>"])
def test_signal_chart_any_title_fits(title: str) -> None:
    picture(signal_chart(CANDLES, LONG, title))


def test_signal_chart_without_pillow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(InputError, match=r"edgeproof\[notify\]"):
        signal_chart(CANDLES, LONG, "x")


def test_equity_chart_risen_is_the_colour_of_gain() -> None:
    times, values = np.arange(5) * MINUTE, np.array([100.0, 103.0, 101.0, 104.0, 106.0])
    image = picture(equity_chart(times, values, "Equity"))

    assert heights(image, GAIN)
    assert heights(image, blend(LOSS, 0.5))


def test_equity_chart_fallen_is_the_colour_of_loss() -> None:
    image = picture(equity_chart(np.arange(3) * MINUTE, np.array([100.0, 99.0, 98.0]), "Equity"))

    assert heights(image, LOSS)
    assert not heights(image, GAIN)


@pytest.mark.parametrize(
    "values", [[], [math.nan, math.nan], [100.0], [100.0, math.nan, 101.0], [0.0, 0.0], [-5.0, 3.0], [1e12, 2e12]]
)
def test_equity_chart_few_or_odd_values_make_a_picture(values: list[float]) -> None:
    picture(equity_chart(np.arange(len(values), dtype=np.int64) * MINUTE, np.array(values, float), "Equity"))
