"""Pictures for messages: the candles before a signal with its levels, and the equity with its fall from the peak.

The same input gives the same bytes. What is no number is left out, and never stops a picture.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.adapters.notify.chart_canvas import (
    BACKGROUND,
    BRIGHT,
    ENTRY,
    FAINT,
    GAIN,
    GRID,
    HEIGHT,
    LOSS,
    WIDTH,
    Canvas,
    Colour,
    blend,
)
from edgeproof.adapters.notify.chart_scales import (
    Scale,
    apart,
    decimals_of,
    number_text,
    price_span,
    ticks,
    time_text,
    time_ticks,
)
from edgeproof.core.model.candle import COLUMNS, Candles, FloatArray, IntArray
from edgeproof.core.model.message import Levels
from edgeproof.core.model.time import format_time

SHOWN = 60
"""Candles of a picture; more of them are too thin for a phone."""

_AHEAD = 19
_LEFT, _TOP, _BOTTOM = 18, 66, 44
_VOLUME = 0.17
_SMALL, _MIDDLE, _LARGE = 21, 23, 30
_TAG = 30
_LEAST_AXIS = 96
_FAR = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A level of a signal: its price, what it is called, what is said of it."""

    price: float
    name: str
    note: str
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plot:
    """Where candles are drawn: slots of `step` pixels from `left` on, `now` is where they end and the future begins."""

    left: float
    now: float
    right: float
    step: float
    prices: Scale
    volumes: Scale
    first: int
    timeframe: int
    decimals: int

    def x(self, time: int) -> float:
        return self.left + (time - self.first) / self.timeframe * self.step


def signal_chart(candles: Candles, levels: Levels, title: str) -> bytes:
    """The candles up to a signal, with volume, and its entry, stop and targets, as a PNG.

    Candles that close after the signal are not shown; where some are missing, there is a gap. A target that would press
    the candles together is told at the edge.
    """
    shown = _shown(candles, levels)
    canvas, marks = Canvas(), tuple(_marks(levels))
    plot = _plot(canvas, shown, levels, marks)
    heights = [plot.prices.y(each.price) for each in marks]
    places = apart(heights, _TAG + 2, _TOP + _TAG / 2, plot.prices.bottom - _TAG / 2)
    _draw_title(canvas, title)
    _draw_zones(canvas, plot, levels)
    _draw_axes(canvas, plot, places)
    _draw_candles(canvas, plot, shown)
    _draw_levels(canvas, plot, marks)
    _draw_tags(canvas, plot, marks, places)
    return canvas.png()


def _draw_title(canvas: Canvas, title: str, said: str = "", colour: Colour = BRIGHT) -> None:
    right = WIDTH - _LEFT - (canvas.width_of(said, _LARGE) + _LEFT if said else 0)
    canvas.text((_LEFT, _TOP / 2), canvas.fitted(title, _LARGE, right - _LEFT), BRIGHT, _LARGE)
    canvas.text((WIDTH - _LEFT, _TOP / 2), said, colour, _LARGE, "rm")


def _shown(candles: Candles, levels: Levels) -> Candles:
    """The last candles before the signal that have prices."""
    part = candles.between(levels.time - SHOWN * candles.timeframe, levels.time)
    whole = np.all([np.isfinite(getattr(part, each)) for each in COLUMNS[:4]], axis=0)
    columns = {each: getattr(part, each)[whole] for each in (*COLUMNS, "open_time", "filled")}
    return Candles(timeframe=part.timeframe, **columns)


def _marks(levels: Levels) -> Iterator[_Mark]:
    """The levels that are numbers, with how far they are from the entry and in units of the risk."""
    entry, risk = levels.entry, abs(levels.entry - levels.stop_loss)

    def away(price: float) -> str:
        share = (price / entry - 1) * 100 if entry else math.nan
        return f"{share:+.{2 if abs(share) < _FAR else 0}f}%" if math.isfinite(share) else ""

    def in_r(price: float) -> str:
        reward = levels.direction * (price - entry) / risk if risk > 0 else math.nan
        return f"{reward:+.1f}R" if math.isfinite(reward) else ""

    word = "LONG" if levels.direction > 0 else "SHORT"
    found = [_Mark(price=entry, name="ENTRY", note=word, colour=ENTRY)]
    found += [_Mark(price=levels.stop_loss, name="STOP", note=away(levels.stop_loss), colour=LOSS)]
    for number, price in enumerate(levels.targets, 1):
        name = "TARGET" if len(levels.targets) == 1 else f"T{number}"
        found.append(_Mark(price=price, name=name, note=f"{away(price)} {in_r(price)}".strip(), colour=GAIN))
    return (each for each in found if math.isfinite(each.price))


