"""Messages in Telegram's HTML: what people see, what is escaped, and where a long one ends."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.notify.telegram_html import MAX_TEXT, answer_html, buttons_of, fit, message_html, units
from edgeproof.core.model.message import Severity
from edgeproof.ports.channels import Outgoing
from tests.support.bot_api_text import parse_html
from tests.support.messages import OPENED, SIGNAL, SIGNAL_ID, words


def test_signal_rendered_has_title_and_fields_in_columns() -> None:
    seen = parse_html(message_html(Outgoing(message=SIGNAL))).split("\n")
    assert seen[0] == "LONG BTC/USD:USD 5m · RSI_Oversold_<5m>_*Reversal*"
    assert seen[1] == "Entry        60,043.7"
    assert seen[4] == "Reward:risk  2.0:1"


def test_marks_of_a_late_message_stand_before_everything() -> None:
    seen = parse_html(message_html(Outgoing(message=SIGNAL, marks=("LATE by 5m", "may be here already"))))
    assert seen.startswith("LATE by 5m\nmay be here already\nLONG")


def test_updates_merged_into_a_message_follow_it() -> None:
    seen = parse_html(message_html(Outgoing(message=SIGNAL, updates=(OPENED,))))
    assert seen.endswith("↳ Opened long BTC/USD:USD 5m\nSize 0.4 BTC · Price 60,044.1")


@pytest.mark.parametrize(("severity", "mark"), [(Severity.WARNING, "⚠️ "), (Severity.CRITICAL, "🚨 ")])
def test_severity_is_seen_before_the_title(severity: Severity, mark: str) -> None:
    assert parse_html(message_html(words("The feed is away", severity=severity))).startswith(f"{mark}The feed")


def test_names_with_markup_are_shown_as_they_are() -> None:
    name = "<b>_*`[x](y)&amp;</b>"
    assert parse_html(message_html(words(name))) == name


def test_long_text_is_cut_at_a_line_and_says_so() -> None:
    lines = "\n".join(f"line {number} <&>" for number in range(2_000))
    seen = parse_html(message_html(words("Many", text=lines)))
    assert units(seen) <= MAX_TEXT
    assert seen.endswith("<&>\n…")


def test_one_long_line_is_cut_within_it() -> None:
    seen = parse_html(message_html(words("<&>😀" * 3_000)))
    assert units(seen) <= MAX_TEXT
    assert seen.endswith("…")


def test_long_answer_in_columns_is_cut_and_well_nested() -> None:
    seen = parse_html(answer_html("\n".join("a <b> & c" for _ in range(1_000)), is_monospace=True))
    assert units(seen) <= MAX_TEXT
    assert seen.endswith("\n…")


@given(
    title=st.text(max_size=40),
    fields=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=30)), max_size=4),
    text=st.text(max_size=200),
    limit=st.integers(min_value=10, max_value=120),
)
def test_any_message_is_well_formed_and_within_its_limit(
    title: str, fields: list[tuple[str, str]], text: str, limit: int
) -> None:
    message = replace(SIGNAL, title=title, fields=tuple(fields), text=text)
    assert units(parse_html(message_html(Outgoing(message=message), limit))) <= limit


def test_fit_of_nothing_is_nothing() -> None:
    assert fit([], 10) == ""


@pytest.mark.parametrize(
    ("actions", "buttons"),
    [
        (("take", "skip"), (("Take", f"take:{SIGNAL_ID}"), ("Skip", f"skip:{SIGNAL_ID}"))),
        (("close",), (("Close", f"close:{SIGNAL_ID}"),)),
        ((), ()),
    ],
)
def test_buttons_are_those_a_person_can_use(actions: tuple[str, ...], buttons: tuple[tuple[str, str], ...]) -> None:
    assert buttons_of(replace(SIGNAL, actions=actions)) == buttons


def test_buttons_that_cannot_carry_their_data_are_left_out() -> None:
    assert buttons_of(replace(SIGNAL, signal_id="x" * 60)) == ()
