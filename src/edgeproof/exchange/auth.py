"""Signatures as the venue makes them; pure, so that a client's can be checked against these.

Source: docs.kraken.com, Futures REST and websocket authentication.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

_PREFIX = "/derivatives"

REPLICA_KEY = "replica-key"
REPLICA_SECRET = base64.b64encode(b"edgeproof replica, not a secret").decode()
"""The pair the replica takes when no other is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key and the secret that signs for it, in base64."""

    key: str = REPLICA_KEY
    secret: str = REPLICA_SECRET


def sign_request(secret: str, path: str, post_data: str = "", nonce: str = "") -> str:
    """The `Authent` header of a REST request: base64(HMAC-SHA512(secret, SHA-256(post data + nonce + path))).

    `post_data` is the URL-encoded parameter string exactly as sent; `path` is the URL's, of which a leading
    "/derivatives" does not count.
    """
    digest = hashlib.sha256((post_data + nonce + path.removeprefix(_PREFIX)).encode()).digest()
    return _hmac(secret, digest)


def sign_challenge(secret: str, challenge: str) -> str:
    """The signed challenge of a websocket: base64(HMAC-SHA512(secret, SHA-256(challenge)))."""
    return _hmac(secret, hashlib.sha256(challenge.encode()).digest())


def is_signed(given: str, expected: str) -> bool:
    """Whether two signatures are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def is_secret(text: str) -> bool:
    """Whether a text can be a secret: base64, and not empty."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


def _hmac(secret: str, message: bytes) -> str:
    return base64.b64encode(hmac.new(base64.b64decode(secret), message, hashlib.sha512).digest()).decode()
