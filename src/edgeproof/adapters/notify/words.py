"""What an Outgoing says, as plain text: the words that channels share, each in its own dress.

In the order of reading: marks (first that it is late), title, fields, text, updates.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from edgeproof.core.model.message import Message
from edgeproof.ports.channels import Outgoing

ELLIPSIS = "…"


def length(text: str) -> int:
    """Characters as messengers count them: units of UTF-16, of which an emoji has two.

    >>> length("abc"), length("🚀")
    (3, 2)
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, escape: Callable[[str], str] = str) -> str:
    r"""The text, escaped, and no longer than `limit` after that; an ellipsis says that some is missing.

    No escape is cut in two, since each character is escaped by itself.

    >>> cut("signals", 7), cut("signals", 5), cut("a_b_c", 5, lambda each: each.replace("_", "\\_"))
    ('signals', 'sign…', 'a\\_b…')
    """
    text = sound(text)
    whole = "".join(escape(each) for each in text)
    if length(whole) <= limit:
        return whole
    kept, used = [], length(ELLIPSIS)
    for character in text:
        piece = escape(character)
        used += length(piece)
        if used > limit:
            break
        kept.append(piece)
    return ("".join(kept).rstrip() + ELLIPSIS) if limit >= length(ELLIPSIS) else ""


def sound(text: str) -> str:
    r"""The text with a question mark for each half of a character, which no wire takes.

    >>> sound("a\ud800b")
    'a?b'
    """
    return text.encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    r"""The text without line breaks and control characters, for places that have one line.

    >>> one_line("a\r\nBcc: b")
    'a Bcc: b'
    """
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def moment(milliseconds: int) -> str:
    """A time people read.

    >>> moment(1770114600000)
    '2026-02-03 10:30:00 UTC'
    """
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def marks(outgoing: Outgoing) -> tuple[str, ...]:
    """What stands before everything else: that it is late, where its sender has not said so, then what it marked."""
    is_said = any(each.startswith("LATE") for each in outgoing.marks)
    return (*((_late(outgoing.message),) if outgoing.is_late and not is_said else ()), *outgoing.marks)


def _late(message: Message) -> str:
    if message.expires_at is None:
        return f"LATE: this is of {moment(message.at)}; do not take it as new"
    return f"LATE: this expired at {moment(message.expires_at)}; do not act on it"


def title(outgoing: Outgoing) -> str:
    """The title in one line, led by LATE where it is."""
    line = one_line(outgoing.message.title) or "edgeproof"
    return f"LATE: {line}" if outgoing.is_late else line


def aligned(fields: Iterable[tuple[str, str]]) -> list[str]:
    """A line a field, the values below one another.

    >>> aligned([("entry", "45000"), ("stop", "44500")])
    ['entry  45000', 'stop   44500']
    """
    pairs = [(one_line(name), value) for name, value in fields]
    width = max((len(name) for name, _ in pairs), default=0)
    return [f"{name:<{width}}  {value}" for name, value in pairs]


def updates(outgoing: Outgoing) -> list[str]:
    """A line for each message that was merged into it, the oldest first: when, title, fields, text."""
    return [_update(each) for each in outgoing.updates]


def _update(message: Message) -> str:
    parts = [one_line(message.title), *(f"{name} {value}" for name, value in message.fields), one_line(message.text)]
    return f"{datetime.fromtimestamp(message.at / 1000, UTC):%H:%M:%S} " + " · ".join(each for each in parts if each)


def plain(outgoing: Outgoing, *, with_title: bool = True) -> str:
    """The whole message as plain text, blocks parted by empty lines."""
    message = outgoing.message
    blocks = [
        "\n".join(f"! {each}" for each in marks(outgoing)),
        one_line(message.title) if with_title else "",
        "\n".join(aligned(message.fields)),
        message.text.strip(),
        "\n".join(updates(outgoing)),
    ]
    return sound("\n\n".join(each for each in blocks if each))
