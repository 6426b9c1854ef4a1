"""Settings of the dashboard: where it listens, and what it is called outside."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from edgeproof.config.values import Section, wrong


def _https(value: object) -> str | None:
    if value is None or value is False:
        return None
    found = urlsplit(str(value).rstrip("/"))
    try:
        is_good = found.scheme == "https" and bool(found.hostname) and found.port != 0
    except ValueError:
        is_good = False
    if not is_good or found.path or found.query or found.fragment or found.username is not None:
        raise wrong('an address such as "https://edge.example.com", without a path', value)
    return f"https://{found.netloc.lower()}"


class WebSettings(Section):
    """The dashboard. `url` is the address it has outside, behind a proxy that speaks TLS.

    With a `url`, and at any other address than a loopback one, it needs a password.
    """

    host: Annotated[str, Field(min_length=1, max_length=255)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, lt=65_536)] = 8800
    url: Annotated[str | None, BeforeValidator(_https)] = None
