"""What the words of a call mean: hypotheses by name, instruments that are stored, times."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from edgeproof.cli.context import Context
from edgeproof.config import Settings, load_settings
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import parse_time
from edgeproof.core.signals.hypothesis import Family, Hypothesis, variants
from edgeproof.ports import CandleStore

_WILD = frozenset("*?[")


def select_hypotheses(
    library: Sequence[Hypothesis], names: Sequence[str], families: Sequence[str] = ()
) -> tuple[Hypothesis, ...]:
    """The hypotheses of the given names or globs (all when none is given) and families, each as its variants.

    A name in any case is understood; one that nothing has is an error with the nearest known name.
    """
    chosen = [hypothesis for hypothesis in library if _in_families(hypothesis, families)]
    wanted = {hypothesis.name for name in names for hypothesis in _named(name, library)}
    if names:
        chosen = [hypothesis for hypothesis in chosen if hypothesis.name in wanted]
    if not chosen:
        raise InputError(f"expected hypotheses of {_words(names)} in the family {_words(families)}, found none")
    return tuple(variant for hypothesis in chosen for variant in variants(hypothesis))


def _in_families(hypothesis: Hypothesis, families: Sequence[str]) -> bool:
    known = [family.value for family in Family]
    for family in families:
        if family not in known:
            raise InputError(f'no family is called "{family}"{_hint(family, known)} There are {", ".join(known)}.')
    return not families or hypothesis.family.value in families


def _named(name: str, library: Sequence[Hypothesis]) -> list[Hypothesis]:
    if _WILD & set(name):
        found = [hypothesis for hypothesis in library if fnmatchcase(hypothesis.name.lower(), name.lower())]
    else:
        found = [hypothesis for hypothesis in library if hypothesis.name.lower() == name.lower()]
    if not found:
        raise InputError(
            f'no hypothesis is called "{name}"{_hint(name, [each.name for each in library])} '
            "All names: edgeproof hypotheses list"
        )
    return found


def names_among(words: Sequence[str], known: Iterable[str]) -> frozenset[str]:
    """The known names that names or globs mean, in any case; one that means nothing is an error with the nearest."""
    names = sorted(known)
    found: set[str] = set()
    for word in words:
        meant = {name for name in names if name.lower() == word.lower() or fnmatchcase(name.lower(), word.lower())}
        if not meant:
            raise InputError(f'no hypothesis that was traded is called "{word}"{_hint(word, names)}')
        found |= meant
    return frozenset(found)


def _hint(word: str, known: Iterable[str]) -> str:
    names = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), list(names), n=1, cutoff=0.5)
    return f'; did you mean "{names[near[0]]}"?' if near else "."


def _words(words: Sequence[str]) -> str:
    return ", ".join(words) or "the library"


def select_instruments(store: CandleStore, names: Sequence[str], home: Path) -> tuple[Instrument, ...]:
    """The instruments of the given names, or all that are stored."""
    stored = store.instruments()
    wanted = tuple(dict.fromkeys(parse_instrument(name) for name in names))
    if not stored:
        raise InputError(
            f"there are no candles in {home} yet: bring some with\n"
            "  edgeproof data import FILE --instrument BTC/USD:USD\n"
            "or see it all on a generated market first with\n"
            "  edgeproof demo"
        )
    for instrument in wanted:
        if instrument not in stored:
            raise InputError(
                f"no candles of {instrument} are stored; there are {', '.join(map(str, stored))}. "
                f"Bring them with edgeproof data import FILE --instrument {instrument}"
            )
    return wanted or stored


def settings_of(context: Context) -> Settings:
    """The settings of the call.

    Raises
    ------
    InputError
        When --home is no folder, or a --config that was named is not there.
    """
    if context.home.exists() and not context.home.is_dir():
        raise InputError(f"expected --home to be a folder, found a file: {context.home}")
    if context.config != context.home / "edgeproof.toml" and not context.config.exists():
        raise InputError(f"expected a settings file at {context.config}, found none; check --config")
    return load_settings(context.config)


def time_option(option: str, text: str | None) -> int | None:
    """The moment a --start or --end says; None when it is not given."""
    if text is None:
        return None
    return _naming(option, lambda: parse_time(text))


def _naming(option: str, read: Callable[[], int]) -> int:
    try:
        return read()
    except (InputError, OverflowError) as error:
        raise InputError(f"{option}: {error}") from None
