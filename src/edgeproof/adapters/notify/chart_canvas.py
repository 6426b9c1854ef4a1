"""What charts are drawn on: Pillow with the font it brings, so that a picture is the same everywhere.

The extra `notify` brings Pillow; it is loaded when the first picture is drawn.
"""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from edgeproof.core.model.errors import InputError

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
Point = tuple[float, float]

BACKGROUND: Colour = (15, 20, 28)
GRID: Colour = (36, 44, 56)
FAINT: Colour = (139, 150, 166)
BRIGHT: Colour = (236, 240, 245)
# Bluish green and vermilion: people who do not tell red from green tell these apart, by hue and by brightness.
GAIN: Colour = (52, 199, 168)
LOSS: Colour = (236, 104, 58)
ENTRY: Colour = (120, 180, 255)

WIDTH, HEIGHT = 1080, 680
_EXTRA_GLYPHS = frozenset("·…±")
_LIKE = {"−": "-", "–": "-", "—": "-", "→": "->", "×": "x", "’": "'", "“": '"', "”": '"', "\u00a0": " "}  # noqa: RUF001
_FINER = 2


def blend(colour: Colour, share: float, under: Colour = BACKGROUND) -> Colour:
    """A colour through which another shines.

    >>> blend((100, 200, 0), 0.5, (0, 0, 0))
    (50, 100, 0)
    """
    red, green, blue = (round(share * over + (1 - share) * below) for over, below in zip(colour, under, strict=True))
    return red, green, blue


@lru_cache(maxsize=1024)
def writable(text: str) -> str:
    """The text in letters the font has: accents are left out, and what remains unknown is a question mark.

    >>> writable("Bär − 1 → 日")
    'Bar - 1 -> ?'
    """
    plain = unicodedata.normalize("NFKD", "".join(_LIKE.get(each, each) for each in text))
    kept = (each for each in plain if not unicodedata.combining(each))
    return "".join(each if " " <= each <= "~" or each in _EXTRA_GLYPHS else "?" for each in kept)


@lru_cache(maxsize=16)
def _font(size: int) -> "ImageFont.ImageFont | ImageFont.FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415 - an extra

    return ImageFont.load_default(size)


def _empty() -> "Image.Image":
    try:
        from PIL import Image  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError("pictures need Pillow, which is not installed: install edgeproof[notify]") from error
    return Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)


@dataclass(slots=True, eq=False)
class Canvas:
    """A picture that is being drawn. Places are pixels from the upper left."""

    _image: "Image.Image" = field(default_factory=_empty)
    _pen: "ImageDraw.ImageDraw" = field(init=False)

    def __post_init__(self) -> None:
        from PIL import ImageDraw  # noqa: PLC0415 - an extra

        self._pen = ImageDraw.Draw(self._image)

    def box(self, box: Box, colour: Colour) -> None:
        """A filled rectangle, at least one pixel wide and high."""
        left, top, right, bottom = (round(each) for each in box)
        self._pen.rectangle((left, top, max(left, right - 1), max(top, bottom - 1)), fill=colour)

    def frame(self, box: Box, colour: Colour, width: int = 2) -> None:
        """An empty rectangle; filled where it is too small to be empty."""
        left, top, right, bottom = (round(each) for each in box)
        if bottom - top <= 2 * width or right - left <= 2 * width:
            self.box(box, colour)
            return
        self._pen.rectangle((left, top, right - 1, bottom - 1), fill=BACKGROUND, outline=colour, width=width)

    def level(self, left: float, right: float, y: float, colour: Colour, *, width: int = 1, dash: int = 0) -> None:
        """A line across, dashed where `dash` is the length of a dash."""
        top = round(y - width / 2)
        step = dash * 2 if dash else round(right - left) or 1
        for start in range(round(left), round(right), step):
            end = min(round(right), start + (dash or step))
            self._pen.rectangle((start, top, max(start, end - 1), top + width - 1), fill=colour)

    def upright(self, x: float, top: float, bottom: float, colour: Colour, width: int = 1) -> None:
        """A line upright."""
        left = round(x - width / 2)
        self.box((left, min(top, bottom), left + width, max(top, bottom)), colour)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled shape."""
        self._pen.polygon([(round(x), round(y)) for x, y in points], fill=colour)

    def curve(self, points: Sequence[Point], colour: Colour, width: int = 3) -> None:
        """A smooth line through points; a dot where there is only one."""
        from PIL import Image, ImageDraw  # noqa: PLC0415 - an extra

        if len(points) == 1:
            (x, y), half = points[0], width + 1
            self._pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)
            return
        left, top = (int(min(each[axis] for each in points)) - width for axis in (0, 1))
        right, bottom = (int(max(each[axis] for each in points)) + width + 1 for axis in (0, 1))
        mask = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER))
        finer = [((x - left) * _FINER, (y - top) * _FINER) for x, y in points]
        ImageDraw.Draw(mask).line(finer, fill=255, width=width * _FINER, joint="curve")
        self._image.paste(colour, (left, top), mask.reduce(_FINER))

    def width_of(self, text: str, size: int) -> float:
        """How wide a text is."""
        return float(_font(size).getlength(writable(text)))

    def text(self, at: Point, text: str, colour: Colour, size: int, anchor: str = "lm") -> None:
        """A line of text; `anchor` says what of it stands there: l, m or r, and t, m or b."""
        self._pen.text(at, writable(text), fill=colour, font=_font(size), anchor=anchor)

    def fitted(self, text: str, size: int, room: float) -> str:
        """As much of a text as there is room for."""
        text = writable(text)
        if self.width_of(text, size) <= room:
            return text
        while text and self.width_of(f"{text}…", size) > room:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def png(self) -> bytes:
        """The picture."""
        out = io.BytesIO()
        self._image.save(out, "PNG", compress_level=1)
        return out.getvalue()
