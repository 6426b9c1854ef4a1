"""One session a home."""

from pathlib import Path


def holder(home: Path) -> str | None:
    """Who holds a home."""
    del home
    return None
