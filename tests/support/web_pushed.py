"""A dashboard whose browsers may be on this machine, where the push service of the tests is."""

from dataclasses import replace
from pathlib import Path

from tests.support.web import Dashboard, dashboard


def pushing(home: Path, *, operator: str = "", viewer: str = "") -> Dashboard:
    """A dashboard of a home; where no password is given, its writes say so from the beginning."""
    at = dashboard(home, operator=operator, viewer=viewer, change=lambda place: replace(place, may_push_here=True))
    if not operator:
        at.client.headers["X-CSRF-Token"] = at.client.get("/api/me").json()["csrf"]
    return at
