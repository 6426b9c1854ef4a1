"""The files of a run, as far as pages show them; what a page does not show is passed over, which makes it quick.

A run of another version may lack what this one writes: only what makes it a run must be there.
"""

from typing import Any, TypeVar

import msgspec

from edgeproof.core.model.errors import StoreError

Document = dict[str, Any]
Number = int | float | None


class Made(msgspec.Struct, frozen=True):
    """How a run was made."""

    version: str
    config: Document = {}
    seed: int | None = None


class Nothing(msgspec.Struct, frozen=True):
    """Something that is only counted."""


class RunFile(msgspec.Struct, frozen=True):
    """`run.json`."""

    run: Made
    data: tuple[Document, ...] = ()
    results: tuple[Nothing, ...] = ()
    definitions: Document = {}


class Figures(msgspec.Struct, frozen=True):
    """Statistics of trades."""

    n: Number = None
    win_rate: Number = None
    win_rate_low: Number = None
    win_rate_high: Number = None
    expectancy_r: Number = None
    profit_factor: Number = None
    cost_r: Number = None
    max_drawdown_r: Number = None


class Bars(msgspec.Struct, frozen=True):
    """What a win rate must clear."""

    needed: Number = None


class AnalysisFile(msgspec.Struct, frozen=True):
    """One analysis of `edge.json`."""

    hypothesis: str
    instruments: tuple[str, ...]
    timeframe: str = ""
    direction: str = ""
    family: str = ""
    kind: str = ""
    state: str = ""
    verdict: str = ""
    in_sample: Figures | None = None
    out_of_sample: Figures | None = None
    bars: Bars | None = None
    needed_trades: Number = None
    p_value: Number = None
    q_value: Number = None
    expectancy_low: Number = None
    expectancy_high: Number = None


class EdgeFile(msgspec.Struct, frozen=True):
    """`edge.json`."""

    analyses: tuple[AnalysisFile, ...] = ()
    states: dict[str, int] = {}
    ledger: Document | None = None
    placebos: Document | None = None
    self_checks: Document | None = None
    luck: Document | None = None


class EdgeStates(msgspec.Struct, frozen=True):
    """How `edge.json` counts its verdicts."""

    states: dict[str, int] = {}


File = TypeVar("File", RunFile, EdgeFile, EdgeStates)


def file_of(content: bytes, kind: type[File], name: str) -> File:
    """What a file of a run says.

    Raises
    ------
    StoreError
        It is damaged, or another version wrote it in a way that this one cannot read.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise StoreError(f"{name} cannot be read ({error}): make the run again, or remove its folder") from error
