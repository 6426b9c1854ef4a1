"""The repository as text: its tracked files, its documents."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.data import REPOSITORY


def tracked_files() -> tuple[Path, ...]:
    """Every file that git tracks; skips outside of a checkout (in an unpacked source distribution, say)."""
    git = shutil.which("git")
    if git is None or not (REPOSITORY / ".git").exists():
        pytest.skip("needs a git checkout: there is none here")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    paths = (REPOSITORY / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def documents() -> tuple[Path, ...]:
    """Every Markdown file of the repository that is not built or fetched."""
    in_folders = (
        path
        for folder in ("docs", "tests", "benchmarks", "changelog.d")
        for path in (REPOSITORY / folder).rglob("*.md")
    )
    return tuple(sorted([*REPOSITORY.glob("*.md"), *in_folders]))
