"""What refusals look like, for the description of the API."""

from typing import Any

from pydantic import BaseModel


class Problem(BaseModel):
    """Why a request was refused: what was expected, what was found, what to do."""

    error: str
    needs_login: bool | None = None


def problems(**words: str) -> dict[int | str, dict[str, Any]]:
    """Refusals by status (`_404="..."`) with when they come."""
    return {int(status.lstrip("_")): {"model": Problem, "description": said} for status, said in words.items()}


ALWAYS = problems(
    _400="The body of the request cannot be read",
    _401="Who asks has not logged in",
    _403="Who asks may not, or another site's page asked, or it came in the clear",
    _413="The request is too long",
    _422="The words of the request cannot be meant",
)
