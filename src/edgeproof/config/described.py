"""All settings in force, each with where it comes from, as a page shows them. A secret is never among them."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from edgeproof.config import Settings, load_settings, may_be_secret
from edgeproof.config.lines import line_of
from edgeproof.config.meanings import meaning_of
from edgeproof.config.notify import CHANNELS, PUSH, ChatSettings
from edgeproof.core.model.time import format_duration

HIDDEN = "***"

_DURATIONS = frozenset({"cooldown", "max_price_age", "repeat_after", "fallback_after", "keep_for"})
_CAN_BE_OFF = frozenset({"validation", "risk"})
_OFF_WITHOUT = frozenset({"quiet_hours", "summary_at"})
_MINUTES_AN_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A setting: its value and its default as the file would say them, and its source.

    `source` is "default", "file line N" or "environment NAME".
    """

    key: str
    value: str
    default: str
    source: str
    is_secret: bool
    help: str | None


def described(path: Path) -> tuple[tuple[str, tuple[Described, ...]], ...]:
    """The sections of the settings with all that is in force; an `InputError` where the file cannot be meant."""
    settings = load_settings(path)
    text = ""
    with suppress(OSError, UnicodeDecodeError):
        text = path.read_text(encoding="utf-8")
    return tuple((".".join(place), tuple(_settings(place, section, text))) for place, section in _sections(settings))


def _sections(settings: Settings) -> Iterator[tuple[tuple[str, ...], BaseModel]]:
    for name in type(settings).model_fields:
        yield (name,), getattr(settings, name)
        if name == "notify":
            for channel, section in {**settings.notify.channels(), PUSH: settings.notify.push}.items():
                yield (name, channel), section


def _settings(place: tuple[str, ...], section: BaseModel, text: str) -> Iterator[Described]:
    said = _said_in(text, place)
    for name, field in type(section).model_fields.items():
        if place == ("notify",) and name in (*CHANNELS, PUSH):
            continue
        key = (*place, name)
        is_secret = place[0] != "web" and may_be_secret(key)
        value = getattr(section, name)
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        yield Described(
            key=".".join(key),
            value=_hidden(value) if is_secret else _words(key, value),
            default="" if is_secret or field.is_required() else _words(key, default),
            source=_source(key, value, text, is_said=name in said, is_secret=is_secret),
            is_secret=is_secret,
            help=meaning_of(".".join(key)),
        )


def _said_in(text: str, place: tuple[str, ...]) -> Mapping[str, Any]:
    found: Any = tomllib.loads(text)
    for name in place:
        found = found.get(name, {})
    return found if isinstance(found, dict) else {}


def _hidden(value: object) -> str:
    return "" if value is None else HIDDEN


def _source(key: tuple[str, ...], value: object, text: str, *, is_said: bool, is_secret: bool) -> str:
    if is_secret and isinstance(value, str) and value.startswith("env:"):
        return f"environment {value.removeprefix('env:')}"
    return f"file line {line_of(key, text)}" if is_said else "default"


def _words(key: tuple[str, ...], value: object) -> str:
    if value is None:
        return "off" if key[0] in _CAN_BE_OFF or key[-1] in _OFF_WITHOUT else ""
    if key[-1] in _DURATIONS and isinstance(value, int):
        return format_duration(value)
    if key[-1] == "summary_at" and isinstance(value, int):
        return _clock(value)
    if key[-1] == "quiet_hours" and isinstance(value, tuple):
        return "-".join(map(_clock, value))
    return _plain(value)


def _plain(value: object) -> str:  # noqa: PLR0911 - one for each kind of value
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case float():
            return f"{value:.12g}"
        case Mapping():
            return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
        case ChatSettings():
            return f"{value.name or value.id} ({value.role})"
        case frozenset():
            return ", ".join(sorted(map(str, value)))
        case tuple():
            return ", ".join(map(_plain, value))
        case _:
            return str(value)


def _clock(minute: int) -> str:
    return f"{minute // _MINUTES_AN_HOUR:02d}:{minute % _MINUTES_AN_HOUR:02d}"
