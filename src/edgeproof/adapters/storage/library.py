"""The hypothesis library on disk: the files shipped in the package, and the user's own."""

from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from edgeproof.core.model.errors import InputError
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import read_library

_PACKAGE = "edgeproof.hypotheses"
USER_FOLDER = "hypotheses"
"""Under the home folder: every *.toml in it is read."""


def packaged_files() -> tuple[tuple[str, str], ...]:
    """(name, text) of every shipped file, in the order of their names."""
    folder = resources.files(_PACKAGE)
    files = (each for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple((each.name, each.read_text(encoding="utf-8")) for each in sorted(files, key=lambda file: file.name))


def user_files(home: Path) -> tuple[Path, ...]:
    """The user's own hypothesis files under the home folder; none is fine."""
    return tuple(sorted((home / USER_FOLDER).glob("*.toml")))


def read_files(paths: Iterable[Path]) -> tuple[tuple[str, str], ...]:
    """(name, text) of files the user named.

    Raises
    ------
    InputError
        When a file is not there, is no file or is not UTF-8.
    """
    return tuple((str(path), _read(path)) for path in paths)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"expected a hypothesis file at {path}, found none; check the path") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: expected UTF-8 text, found byte {error.start} that is none; save it as UTF-8"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def load_library(home: Path | None = None, paths: Sequence[Path] = ()) -> tuple[Hypothesis, ...]:
    """The shipped hypotheses, then the user's under `home`, then those of `paths`.

    A hypothesis of the user's that has the name of a shipped one takes its place, so that one can be copied and
    changed; names are unique among the user's own.

    Raises
    ------
    HypothesisErrors
        Naming every problem in every file.
    """
    own = {hypothesis.name: hypothesis for hypothesis in read_library(read_files(own_files(home, paths)))}
    shipped = [own.pop(hypothesis.name, hypothesis) for hypothesis in read_library(packaged_files())]
    return (*shipped, *own.values())


def own_files(home: Path | None, paths: Sequence[Path] = ()) -> tuple[Path, ...]:
    """The user's files under `home`, then those of `paths` that are not among them."""
    under_home = () if home is None else user_files(home)
    files = {path.resolve(): path for path in (*paths[::-1], *under_home[::-1])}
    return tuple(files.values())[::-1]