def _plot(canvas: Canvas, shown: Candles, levels: Levels, marks: Sequence[_Mark]) -> _Plot:
    anchors = [*shown.high.tolist(), *shown.low.tolist(), levels.entry, levels.stop_loss]
    low, high = price_span(anchors, levels.targets)
    decimals = decimals_of([*shown.close.tolist(), levels.entry])
    widest = max(canvas.width_of(number_text(each, decimals), _MIDDLE) for each in (low, high, *_prices(marks)))
    right = WIDTH - max(_LEAST_AXIS, math.ceil(widest) + 22)
    bottom = HEIGHT - _BOTTOM
    volumes_top = bottom - _VOLUME * (bottom - _TOP)
    step = (right - _LEFT) / (SHOWN + _AHEAD)
    most = float(np.nanmax(shown.volume, initial=0.0)) if len(shown) else 0.0
    return _Plot(
        left=_LEFT,
        now=_LEFT + SHOWN * step,
        right=right,
        step=step,
        prices=Scale(low=low, high=high, top=_TOP, bottom=volumes_top - 10),
        volumes=Scale(low=0.0, high=most if most > 0 and math.isfinite(most) else 1.0, top=volumes_top, bottom=bottom),
        first=levels.time - SHOWN * shown.timeframe,
        timeframe=shown.timeframe,
        decimals=decimals,
    )


def _prices(marks: Sequence[_Mark]) -> tuple[float, ...]:
    return tuple(each.price for each in marks)


def _draw_zones(canvas: Canvas, plot: _Plot, levels: Levels) -> None:
    """What may be lost, and what may be gained: to the right of what has happened."""
    reach = [each for each in levels.targets if math.isfinite(each)]
    best = max(reach, key=lambda each: levels.direction * each, default=levels.entry)
    for price, colour in ((levels.stop_loss, LOSS), (best, GAIN)):
        if math.isfinite(price) and math.isfinite(levels.entry):
            top, bottom = sorted((plot.prices.y(price), plot.prices.y(levels.entry)))
            canvas.box((plot.now, top, plot.right, bottom), blend(colour, 0.22))


def _draw_axes(canvas: Canvas, plot: _Plot, taken: Sequence[float]) -> None:
    """Round prices, where no level is told, and round times."""
    bottom = plot.volumes.bottom
    values, decimals = ticks(plot.prices.low, plot.prices.high, 7)
    for value in values:
        y = plot.prices.y(value)
        canvas.level(plot.left, plot.now, y, GRID)
        if all(abs(y - each) > _TAG for each in taken) and y > _TOP + _SMALL / 2:
            canvas.text((plot.right + 12, y), number_text(value, decimals), FAINT, _SMALL)
    for time in time_ticks(plot.first, plot.first + SHOWN * plot.timeframe, 6):
        x = plot.x(time)
        canvas.upright(x, _TOP, bottom, GRID)
        if plot.left + 24 < x < plot.now - 8:
            canvas.text((x, bottom + _BOTTOM / 2), time_text(time), FAINT, _SMALL, "mm")
    moment = format_time(plot.first + SHOWN * plot.timeframe)
    words = f"{moment[:10]} {moment[11:16]} UTC"
    canvas.text((WIDTH - 14, bottom + _BOTTOM / 2), words, BRIGHT, _SMALL, "rm")
    canvas.upright(plot.now, _TOP, bottom, FAINT)
    canvas.level(plot.left, plot.right, bottom, GRID, width=2)


def _draw_candles(canvas: Canvas, plot: _Plot, shown: Candles) -> None:
    """Rising ones are hollow, falling ones full: they differ even without colours."""
    half = max(1.0, plot.step * 0.36)
    columns = (getattr(shown, each).tolist() for each in (*COLUMNS, "open_time"))
    for open_, high, low, close, volume, time in zip(*columns, strict=True):
        x = round(plot.x(time) + plot.step / 2)
        is_up = close >= open_
        colour = GAIN if is_up else LOSS
        if volume > 0 and math.isfinite(volume):
            canvas.box((x - half, plot.volumes.y(volume), x + half, plot.volumes.bottom), blend(colour, 0.45))
        canvas.upright(x, plot.prices.y(high), plot.prices.y(low), colour, width=2)
        top, bottom = sorted((plot.prices.y(open_), plot.prices.y(close)))
        body = (x - half, top, x + half, max(bottom, top + 2))
        (canvas.frame if is_up else canvas.box)(body, colour)


def _draw_levels(canvas: Canvas, plot: _Plot, marks: Sequence[_Mark]) -> None:
    for mark in marks:
        if plot.prices.shows(mark.price):
            y = plot.prices.y(mark.price)
            canvas.level(plot.left, plot.now, y, blend(mark.colour, 0.55), width=2, dash=6)
            canvas.level(plot.now, plot.right, y, mark.colour, width=3)


