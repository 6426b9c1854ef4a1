"""Funding rates out of a user's file."""

from pathlib import Path

import numpy as np

from edgeproof.adapters.storage.importing.candles import add_duplicates
from edgeproof.adapters.storage.importing.columns import TIME, choose, numbers, one_instrument, times
from edgeproof.adapters.storage.importing.problems import Problems
from edgeproof.adapters.storage.importing.table import read_table
from edgeproof.core.model.candle import Funding
from edgeproof.core.model.time import MINUTE

NAMES = {
    "timestamp": TIME,
    # Kraken gives an absolute rate under the plain name beside the relative one: the relative one comes first.
    "rate": ("relativefundingrate", "rate", "fundingrate", "lastfundingrate", "relativerate", "funding"),
}


def read_funding(path: Path) -> Funding:
    """The funding rates of a CSV or Parquet file in time order, their times floored to the whole minute.

    Raises
    ------
    DataError
        The file cannot be read, or has bad rows (all named, up to twenty).
    """
    table = read_table(path)
    one_instrument(table)
    chosen = choose(table, NAMES)
    problems = Problems(table)
    time = times(chosen["timestamp"], problems) // MINUTE * MINUTE
    rate = numbers(chosen["rate"], "rate", problems)
    problems.add(
        np.abs(rate) >= 1,
        lambda row: f"expected a relative rate per period, such as 0.0001 for 0.01 %, found {rate[row]}",
    )
    add_duplicates(time, problems)
    problems.refuse()
    order = np.argsort(time, kind="stable")
    return Funding(time=time[order], rate=rate[order])
