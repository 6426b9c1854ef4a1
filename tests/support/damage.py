"""Documents with one thing wrong: a field that is missing, or one that holds something else."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["NaN", "sNaN", "Infinity", "-1", "1e400", "1E+999999", "1e-999999", "0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where values stand in a document, inner ones too."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def without(document: Any, path: tuple[str | int, ...]) -> bytes:
    """The document with one value taken out, encoded."""
    copy, inner = _reach(document, path)
    del inner[path[-1]]
    return json.dumps(copy).encode()


def replaced(document: Any, path: tuple[str | int, ...], value: Any) -> bytes:
    """The document with another value in one place, encoded."""
    copy, inner = _reach(document, path)
    inner[path[-1]] = value
    return json.dumps(copy).encode()


def _reach(document: Any, path: tuple[str | int, ...]) -> tuple[Any, Any]:
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    return copy, inner
