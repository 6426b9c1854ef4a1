"""Who may do what: every route of the API says which role it takes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks: a name for the journal, and a role: a viewer sees, an operator steers."""

    name: str
    role: str


def viewer(_request: Request) -> Visitor:
    """Anybody who may look."""
    return Visitor(name="dashboard", role="operator")


def operator(_request: Request) -> Visitor:
    """Anybody who may steer."""
    return Visitor(name="dashboard", role="operator")


Viewer = Annotated[Visitor, Depends(viewer)]
Operator = Annotated[Visitor, Depends(operator)]
