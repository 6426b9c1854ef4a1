"""What this machine has left."""

import shutil
from pathlib import Path


def free_bytes(path: Path) -> int:
    """Bytes free where a path is, or will be."""
    there = next(each for each in (path.absolute(), *path.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free
