"""What every answer tells the browser to keep to."""

from collections.abc import Mapping

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}' {chart}; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_CHART_STYLE = "'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='"
"""The one style element lightweight-charts writes, for its logo; it takes no nonce. Another version has another."""

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
REPORT_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""A report brings its own scripts, and a policy that names them by their hashes: both hold, so no other script runs.

In its sandbox it is of no origin: it has no cookie, and cannot ask the API, whatever it says.
"""

# A worker is held to the policy it came with: what it keeps for the pages it fetches itself.
_WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
_WORKER = "/sw.js"
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
}
_A_YEAR_S = 31_536_000


def page_policy(nonce: str) -> str:
    """What a page of ours may do; styles of a library are let in by a number used once."""
    return PAGE_POLICY.format(nonce=nonce, chart=_CHART_STYLE)


def headers_of(path: str, status: int, *, is_safe: bool) -> Mapping[str, str]:
    """The headers of an answer, where it does not say otherwise itself; HSTS where it goes by TLS."""
    policy = _WORKER_POLICY if path == _WORKER else _POLICY
    found = _ALWAYS | {"content-security-policy": policy, "cache-control": _keeping(path, status)}
    return found | {"strict-transport-security": f"max-age={_A_YEAR_S}"} if is_safe else found


def _keeping(path: str, status: int) -> str:
    if is_api(path) or status >= 400:
        return "no-store"
    # The names of assets hold their digests: what has such a name never changes.
    return f"public, max-age={_A_YEAR_S}, immutable" if path.startswith("/assets/") else "no-cache"


def is_api(path: str) -> bool:
    """Whether an address is the API's.

    >>> is_api("/api/me"), is_api("/api"), is_api("/apiary")
    (True, True, False)
    """
    return path == "/api" or path.startswith("/api/")
