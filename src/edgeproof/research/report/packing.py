"""Numbers small enough for a page: rounded for display, packed for transport.

The run keeps every figure in full; only what the page shows is rounded. The page unpacks with the browser's own
gzip, so that thousands of trades fit into a file that opens at once.
"""

import base64
import gzip
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray


def rounded(value: float | None, digits: int = 5) -> float | None:
    """A number to so many significant digits; None for what is no finite number.

    >>> rounded(0.123456789), rounded(-43251.87, 3), rounded(float("nan"))
    (0.12346, -43300.0, None)
    """
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def fixed(values: FloatArray, decimals: int) -> list[float | None]:
    """Numbers to so many decimals, whole ones without a point; None for what is no finite number.

    >>> fixed(np.array([1.0, 0.256, np.nan]), 2)
    [1, 0.26, None]
    """
    return [_short(value, decimals) for value in np.asarray(values, dtype=np.float64).tolist()]


def _short(value: float, decimals: int) -> float | None:
    if not math.isfinite(value):
        return None
    near = round(value, decimals)
    return int(near) if near == int(near) else near


def steps(values: IntArray) -> list[int]:
    """The first value and then every difference: sorted times become small numbers.

    >>> steps(np.array([10, 12, 17]))
    [10, 2, 5]
    """
    found: list[int] = np.diff(values, prepend=0).tolist()
    return found


def tidy(value: Any, digits: int = 5) -> Any:  # noqa: ANN401 - whatever JSON can say
    """A document with every float rounded to so many significant digits."""
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return rounded(value, digits)
        case Mapping():
            return {str(key): tidy(item, digits) for key, item in value.items()}
        case Iterable():
            return [tidy(item, digits) for item in value]
        case _:
            return str(value)


def packed_document(document: Mapping[str, Any]) -> str:
    """JSON, compressed and in base64; the same document gives the same text."""
    text = json.dumps(document, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    return _packed(text.encode())


def packed_integers(columns: IntArray) -> str:
    """Integers of 32 bits, compressed and in base64.

    All first bytes come before all second bytes: neighbours are alike that way, and compress to half.
    """
    values = np.ascontiguousarray(columns, dtype="<i4")
    planes = values.reshape(-1).view(np.uint8).reshape(-1, 4).T
    return _packed(planes.tobytes())


def _packed(content: bytes) -> str:
    return base64.b64encode(gzip.compress(content, compresslevel=9, mtime=0)).decode("ascii")
