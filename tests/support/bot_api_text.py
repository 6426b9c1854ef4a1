"""Telegram's HTML, as its Bot API takes it: few tags, well nested, and limits counted on what people see."""

import re
from html import unescape

MAX_TEXT = 4096
MAX_CAPTION = 1024

_TAGS = frozenset(
    {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote", "tg-spoiler"}
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>")
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")


class TextError(Exception):
    """What Telegram says after "can't parse entities: "."""


def units(text: str) -> int:
    """The length of a text as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(html: str) -> str:
    """The text people see."""
    open_: list[str] = []
    parts: list[str] = []
    at = 0
    while at < len(html):
        if html[at] == "<":
            found = _TAG.match(html, at)
            if found is None:
                raise TextError(f"Unclosed start tag at byte offset {_offset(html, at)}")
            _nest(open_, found, _offset(html, at))
            at = found.end()
        else:
            end = html.find("<", at)
            end = len(html) if end < 0 else end
            parts.append(_ENTITY.sub(lambda entity: unescape(entity[0]), html[at:end]))
            at = end
    if open_:
        raise TextError(f'Can\'t find end tag corresponding to start tag "{open_[-1]}"')
    return "".join(parts)


def _nest(open_: list[str], found: "re.Match[str]", offset: int) -> None:
    is_end, name = bool(found[1]), found[2].lower()
    if not is_end:
        if name not in _TAGS:
            raise TextError(f'Unsupported start tag "{name}" at byte offset {offset}')
        open_.append(name)
    elif not open_:
        raise TextError(f"Unexpected end tag at byte offset {offset}")
    elif open_[-1] != name:
        raise TextError(f'Unmatched end tag at byte offset {offset}, expected "</{open_[-1]}>", found "</{name}>"')
    else:
        open_.pop()


def _offset(html: str, at: int) -> int:
    return len(html[:at].encode())
