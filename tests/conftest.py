"""What holds for every test: compiled code that cannot be stale, and properties that fail the same way twice."""

import hashlib
import os
from pathlib import Path

from hypothesis import settings

_ROOT = Path(__file__).parents[1]


def _kernel_sources_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted((_ROOT / "src/edgeproof/core/kernels").glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


# numba keys what it has compiled by the file of the function alone. A kernel that calls a helper of another file would
# go on running the old helper, so each state of the kernels gets a cache of its own. This has to happen before numba
# is imported, which reads the variable once.
os.environ["NUMBA_CACHE_DIR"] = str(_ROOT / ".cache" / "numba" / _kernel_sources_digest())

# The first call of a kernel compiles it: a deadline would measure the compiler.
settings.register_profile("edgeproof", deadline=None, derandomize=True, database=None)
settings.load_profile("edgeproof")

# A month of market takes minutes: `make soak` collects it.
_LONG = [
    f"acceptance/test_{name}.py"
    for name in ("scan_month", "replay_month", "paper_month", "paper_ready", "dashboard_watched")
]
collect_ignore = [] if os.environ.get("EDGEPROOF_SOAK") else _LONG
