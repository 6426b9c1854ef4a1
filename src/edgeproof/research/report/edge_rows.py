"""The rows and the run's own findings out of an edge analysis."""

from collections.abc import Mapping
from typing import Any

from edgeproof.research.report.packing import tidy


def edge_rows(edge: Mapping[str, Any], run: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row per analysis."""
    return []


def run_level(edge: Mapping[str, Any]) -> dict[str, Any]:
    """What was found about the run as a whole."""
    found: dict[str, Any] = tidy({key: value for key, value in edge.items() if key != "analyses"})
    return found
