"""Updates of the Bot API as what a person did: said a command, or pressed a button. Everything else is nothing.

An update is read in two steps: where it comes from (`chat_of`, cheap, so that strangers cost nothing), then the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LONGEST = 300
"""Of a command no more is read, and kept, than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A command in a chat: `name` in lower case, without the slash and the name of the bot, which is `to`."""

    chat: int
    user: int
    by: str
    text: str
    name: str
    to: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button under the message `number`: what it carries, and the query that has to be acknowledged."""

    chat: int
    user: int
    by: str
    data: str
    number: int
    query: str


def number_of(update: object) -> int | None:
    """The number of an update; None where it has none, so that it is no update."""
    found = update.get("update_id") if isinstance(update, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def chat_of(update: Mapping[str, Any]) -> int | None:
    """The chat an update comes from; None where that cannot be read."""
    message = _part(update, "message") or _part(_part(update, "callback_query"), "message")
    found = _part(message, "chat").get("id")
    return found if isinstance(found, int) else None


def read(update: Mapping[str, Any]) -> Said | Pressed | None:
    """What a person did; None for what is no command and no press, or cannot be understood."""
    chat = chat_of(update)
    query = _part(update, "callback_query")
    source = query or _part(update, "message")
    person = _part(source, "from")
    user = person.get("id")
    if chat is None or not isinstance(user, int):
        return None
    by = _name(person, user)
    if query:
        return _pressed(query, chat, user, by)
    return _said(source.get("text"), chat, user, by)


def _said(text: object, chat: int, user: int, by: str) -> Said | None:
    if not isinstance(text, str) or not text.startswith("/"):
        return None
    first, *words = text[:_LONGEST].split()
    name, _, to = first[1:].partition("@")
    return Said(chat=chat, user=user, by=by, text=text[:_LONGEST], name=name.lower(), to=to, words=tuple(words))


def _pressed(query: Mapping[str, Any], chat: int, user: int, by: str) -> Pressed | None:
    data, id_, number = query.get("data"), query.get("id"), _part(query, "message").get("message_id")
    if not isinstance(data, str) or not isinstance(id_, str) or not isinstance(number, int):
        return None
    return Pressed(chat=chat, user=user, by=by, data=data[:_LONGEST], number=number, query=id_)


def _part(whole: object, name: str) -> Mapping[str, Any]:
    found = whole.get(name) if isinstance(whole, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _name(person: Mapping[str, Any], user: int) -> str:
    found = person.get("username") or person.get("first_name")
    return found[:64] if isinstance(found, str) and found else str(user)
