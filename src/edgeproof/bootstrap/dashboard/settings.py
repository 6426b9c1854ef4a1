"""The settings in force, what the running session was begun with, and the channels."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from edgeproof.bootstrap import fees
from edgeproof.bootstrap.asking import held_by
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.notify import told_today, try_channel
from edgeproof.bootstrap.trading import RISK, limits_document
from edgeproof.config import Settings, load_settings
from edgeproof.config.described import described
from edgeproof.config.notify import CHANNELS, ChannelSettings, EmailSettings, TelegramSettings
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.journal import SessionBegan
from edgeproof.core.model.message import Severity
from edgeproof.services.dashboard.masking import masked


def settings_document(place: Place) -> Document:
    """`GET /api/settings`, without who may enter."""
    settings = load_settings(place.config)
    begun = _begun_with(place)
    limits = begun.get(RISK)
    return {
        "file": str(place.config),
        "exists": place.config.exists(),
        "sections": [
            {"name": name, "settings": [asdict(each) for each in section]} for name, section in described(place.config)
        ],
        "limits_in_force": dict(limits) if isinstance(limits, Mapping) else None,
        "differs": list(_differs(begun, settings)),
        "channels": _channels(place, settings),
    }


def _begun_with(place: Place) -> Mapping[str, Any]:
    """What decides in the session that runs; nothing where none does."""
    if held_by(place.home) is None:
        return {}
    with place.journal() as journal:
        return next((each.record.settings for each in journal.last(SessionBegan, 1)), {})


def _differs(begun: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    """What the running session goes by that the file says otherwise."""
    now: dict[str, Mapping[str, Any]] = {
        "costs": asdict(fees(settings)),
        "validation": settings.validation.model_dump(),
        RISK: limits_document(settings.risk.limits()),
        "paper": settings.paper.model_dump(mode="json"),
    }
    for section, said in now.items():
        kept = begun.get(section)
        if not isinstance(kept, Mapping):
            continue
        for name, value in said.items():
            if name in kept and kept[name] != value:
                yield f"{section}.{name}: {_worded(kept[name])} in the session, {_worded(value)} now in the settings"


def _worded(value: object) -> str:
    match value:
        case None | False:
            return "off"
        case True:
            return "on"
        case list() | tuple():
            return ", ".join(map(str, value)) or "none"
        case _:
            return str(value)


def _channels(place: Place, settings: Settings) -> list[Document]:
    there = settings.notify.channels()
    told = {each.channel: each.words for each in told_today(place.home, place.config)} if there else {}
    return [
        {"name": name, "is_set_up": name in there, "words": _channel_words(name, there.get(name), told.get(name))}
        for name in CHANNELS
    ]


def _channel_words(name: str, settings: ChannelSettings | None, told: str | None) -> str:
    if settings is None:
        return f"a section [notify.{name}] in the settings sets it up"
    match settings:
        case TelegramSettings():
            heard = "commands are heard" if settings.commands else "commands are not heard"
            to = f"{len(settings.chats)} {'chat' if len(settings.chats) == 1 else 'chats'}, {heard}"
        case EmailSettings():
            to = f"to {', '.join(settings.to)} by {settings.host}"
        case _:
            to = _LEAST[settings.least]
    return f"{to}; today: {told or 'nothing told'}"


_LEAST = {
    Severity.INFO: "told everything",
    Severity.WARNING: "told warnings and what is critical",
    Severity.CRITICAL: "told what is critical",
}


class ChannelTests:
    """Tests of channels, one at a time of each: a button that is pressed often sends one message."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._under_way = {name: threading.Lock() for name in CHANNELS}

    def test(self, name: str, *, with_message: bool) -> Document | None:
        """What `edgeproof notify test` finds; None where a test of it is under way.

        Raises
        ------
        InputError
            No such channel is set up.
        """
        if name not in load_settings(self._place.config).notify.channels():
            raise InputError(f"{name} is not set up: [notify.{name}] in {self._place.config}")
        turn = self._under_way[name]
        if not turn.acquire(blocking=False):
            return None
        try:
            return self._tested(name, with_message=with_message)
        finally:
            turn.release()

    def _tested(self, name: str, *, with_message: bool) -> Document:
        heard: list[str] = []
        problem, found = None, list[str]()
        try:
            found = asyncio.run(try_channel(self._place.config, name, heard.append, with_message=with_message))
        except (ChannelError, InputError) as error:  # a secret that is not there is what a test is for
            problem = masked(str(error))
        said = [masked(each) for each in (*found, *heard)]
        return {"channel": name, "works": problem is None, "found": said, "problem": problem}
