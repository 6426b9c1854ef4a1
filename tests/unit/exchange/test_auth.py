"""The venue's own known answers."""

import pytest

from edgeproof.exchange.auth import is_secret, sign_challenge, sign_request

SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def test_sign_challenge_of_the_documented_vector_is_the_documented_signature() -> None:
    secret = "7zxMEF5p/Z8l2p2U7Ghv6x14Af+Fx+92tPgUdVQ748FOIrEoT9bgT+bTRfXc5pz8na+hL/QdrCVG7bh9KpT0eMTm"
    signed = "4JEpF3ix66GA2B+ooK128Ift4XQVtc137N9yeg4Kqsn9PI0Kpzbysl9M1IeCEdjg0zl00wkVqcsnG4bmnlMb3A=="
    assert sign_challenge(secret, "c100b894-1729-464d-ace1-52dbce11db42") == signed


@pytest.mark.parametrize(
    ("post_data", "nonce", "path", "signature"),
    [
        (
            "",
            "",
            "/derivatives/api/v3/accounts",
            "MWxNfpt+GUpF6vfr+4FmuqI436HgZtBUAZlSClwOVoxjK071ejSS6WA/2l0yhTDa1hjxE6JL4GzyyTLrpN5A1g==",
        ),
        (
            "",
            "1415957147987",
            "/derivatives/api/v3/accounts",
            "L5o4Vr9VD2qXTP29bg95LAflC9+atMeg4ju2CbQVbInzpGMTxxSKtoe59xPq7c7pD7NxhwtV84iIwg3DvIWSPg==",
        ),
        (
            "symbol=PF_XBTUSD&side=buy&size=0.01&orderType=lmt&limitPrice=70000",
            "",
            "/derivatives/api/v3/sendorder",
            "CV19Sb8FSljX244/Ls7MRN5hvNysr5yQjahS0+j5vb+NeZQzuAMtL134QW0ZCSzkiRe67xhZEIF3vtbbdfq7Yg==",
        ),
        (
            "count=500&sort=asc",
            "",
            "/api/history/v3/account-log",
            "A8j+eSI0sNH+ETulMi4rncDNJFvHhVfmzBrGtIm7pu6LC0USYPBqub4Ps/E1QG7hq2Tyy6CAdDnH7Gk2bRQFCw==",
        ),
    ],
)
def test_sign_request_of_a_known_vector_is_the_known_signature(
    post_data: str, nonce: str, path: str, signature: str
) -> None:
    assert sign_request(SECRET, path, post_data, nonce) == signature


@pytest.mark.parametrize(("text", "expected"), [(SECRET, True), ("", False), ("not base64!", False)])
def test_is_secret_of_a_text_tells_base64(text: str, expected: bool) -> None:
    assert is_secret(text) is expected
