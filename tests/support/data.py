"""Recorded market data, which lies beside the repository and is never part of it."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

_FOLDER = Path(os.environ.get("EDGEPROOF_TEST_DATA", REPOSITORY.parent / "shared" / "data"))


def shared(name: str) -> Path:
    """The path of a recorded file such as "candles/bitfinex_BTCUSD_1m_2017_2019.parquet"; skips where it is absent."""
    path = _FOLDER / name
    if not path.exists():
        pytest.skip(f"needs recorded data: {name} (set EDGEPROOF_TEST_DATA to the folder that holds it)")
    return path
