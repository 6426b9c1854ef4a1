"""Indicators by family; importing this package enters every name of the language."""

from edgeproof.core.indicators import arithmetic, averages, direction, momentum, volatility, windows
from edgeproof.core.indicators.registry import INDICATORS

__all__ = ["INDICATORS", "arithmetic", "averages", "direction", "momentum", "volatility", "windows"]
