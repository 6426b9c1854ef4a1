"""The recorded market of seven perpetuals, replayed from a home, and everything that is made to go wrong with it."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.instrument import Instrument
from tests.support.recorded import recorded_candles, recorded_funding

NAMES = ("BTC", "ETH", "SOL", "XRP", "ADA", "LTC", "LINK")
IS_SOAK = bool(os.environ.get("EDGEPROOF_SOAK"))

FAULTS = {
    "silent:after=15000": ("stale", "disconnected"),
    "drop:after=12000,code=1006,outage=7m,count=3": ("disconnected",),
    "drop:after=12000,code=1000,outage=7h": ("disconnected", "restored"),
    "duplicate:every=50": ("duplicate",),
    "delay:every=70,by=5": (),
    "reorder:every=40": (),
    "missing:every=90": ("gap", "repaired"),
    "late_snapshot:by=60": (),
    "alert:every=900": ("notice",),
    "error:every=900": ("refused",),
    "malformed:every=400": ("malformed",),
    "malformed:every=400,form=garbage": ("malformed",),
    "book_gap:every=50": (),
    "503:every=3,count=0": (),
    "html:every=3,count=0": (),
    "429:every=4,count=3": (),
    "slow_rest:seconds=0.2,count=0": (),
    "clock_skew:ms=5000": (),
    "maintenance:after=20h": ("disconnected",),
    "instrument_added:product=PF_LINKUSD,after=30h": ("instrument",),
    "instrument_expired:product=PF_LINKUSD,after=30h": ("instrument",),
    "tick_changed:product=PF_XBTUSD,after=30h": ("instrument",),
}
"""What is made to go wrong, and the incidents that must tell of it; none where it is mended in passing."""


def instrument(name: str) -> Instrument:
    """The perpetual of a name such as "BTC"."""
    return Instrument(name, "USD", "USD")


def chosen(names: Iterable[str]) -> list[str]:
    """The words of a call that choose instruments."""
    return [word for name in dict.fromkeys(names) for word in ("--instrument", str(instrument(name)))]


def source(name: str) -> Candles:
    """The recorded minutes of an instrument."""
    return recorded_candles(f"binance_perp_{name}USDT_1m_2025-05_2025-06")


def source_funding(name: str) -> Funding:
    """The recorded funding rates of an instrument, one every eight hours."""
    return recorded_funding(f"binance_perp_{name}USDT_funding")


def make_market(home: Path) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    store = ParquetStore(home / "data")
    for name in NAMES:
        store.save_candles(instrument(name), source(name), source="recorded")
        store.save_funding(instrument(name), source_funding(name), source="recorded")
    return home


def speed(faults: Sequence[str]) -> str:
    """As fast as can be; slower where what goes wrong is looked for by the wall, some times a second."""
    is_looked_for = any(each.startswith(("instrument", "tick", "missing")) for each in faults)
    return "20000" if is_looked_for else "max"
