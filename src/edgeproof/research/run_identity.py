"""What makes two runs the same run: code, configuration, data, hypotheses and seed, hashed into its id.

The same id gives the same bits, so a result can be named, kept and found again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from edgeproof import __version__
from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.signals.hypothesis import Hypothesis

_SOURCES = (".py", ".toml")
_ID_LENGTH = 16


@cache
def code_version() -> str:
    """The version, and a digest of every source file of the package: a change of one character is another version."""
    digest = hashlib.sha256()
    for name, file in sorted(_sources(resources.files("edgeproof"), "")):
        digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _sources(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    found: list[tuple[str, Traversable]] = []
    for each in folder.iterdir():
        name = f"{prefix}{each.name}"
        if each.is_dir():
            found += _sources(each, f"{name}/")
        elif name.endswith(_SOURCES):
            found.append((name, each))
    return found


def data_digest(candles: Candles, funding: Funding) -> str:
    """A digest of every value of the base candles and the funding of one instrument."""
    digest = hashlib.sha256(f"{candles.timeframe} {len(candles)} {len(funding)}".encode())
    for name in ("open_time", *COLUMNS, "filled"):
        digest.update(getattr(candles, name).tobytes())
    digest.update(funding.time.tobytes() + funding.rate.tobytes())
    return digest.hexdigest()


def run_id(
    config: Mapping[str, object], data: Mapping[str, str], hypotheses: Sequence[Hypothesis], *, seed: int = 0
) -> str:
    """The id of a run over `data` (digest by instrument)."""
    parts = {
        "code": code_version(),
        "config": config,
        "data": data,
        "hypotheses": [asdict(hypothesis) for hypothesis in hypotheses],
        "seed": seed,
    }
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
