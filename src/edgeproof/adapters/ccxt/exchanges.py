"""Which venues ccxt knows, and a connection to one of them; loaded on demand, a second that only its users pay."""

import difflib
import importlib
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Literal

from edgeproof.core.model.errors import InputError

Part = Literal["async_support", "pro"]
"""Of ccxt: "async_support" asks, "pro" watches as well and takes twice the memory."""


def open_exchange(venue: str, *, part: Part = "async_support", besides: Sequence[str] = ()) -> Any:  # noqa: ANN401
    """A connection to a venue by its ccxt id; `besides` are further names to think of when there is none.

    Raises
    ------
    InputError
        ccxt is not installed, or knows no such venue.
    """
    library = _import_ccxt(part, venue, besides)
    if venue not in library.exchanges:
        near = difflib.get_close_matches(venue, list(dict.fromkeys([*besides, *library.exchanges])), n=3, cutoff=0.5)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join([*besides, *library.exchanges])}"
        )
        raise InputError(f'expected a venue, found "{venue}"; {hint}')
    return getattr(library, venue)()


def _import_ccxt(part: Part, venue: str, besides: Sequence[str]) -> ModuleType:
    try:
        return importlib.import_module(f"ccxt.{part}")
    except ModuleNotFoundError as error:
        own = f"; without it there are {' and '.join(besides)}" if besides else ""
        raise InputError(
            f"the venue \"{venue}\" needs ccxt, which is not installed: pip install 'edgeproof[exchanges]'{own}"
        ) from error
