"""Settings of notifications: which channels there are, what each is told, and when it is left in peace.

A secret is never in the file: `env:NAME`, `keyring:SERVICE/NAME` or `file:PATH` says where it is.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from edgeproof.config.values import Section, UpToADay, wrong
from edgeproof.core.model.message import Severity, Topic
from edgeproof.core.model.time import HOUR, MINUTE, SECOND

Speech = Literal["on", "silent", "off"]
CHANNELS = ("telegram", "discord", "email", "webhook", "apprise")
PUSH = "push"
"""The channel that is there without a section: it tells the browsers that asked for it."""

_MINUTES_A_DAY = 24 * 60
_SECRET = re.compile(r"(env|keyring|file):\S.*", re.DOTALL)


def _secret(value: object) -> str:
    if not isinstance(value, str) or not _SECRET.fullmatch(value):
        # What was found is not repeated: it may be the secret itself.
        raise ValueError(
            'expected where the secret is: "env:NAME", "keyring:SERVICE/NAME" or "file:PATH"; a secret itself must not '
            "stand in this file"
        )
    return value


Secret = Annotated[str, BeforeValidator(_secret)]


def _minute_of_day(text: str) -> int:
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*", text)
    minute = int(found[1]) * 60 + int(found[2]) if found else _MINUTES_A_DAY
    if found is None or int(found[2]) >= 60 or minute >= _MINUTES_A_DAY:
        raise wrong('a time of day such as "07:30" (UTC)', text)
    return minute


def _hours(value: object) -> tuple[int, int] | None:
    if value is None or value is False:
        return None
    if isinstance(value, tuple):
        return value
    begin, separator, end = str(value).partition("-")
    if not separator:
        raise wrong('hours such as "22:00-07:00" (UTC), or false', value)
    return _minute_of_day(begin), _minute_of_day(end)


Hours = Annotated[tuple[int, int] | None, BeforeValidator(_hours)]
"""Minutes of the UTC day: from the first on, up to the second; past midnight where the second is smaller."""


def _time(value: object) -> int | None:
    if value is None or value is False:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _minute_of_day(str(value))


class ChannelSettings(Section):
    """What every channel has. `topics` stands above those of all channels, `least` is what matters enough for it.

    `fallback` names the channel that speaks for it when it is away. `budget` is how many messages an hour it takes
    before the rest comes as a digest; critical ones are never counted. 0 for no limit. `per_second` is how many it
    takes in the long run, where that is not what such a channel usually takes.
    """

    topics: dict[Topic, Speech] = {}
    least: Severity = Severity.INFO
    fallback: str | None = None
    budget: Annotated[int, Field(ge=0)] = 60
    per_second: Annotated[float | None, Field(gt=0)] = None


class ChatSettings(Section):
    """A Telegram chat: a viewer sees, an operator steers."""

    id: int
    role: Literal["operator", "viewer"] = "viewer"
    name: str = ""


class TelegramSettings(ChannelSettings):
    """Telegram. `chats` are those that are told, and whose commands are heard. `url` is another Bot API server."""

    token: Secret = "env:EDGEPROOF_TELEGRAM_TOKEN"  # noqa: S105 - where it is, not what it is
    chats: tuple[ChatSettings, ...]
    url: str | None = None
    commands: bool = True


class DiscordSettings(ChannelSettings):
    """A Discord webhook. Its URL is the secret."""

    url: Secret = "env:EDGEPROOF_DISCORD_URL"


class EmailSettings(ChannelSettings):
    """E-mail through an SMTP server: what is critical at once, and the daily summary."""

    host: str
    port: Annotated[int, Field(gt=0, lt=65_536)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: Secret | None = None
    sender: str
    to: Annotated[tuple[str, ...], Field(min_length=1)]
    certificates: str | None = None
    least: Severity = Severity.CRITICAL


class WebhookSettings(ChannelSettings):
    """JSON to a URL of the user's, signed with a secret both know."""

    url: str
    secret: Secret = "env:EDGEPROOF_WEBHOOK_SECRET"  # noqa: S105 - where it is, not what it is
    budget: Annotated[int, Field(ge=0)] = 0


class AppriseSettings(ChannelSettings):
    """Anything that apprise can reach. Each of its URLs is a secret."""

    urls: Annotated[tuple[Secret, ...], Field(min_length=1)]


class PushSettings(ChannelSettings):
    """Browsers that were switched on in the dashboard. `contact` is where keepers of push services can write to."""

    contact: Annotated[str | None, Field(pattern=r"^[^@\s<>:]+@[^@\s<>:]+\.[^@\s<>:]+$", max_length=200)] = None


class NotifySettings(Section):
    """Who is told of what. A channel without a section is not there.

    `topics` says of each topic whether it is on, silent or off. In `quiet_hours` only what is critical makes a sound;
    a channel that cannot be silent waits for their end. A warning that goes on is told again after `repeat_after`, then
    after twice as long, and so on. What could not be told for `keep_for` is given up. A channel that has been away for
    `fallback_after` is spoken for by its fallback, for what is critical at once.
    """

    topics: dict[Topic, Speech] = {}
    quiet_hours: Hours = None
    summary_at: Annotated[int | None, BeforeValidator(_time)] = 0
    repeat_after: UpToADay = 5 * MINUTE
    fallback_after: UpToADay = 60 * SECOND
    keep_for: UpToADay = 24 * HOUR
    telegram: TelegramSettings | None = None
    discord: DiscordSettings | None = None
    email: EmailSettings | None = None
    webhook: WebhookSettings | None = None
    apprise: AppriseSettings | None = None
    push: PushSettings = PushSettings()

    @field_validator("telegram")
    @classmethod
    def _has_chats(cls, value: TelegramSettings | None) -> TelegramSettings | None:
        if value is not None and not value.chats:
            raise ValueError('expected at least one chat: chats = [{ id = 123456, role = "operator" }]')
        return value

    @model_validator(mode="after")
    def _fallbacks_are_there(self) -> "NotifySettings":
        channels: dict[str, ChannelSettings] = {**self.channels(), PUSH: self.push}
        for name, channel in channels.items():
            if channel.fallback is None:
                continue
            if channel.fallback == name or channel.fallback not in channels:
                there = ", ".join(each for each in channels if each != name) or "no other channel"
                raise ValueError(f'fallback of {name}: expected another channel ({there}), found "{channel.fallback}"')
        return self

    def of(self, name: str) -> ChannelSettings:
        """The settings of a channel that is set up, or of push."""
        return self.push if name == PUSH else self.channels()[name]

    def channels(self) -> dict[str, ChannelSettings]:
        """The channels that are set up, by name."""
        found: dict[str, Any] = {name: getattr(self, name) for name in CHANNELS}
        return {name: each for name, each in found.items() if each is not None}
