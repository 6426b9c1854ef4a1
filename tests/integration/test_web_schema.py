"""The API against its own description: whatever is asked, the answer is one that is described, and never a defect."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import positive_data_acceptance, unsupported_method

from edgeproof.bootstrap.dashboard.access import access_to
from edgeproof.web.app import web_app
from tests.support.trading import closed, decided, records, traded
from tests.support.web import OPERATOR, place, served, write

SCHEMA = schemathesis.openapi.from_dict(web_app(place(Path("nowhere"))).openapi())
SOME = settings(
    max_examples=12,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which something was traded."""
    home = tmp_path_factory.mktemp("home")
    write(home, [*records(), decided(), traded(), closed()])
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with served(home) as url:
        yield url


@pytest.fixture(scope="module")
def shut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("shut")
    access_to(home).passwords.set("operator", OPERATOR, at="now")
    with served(home) as url:
        yield url


@pytest.fixture(scope="module")
def headers(url: str) -> dict[str, str]:
    """What a page of the operator's sends."""
    return {"Origin": url, "X-CSRF-Token": httpx.get(f"{url}/api/me").json()["csrf"]}


Case = schemathesis.Case[Any]


@SCHEMA.parametrize()
@SOME
def test_operator_is_answered_as_described(case: Case, url: str, headers: dict[str, str]) -> None:
    # Words may have the right shape and mean nothing: a session that is not there, keys of no browser.
    case.call_and_validate(base_url=url, headers=headers, excluded_checks=[positive_data_acceptance])


@SCHEMA.parametrize()
@SOME
def test_nobody_is_turned_away_as_described(case: Case, shut: str) -> None:
    # Who nobody knows is not told which methods there are.
    response = case.call_and_validate(base_url=shut, excluded_checks=[unsupported_method])
    assert response.status_code >= 400
