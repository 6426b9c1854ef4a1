"""The words that channels share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.notify import words
from edgeproof.core.model.time import MINUTE
from tests.support.outgoing import AT, message, outgoing


def test_plain_text_reads_from_what_matters_most_to_least() -> None:
    later = message("b", at=AT + MINUTE, title="Half is out", fields=(("pnl", "+12"),), text="at the\nfirst target")
    told = words.plain(outgoing(is_late=True, marks=("instead of telegram, which is away",), updates=(later,)))
    assert told.split("\n") == [
        "! LATE: this expired at 2026-02-03 10:35:00 UTC; do not act on it",
        "! instead of telegram, which is away",
        "",
        "LONG BTC/USD:USD · RSI_Oversold_5m_Reversal",
        "",
        "entry   45,000",
        "stop    44,500",
        "target  46,000",
        "",
        "Won 44 of 100 alike, out of sample.",
        "",
        "10:31:00 Half is out · pnl +12 · at the first target",
    ]


def test_plain_text_of_a_bare_message_is_its_title() -> None:
    bare = outgoing(fields=(), text="")
    assert words.plain(bare) == bare.message.title
    assert words.plain(bare, with_title=False) == ""


def test_late_message_without_expiry_says_of_when_it_is() -> None:
    assert words.marks(outgoing(is_late=True, expires_at=None)) == (
        "LATE: this is of 2026-02-03 10:30:00 UTC; do not take it as new",
    )
    assert words.title(outgoing(is_late=True)).startswith("LATE: LONG")
    assert words.title(outgoing()).startswith("LONG")
    assert words.marks(outgoing()) == ()


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 9])
def test_cut_text_of_emoji_keeps_the_limit_in_units_of_utf16(limit: int) -> None:
    assert words.length(words.cut("🚀🚀🚀🚀🚀", limit)) <= limit


@given(st.text(), st.integers(0, 50))
def test_cut_never_exceeds_its_limit_nor_splits_an_escape(text: str, limit: int) -> None:
    cut = words.cut(text, limit, lambda each: f"\\{each}" if each in "\\_*" else each)
    assert words.length(cut) <= limit
    body = cut.removesuffix(words.ELLIPSIS)
    while body:
        if body[0] == "\\":
            assert body[1] in "\\_*"
        body = body[2:] if body[0] == "\\" else body[1:]


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = words.one_line(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1
