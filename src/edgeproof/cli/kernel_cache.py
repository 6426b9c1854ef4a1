"""Where compiled kernels are kept between runs: one folder for each state of their sources.

numba looks only at the file a kernel stands in. A kernel that calls a helper of another file would go on running the
old helper after an update, so every state of the sources gets a folder of its own, in the user's cache folder.
"""

import hashlib
import os
import subprocess
import sys
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
    folder = os.environ.get(_VARIABLE)
    if folder is None:
        return
    mark = Path(folder) / f"watched-{hashlib.sha256(definitions.encode()).hexdigest()[:16]}"
    if mark.exists():
        return
    sys.stderr.write("edgeproof: compiling kernels, once ...\n")
    words = [sys.executable, "-m", "edgeproof.bootstrap.compiling"]
    # Where it fails, whatever is wrong is found and told by the process that needs the kernels.
    if subprocess.run(words, input=definitions, text=True, check=False, stderr=subprocess.DEVNULL).returncode == 0:
        with suppress(OSError):
            mark.touch()


def _folder() -> Path:
    from platformdirs import user_cache_path  # noqa: PLC0415 - only commands that run kernels need it

    sources = resources.files("edgeproof") / "core" / "kernels"
    digest = hashlib.sha256()
    for file in sorted(sources.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".py"):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return user_cache_path("edgeproof", appauthor=False) / "kernels" / digest.hexdigest()[:16]
