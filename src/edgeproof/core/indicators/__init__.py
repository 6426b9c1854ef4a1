"""Indicators by family; importing this package enters every name of the language."""

from edgeproof.core.indicators import (
    anchored,
    arithmetic,
    averages,
    calendar,
    candlesticks,
    controls,
    counting,
    derivatives,
    direction,
    formations,
    momentum,
    regimes,
    structure,
    volatility,
    volume,
    windows,
)
from edgeproof.core.indicators.registry import INDICATORS

__all__ = [
    "INDICATORS",
    "anchored",
    "arithmetic",
    "averages",
    "calendar",
    "candlesticks",
    "controls",
    "counting",
    "derivatives",
    "direction",
    "formations",
    "momentum",
    "regimes",
    "structure",
    "volatility",
    "volume",
    "windows",
]
