"""Names of instruments: unified inside, the venue's id and the chart's name at the edges."""

import re
from dataclasses import dataclass

from edgeproof.core.model.errors import InputError

_UNIFIED = re.compile(r"([A-Z0-9]+)/([A-Z0-9]+):([A-Z0-9]+)")
_VENUE = re.compile(r"P[FI]_([A-Z0-9]+)(USD)")
_CHART = re.compile(r"([A-Z0-9]+?)(USDT|USD|USDC)\.P")
_XBT = {"XBT": "BTC"}
_QUOTES = {"USDT": "USD"}


@dataclass(frozen=True, slots=True, order=True)
class Instrument:
    """A perpetual future by its unified name, `BTC/USD:USD`.

    >>> parse_instrument("PF_XBTUSD").unified
    'BTC/USD:USD'
    >>> parse_instrument("BTCUSDT.P").venue_symbol
    'PF_XBTUSD'
    """

    base: str
    quote: str
    settle: str

    def __hash__(self) -> int:
        # Asked for at every event, many times: text keeps its hash, and two perpetuals of one base are rare.
        return hash(self.base)

    @property
    def unified(self) -> str:
        """The name used inside, `BTC/USD:USD`."""
        return f"{self.base}/{self.quote}:{self.settle}"

    @property
    def venue_symbol(self) -> str:
        """Kraken Futures' id, `PF_XBTUSD`."""
        return f"PF_{'XBT' if self.base == 'BTC' else self.base}{self.quote}"

    @property
    def chart_symbol(self) -> str:
        """The name traders know from charts, `BTCUSDT.P`."""
        return f"{self.base}{'USDT' if self.quote == 'USD' else self.quote}.P"

    def __str__(self) -> str:
        return self.unified


def parse_instrument(text: str) -> Instrument:
    """The instrument of a unified name, a venue id or a chart name; anything else is an error."""
    name = text.strip().upper()
    if match := _UNIFIED.fullmatch(name):
        return Instrument(*match.groups())
    if match := _VENUE.fullmatch(name):
        return Instrument(_XBT.get(match[1], match[1]), match[2], match[2])
    if match := _CHART.fullmatch(name):
        quote = _QUOTES.get(match[2], match[2])
        return Instrument(_XBT.get(match[1], match[1]), quote, quote)
    raise InputError(f'expected an instrument such as BTC/USD:USD, PF_XBTUSD or BTCUSDT.P, found "{text}"')
