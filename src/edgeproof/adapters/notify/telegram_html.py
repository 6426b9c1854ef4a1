"""Messages in Telegram's HTML: what is bold, what stands in columns, and where a message that is too long ends.

A text is built of lines, each well nested by itself, so that it can be cut between any two of them.
"""

from collections.abc import Sequence
from html import escape

from edgeproof.adapters.notify.words import marks
from edgeproof.core.model.message import Message, Severity
from edgeproof.ports.channels import Outgoing

MAX_TEXT = 4096
"""Of a message, in UTF-16 code units of what people see."""

MAX_CAPTION = 1024
"""Of the words under a picture."""

MAX_DATA = 64
"""Bytes a button can carry."""

Buttons = tuple[tuple[str, str], ...]
"""A row of buttons: what stands on each, and what a press on it sends."""

_CUT = "…"
_UNTITLED = "edgeproof"
_WIDEST_NAME = 12
_MARKS = {Severity.INFO: "", Severity.WARNING: "⚠️ ", Severity.CRITICAL: "🚨 "}


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message_html(outgoing: Outgoing, limit: int = MAX_TEXT) -> str:
    """A message as HTML of at most `limit` visible characters, entities counted as they are seen."""
    return fit(_lines(outgoing), limit)


def message_plain(outgoing: Outgoing, limit: int = MAX_TEXT) -> str:
    """The same without any markup."""
    return fit([(plain, plain) for _, plain in _lines(outgoing)], limit)


def is_within(outgoing: Outgoing, limit: int) -> bool:
    """Whether a message needs no cut."""
    return units("\n".join(plain for _, plain in _lines(outgoing))) <= limit


def answer_html(text: str, *, is_monospace: bool, limit: int = MAX_TEXT) -> str:
    """Plain text as HTML, where columns have to stand below one another in `pre`."""
    found = fit([(escape(line, quote=False), line) for line in map(_shown, text.split("\n"))], limit)
    return f"<pre>{found}</pre>" if is_monospace else found


def fit(lines: Sequence[tuple[str, str]], limit: int) -> str:
    r"""Lines, each as markup and as it is seen, up to a limit of what is seen: what is left out is told by "…".

    >>> fit([("<b>a</b>", "a"), ("bcd", "bcd")], 5)
    '<b>a</b>\nbcd'
    >>> fit([("<b>a</b>", "a"), ("bcd", "bcd")], 4)
    '<b>a</b>\n…'
    """
    if units("\n".join(plain for _, plain in lines)) <= limit:
        return "\n".join(markup for markup, _ in lines)
    kept: list[str] = []
    left = limit - units(_CUT)
    for markup, plain in lines:
        left -= units(plain) + 1
        if left < 0:
            break
        kept.append(markup)
    if kept:
        return "\n".join([*kept, _CUT])
    return escape(_head(lines[0][1], limit - units(_CUT)), quote=False) + _CUT


def buttons_of(message: Message) -> Buttons:
    """What can be done about a message by a press."""
    if not message.signal_id:
        return ()
    found = ((each.capitalize(), f"{each}:{message.signal_id}") for each in message.actions)
    return tuple((label, data) for label, data in found if len(data.encode()) <= MAX_DATA)


def _lines(outgoing: Outgoing) -> list[tuple[str, str]]:
    """Marks, title, fields, text and what was merged into it, as (markup, as it is seen)."""
    message = outgoing.message
    lines = [(f"<i>{escape(mark, quote=False)}</i>", mark) for mark in map(_line, marks(outgoing))]
    title = f"{_MARKS[message.severity]}{_line(message.title) or _UNTITLED}"
    lines.append((f"<b>{escape(title, quote=False)}</b>", title))
    lines += _fields(message.fields)
    lines += _text(message.text)
    for update in outgoing.updates:
        heading = f"↳ {_line(update.title)}"
        lines.append((f"<b>{escape(heading, quote=False)}</b>", heading))
        if update.fields:
            words = " · ".join(f"{_line(name)} {_line(value)}" for name, value in update.fields)
            lines.append((escape(words, quote=False), words))
        lines += _text(update.text)
    return lines


def _fields(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Names in a column, values beside them; a long name takes the room it needs."""
    width = min(_WIDEST_NAME, max((len(_line(name)) for name, _ in fields), default=0))
    lines = []
    for name, value in fields:
        column = f"{_line(name):{width}}"
        plain = f"{column}  {_line(value)}"
        lines.append((f"<code>{escape(column, quote=False)}</code>  {escape(_line(value), quote=False)}", plain))
    return lines


def _text(text: str) -> list[tuple[str, str]]:
    return [(escape(line, quote=False), line) for line in map(_shown, text.split("\n"))] if text else []


def _line(text: str) -> str:
    """Words that stay on their line."""
    return _shown(" ".join(text.split()))


def _shown(text: str) -> str:
    """Text that can be sent: without halves of characters and control characters."""
    sound = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(each for each in sound if each == "\t" or each.isprintable() or ord(each) > 0x9F)


def _head(text: str, room: int) -> str:
    """The beginning of a text that takes no more than `room`."""
    while units(text) > room:
        text = text[: -max(1, (units(text) - room) // 2)]
    return text
