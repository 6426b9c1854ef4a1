"""A browser and its push service on loopback, written from the RFCs and not from the library.

The service checks who sends (RFC 8292) and what RFC 8030 asks for; the browser reads what came (RFC 8291, RFC 8188) and
shows one notification a tag, as ours do (web/src/worker.js).
"""

import json
import os
import struct
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.local_http import LocalHttp, Reply, Request

KEPT = "kept-from-view"


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class Browser:
    """A browser that subscribed; `shown` is what stands on its screen by tag, `sounds` what came to be heard."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = os.urandom(16)
        self.shown: dict[str, dict[str, Any]] = {}
        self.history: list[dict[str, Any]] = []

    @property
    def _public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": encoded(self._public), "auth": encoded(self._auth)}

    def read(self, body: bytes) -> bytes:
        """What a message says: one record of aes128gcm, whose key two agreements and a salt lead to."""
        salt, (size, key_length) = body[:16], struct.unpack("!LB", body[16:21])
        sender, sealed = body[21 : 21 + key_length], body[21 + key_length :]
        assert key_length == 65
        assert len(sealed) <= size
        their_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), their_key)
        secret = _derived(shared, self._auth, b"WebPush: info\x00" + self._public + sender, 32)
        key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert plain.endswith(b"\x02")  # the last record
        return plain[:-1]

    def take(self, body: bytes) -> None:
        said = json.loads(self.read(body))
        self.history.append(said)
        self.shown[said["tag"]] = said


class PushService(LocalHttp):
    """Takes messages for the browsers that subscribed here. `answers` says what one browser's are answered instead."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(self._answered, port=port)
        self.browsers: dict[str, Browser] = {}
        self.answers: dict[str, Reply] = {}
        self.key = ""
        self.problems: list[str] = []

    def subscribe(self, name: str = "one") -> dict[str, Any]:
        """A browser subscribes; what PushSubscription.toJSON gives to the page."""
        browser = self.browsers[f"/push/{name}-{KEPT}"] = Browser()
        return {"endpoint": self.endpoint(name), "expirationTime": None, "keys": browser.keys}

    def endpoint(self, name: str = "one") -> str:
        return f"{self.url}/push/{name}-{KEPT}"

    def browser(self, name: str = "one") -> Browser:
        return self.browsers[f"/push/{name}-{KEPT}"]

    def _answered(self, request: Request) -> Reply:
        browser = self.browsers.get(request.path)
        if browser is None:
            return Reply(status=410)
        if (told := self.answers.get(request.path)) is not None:
            return told
        problem = self._problem(request)
        if problem:
            self.problems.append(problem)
            return Reply(status=403, body=problem.encode())
        browser.take(request.body)
        return Reply(status=201, headers={"Location": f"{self.url}/message/1"})

    def _problem(self, request: Request) -> str:
        headers = request.headers
        if request.method != "POST" or headers.get("content-encoding") != "aes128gcm":
            return "not a message"
        if not headers.get("ttl", "").isdecimal() or len(request.body) > 4_096:
            return "no ttl, or too long"
        if headers.get("urgency") not in {"very-low", "low", "normal", "high"} or len(headers.get("topic", "")) > 32:
            return "urgency or topic that cannot be"
        return signature_problem(headers.get("authorization", ""), audience=self.url, key=self.key)


def signature_problem(authorization: str, *, audience: str, key: str) -> str:
    """What is wrong with a signature of RFC 8292; "" where it is that of a key, for a service."""
    kind, _, rest = authorization.partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    if kind != "vapid" or (key and parts["k"] != key):
        return "not the key of the subscription"
    head, claims, signed = parts["t"].split(".")
    raw = decoded(signed)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    try:
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return "a signature that is none"
    return _claims_problem(json.loads(decoded(head)), json.loads(decoded(claims)), audience)


def _claims_problem(head: Mapping[str, Any], claims: Mapping[str, Any], audience: str) -> str:
    left = claims["exp"] - time.time()
    if head.get("alg") != "ES256" or claims.get("aud") != audience or not 0 < left <= 24 * 3600:
        return f"claims that cannot be: {claims}"
    return "" if str(claims.get("sub", "")).startswith(("mailto:", "https:")) else "nobody to write to"
