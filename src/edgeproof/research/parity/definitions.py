"""The hypotheses of a session, from what it wrote down of them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import SessionBegan
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.write import hypothesis_toml

_NAME_LINE = re.compile(r"^name = .*$", re.MULTILINE)
_ANY_NAME = 'name = "Recorded"'


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a session watched; `unreadable` names what this version cannot read any more."""

    hypotheses: tuple[Hypothesis, ...]
    unreadable: frozenset[str]


def definitions(session: SessionBegan) -> Definitions:
    """The hypotheses a session recorded, variants told apart."""
    read = {name: _read(name, text) for name, text in session.hypotheses.items()}
    return Definitions(
        hypotheses=tuple(each for found in read.values() for each in found or ()),
        unreadable=frozenset(name for name, found in read.items() if found is None),
    )


@lru_cache(maxsize=16_384)
def _read(name: str, text: str) -> tuple[Hypothesis, ...] | None:
    # A variant is called Name[period=7], which no file may say: its text is read under another name.
    try:
        (found,) = read_hypotheses(_NAME_LINE.sub(_ANY_NAME, text, count=1), name)
    except (InputError, ValueError):
        return None
    return variants(replace(found, name=name))


def changed_since(session: SessionBegan, now: Mapping[str, Hypothesis]) -> Iterator[str]:
    """The names of hypotheses that say something else now, or are not there any more."""
    for name, text in session.hypotheses.items():
        if name not in now or hypothesis_toml(now[name]) != text:
            yield name