def _draw_tags(canvas: Canvas, plot: _Plot, marks: Sequence[_Mark], places: Sequence[float]) -> None:
    """The name of each level in the zones and its price on the axis, moved apart where they would meet."""
    for mark, place in zip(marks, places, strict=True):
        y, top, bottom = plot.prices.y(mark.price), place - _TAG / 2, place + _TAG / 2
        canvas.polygon([(plot.right - 10, y), (plot.right + 2, place - 7), (plot.right + 2, place + 7)], mark.colour)
        canvas.box((plot.right + 2, top, WIDTH - 4, bottom), mark.colour)
        canvas.text((plot.right + 12, place), number_text(mark.price, plot.decimals), BACKGROUND, _MIDDLE)
        beyond = "" if plot.prices.shows(mark.price) else "far: "
        words = canvas.fitted(f"{beyond}{mark.name} {mark.note}".strip(), _SMALL, plot.right - plot.now - 32)
        canvas.box((plot.now + 6, top, plot.now + 18 + canvas.width_of(words, _SMALL), bottom), blend(mark.colour, 0.3))
        canvas.text((plot.now + 12, place), words, BRIGHT, _SMALL)


def equity_chart(times: IntArray, values: FloatArray, title: str) -> bytes:
    """The equity over time (UTC milliseconds) with its fall from the peak beneath, as a PNG.

    What is no number is left out. Points are in order of time.
    """
    known = np.isfinite(values)
    time, value = times[known], values[known]
    canvas = Canvas()
    if len(value) == 0:
        _draw_title(canvas, title)
        canvas.text((WIDTH / 2, HEIGHT / 2), "no equity is known", FAINT, _LARGE, "mm")
        return canvas.png()
    change = (float(value[-1]) / float(value[0]) - 1) * 100 if value[0] else math.nan
    said = f"{change:+.2f}%" if math.isfinite(change) else ""
    _draw_title(canvas, title, f"{number_text(float(value[-1]), 2)}  {said}", GAIN if value[-1] >= value[0] else LOSS)
    _draw_equity(canvas, time, value)
    return canvas.png()


def _draw_equity(canvas: Canvas, time: IntArray, value: FloatArray) -> None:
    low, high = price_span([*value.tolist()])
    bottom = HEIGHT - _BOTTOM
    middle = bottom - 0.26 * (bottom - _TOP)
    equity = Scale(low=low, high=high, top=_TOP, bottom=middle - 16)
    values, decimals = ticks(low, high, 6)
    widest = max(canvas.width_of(number_text(each, decimals), _SMALL) for each in (low, high))
    right = WIDTH - max(_LEAST_AXIS, math.ceil(widest) + 22)
    for each in values:
        canvas.level(_LEFT, right, equity.y(each), GRID)
        canvas.text((right + 12, equity.y(each)), number_text(each, decimals), FAINT, _SMALL)
    xs = _places(time, _LEFT, right)
    _draw_times(canvas, time, right)
    colour = GAIN if value[-1] >= value[0] else LOSS
    points = list(zip(xs, [equity.y(each) for each in value.tolist()], strict=True))
    canvas.level(_LEFT, right, equity.y(float(value[0])), FAINT, width=2, dash=6)
    canvas.curve(points, colour)
    _draw_drawdown(canvas, xs, value, middle + 26, right)


def _places(time: IntArray, left: float, right: float) -> list[float]:
    """Where times stand across; all at the left where there is only one."""
    span = float(time[-1] - time[0]) or 1.0
    places: list[float] = (left + (time - time[0]) / span * (right - left - 6)).tolist()
    return places


def _draw_times(canvas: Canvas, time: IntArray, right: float) -> None:
    start, end, bottom = int(time[0]), int(time[-1]), HEIGHT - _BOTTOM
    marks = time_ticks(start, end, 7) if end > start else ()
    for each in marks:
        x = _LEFT + (each - start) / (end - start) * (right - _LEFT - 6)
        canvas.upright(x, _TOP, bottom, GRID)
        if _LEFT + 24 < x < right - 24:
            canvas.text((x, bottom + _BOTTOM / 2), time_text(each), FAINT, _SMALL, "mm")
    canvas.text((WIDTH - 14, bottom + _BOTTOM / 2), "UTC", BRIGHT, _SMALL, "rm")


def _draw_drawdown(canvas: Canvas, xs: Sequence[float], value: FloatArray, top: float, right: float) -> None:
    """The fall from the peak so far, down from a line; the deepest is told."""
    peak = np.maximum.accumulate(value)
    fall = np.divide(value - peak, peak, out=np.zeros(len(value)), where=peak > 0)
    worst, bottom = float(fall.min()), HEIGHT - _BOTTOM
    scale = Scale(low=min(worst * 1.1, -1e-9), high=0.0, top=top, bottom=bottom - 4)
    points = [(x, scale.y(each)) for x, each in zip(xs, fall.tolist(), strict=True)]
    canvas.polygon([(xs[0], top), *points, (xs[-1], top)], blend(LOSS, 0.5))
    canvas.level(_LEFT, right, top, FAINT, width=2)
    canvas.text((_LEFT + 4, top - 18), "Fall from the peak", FAINT, _SMALL)
    canvas.text((right + 12, top), "0%", FAINT, _SMALL)
    if worst < 0:
        canvas.text((right + 12, scale.y(worst)), f"{worst * 100:.2f}%", LOSS, _SMALL)
