"""Where compiled kernels are kept between runs: one folder for each state of their sources.

numba looks only at the file a kernel stands in. A kernel that calls a helper of another file would go on running the
old helper after an update, so every state of the sources gets a folder of its own, in the user's cache folder.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import resources
from pathlib import Path

_VARIABLE = "NUMBA_CACHE_DIR"


def use_kernel_cache() -> None:
    """Point numba at the folder of these sources. Before numba is imported: it reads the variable once."""
    if _VARIABLE in os.environ:
        return
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # no place to keep them: numba falls back on its own, at worst compiling each time
    os.environ[_VARIABLE] = str(folder)


def compile_apart(definitions: str) -> None:
    """Compile what a watch of these hypotheses (TOML) runs in a process of its own, where that was not done before.

    The compiler keeps a hundred megabytes for itself, which a process that runs for months need not carry.
    """
    if not _is_compiled(definitions):
        sys.stderr.write("edgeproof: compiling kernels, once ...\n")
    begin_compiling(definitions)()


def begin_compiling(definitions: str) -> Callable[[], None]:
    """Let a process of its own compile what a watch of these hypotheses (TOML) runs; the answer waits for its end.

    It begins with the kernels that come last, so that whoever compiles them in their order meanwhile has half the work.
    """
    if _is_compiled(definitions):
        return lambda: None
    words = [sys.executable, "-m", "edgeproof.bootstrap.compiling"]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if process.stdin is not None:
        process.stdin.write(definitions)
        process.stdin.close()

    def wait() -> None:
        # Where it fails, whatever is wrong is found and told by the process that needs the kernels.
        if process.wait() == 0 and (mark := _mark(definitions)) is not None:
            with suppress(OSError):
                mark.touch()

    return wait


def _is_compiled(definitions: str) -> bool:
    mark = _mark(definitions)
    return mark is None or mark.exists()


def _mark(definitions: str) -> Path | None:
    """The file that says that these have been compiled; None where there is no folder to keep anything in."""
    folder = os.environ.get(_VARIABLE)
    name = hashlib.sha256(definitions.encode()).hexdigest()[:16]
    return None if folder is None else Path(folder) / f"watched-{name}"


def _folder() -> Path:
    from platformdirs import user_cache_path  # noqa: PLC0415 - only commands that run kernels need it

    sources = resources.files("edgeproof") / "core" / "kernels"
    digest = hashlib.sha256()
    for file in sorted(sources.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".py"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return user_cache_path("edgeproof", appauthor=False) / "kernels" / digest.hexdigest()[:16]
