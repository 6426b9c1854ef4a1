"""The Bot API through python-telegram-bot and its own HTTP: each call once, and every way to fail as a `ChannelError`.

Loaded by telegram.py alone, when a bot is opened: the library is an extra.
"""

import json
import logging
import os
import re
from collections.abc import Awaitable, Sequence
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlencode

import httpx
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from edgeproof.adapters.notify.telegram_html import Buttons
from edgeproof.adapters.notify.telegram_patience import Patience
from edgeproof.core.model.errors import ChannelError

# The library's own switch: a limit's wait is a timedelta now, as in its next major version, and it warns no more of it.
os.environ.setdefault("PTB_TIMEDELTA", "true")

T = TypeVar("T")

TELEGRAM = "https://api.telegram.org"

_IN_URL = re.compile(r"/bot[^/\s\"']+")
_LOGGERS = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "telegram.Bot")
_NEVER_CAME = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_NO_TOKEN = "the token is not that of a bot: take it from @BotFather and put it where [notify.telegram] says"
_CONFLICT = (
    "telegram: another program reads the updates of this bot; one bot serves one session: end the other one, or make a "
    "bot of its own with @BotFather"
)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class ConflictError(ChannelError):
    """Another program reads the updates of the same bot."""


class _Hidden(logging.Filter):
    """Drops what holds the URL of a bot: the token is part of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _IN_URL.search(record.getMessage()) is None


_HIDDEN = _Hidden()


class Wire:
    """A bot. `poll` and the rest have connections of their own, so that a long poll holds up no message."""

    def __init__(self, token: str, url: str | None, patience: Patience) -> None:
        for name in _LOGGERS:
            # The same filter twice counts once.
            logging.getLogger(name).addFilter(_HIDDEN)
        self._token = token
        self._base = f"{(url or TELEGRAM).rstrip('/')}/bot"
        self._answer = patience.answer
        # A server of one's own is not behind the proxy of the way to Telegram.
        more = {} if url is None else {"trust_env": False}
        common: dict[str, Any] = {
            "connect_timeout": patience.connect,
            "read_timeout": patience.answer,
            "write_timeout": patience.answer,
            "pool_timeout": patience.connect,
            "media_write_timeout": patience.picture,
            "httpx_kwargs": more,
        }
        self._calls = HTTPXRequest(connection_pool_size=16, **common)
        self._polls = HTTPXRequest(connection_pool_size=1, **common)
        self._bot = Bot(token, base_url=self._base, request=self._calls, get_updates_request=self._polls)

    def __repr__(self) -> str:
        return "Wire()"

    async def me(self) -> str:
        """What the bot is called."""
        return f"@{(await self._done(self._bot.get_me())).username}"

    async def see(self, chat: int) -> None:
        """Look at a chat without telling it anything: by the sign of somebody writing, which is gone in seconds."""
        await self._done(self._bot.send_chat_action(chat, "typing"))

    async def say(
        self, chat: int, text: str, *, is_html: bool = True, is_silent: bool = False, rows: Sequence[Buttons] = ()
    ) -> int:
        """Send a text; the number of the message."""
        sent = await self._done(
            self._bot.send_message(
                chat,
                text,
                parse_mode="HTML" if is_html else None,
                disable_notification=is_silent,
                reply_markup=_markup(rows),
                link_preview_options=_NO_PREVIEW,
            )
        )
        return sent.message_id

    async def show(
        self, chat: int, png: bytes, caption: str, *, is_silent: bool = False, rows: Sequence[Buttons] = ()
    ) -> int:
        """Send a picture with words under it; the number of the message."""
        sent = await self._done(
            self._bot.send_photo(
                chat,
                png,
                caption=caption,
                parse_mode="HTML",
                disable_notification=is_silent,
                reply_markup=_markup(rows),
                filename="chart.png",
            )
        )
        return sent.message_id

    async def change(
        self, chat: int, number: int, text: str, *, is_picture: bool = False, rows: Sequence[Buttons] = ()
    ) -> None:
        """Put a text in the place of what a message says."""
        if is_picture:
            await self._done(
                self._bot.edit_message_caption(
                    chat, number, caption=text, parse_mode="HTML", reply_markup=_markup(rows)
                )
            )
            return
        await self._done(
            self._bot.edit_message_text(
                text,
                chat,
                number,
                parse_mode="HTML",
                reply_markup=_markup(rows),
                link_preview_options=_NO_PREVIEW,
            )
        )

    async def strip(self, chat: int, number: int) -> None:
        """Take the buttons from under a message."""
        await self._done(self._bot.edit_message_reply_markup(chat, number))

    async def acknowledge(self, query: str, text: str = "") -> None:
        """Let a button that was pressed be at rest."""
        await self._done(self._bot.answer_callback_query(query, text or None))

    async def offer(self, commands: Sequence[tuple[str, str]]) -> None:
        """Tell people's apps which commands there are."""
        await self._done(self._bot.set_my_commands([BotCommand(name, words) for name, words in commands]))

    async def take_polling(self) -> None:
        """Let updates be polled for: while there is a webhook they are sent there."""
        await self._done(self._bot.delete_webhook())

    async def poll(self, offset: int, wait_s: float) -> list[Any]:
        """The updates from an offset on, as they came; those before it are forgotten by the server.

        The library would read them all or none: one that cannot be understood must not hold up the others for ever.
        """
        words = {"offset": offset, "timeout": round(wait_s), "allowed_updates": '["message","callback_query"]'}
        url = f"{self._base}{self._token}/getUpdates?{urlencode(words)}"
        answer = await self._done(self._polls.retrieve(url, read_timeout=wait_s + self._answer))
        try:
            found = json.loads(answer)["result"]
        except (ValueError, KeyError, TypeError):
            found = None
        if not isinstance(found, list):
            raise ChannelError("telegram: getUpdates was answered without sense; it will be asked again")
        return found

    async def close(self) -> None:
        """Let go of connections."""
        await self._calls.shutdown()
        await self._polls.shutdown()

    async def _done(self, call: Awaitable[T]) -> T:
        try:
            return await call
        except TelegramError as error:
            _raise(error, self._token)


def _markup(rows: Sequence[Buttons]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


def _raise(error: TelegramError, token: str) -> NoReturn:
    """What a failure of the library means. Its words come from the network: no secret may come back with them."""
    found = channel_error(error)
    words = _IN_URL.sub("/bot<token>", str(found).replace(token, "<token>"))
    kind = ConflictError if isinstance(error, Conflict) else ChannelError
    # Not `from error`: a traceback must not hold what the words may not.
    raise kind(
        words, blame=found.blame, retry_after=found.retry_after, may_have_arrived=found.may_have_arrived
    ) from None


def channel_error(error: TelegramError) -> ChannelError:
    """Whose fault an error of the library is."""
    match error:
        case RetryAfter():
            waits = error.retry_after
            seconds = float(waits) if isinstance(waits, int) else waits.total_seconds()
            return ChannelError(f"telegram: too many messages; it asks for {seconds:g} s", retry_after=seconds)
        case BadRequest():
            return _bad_request(error)
        case NetworkError():
            return _network(error)
        case Conflict():
            return ChannelError(_CONFLICT)
        case InvalidToken() | EndPointNotFound() | Forbidden() | ChatMigrated():
            return ChannelError(f"telegram: {_wrong_setup(error)}", blame="channel")
        case _:
            return ChannelError(f"telegram: {error.message}", may_have_arrived=True)


def _wrong_setup(error: TelegramError) -> str:
    match error:
        case Forbidden():
            return f"{error.message}: {_remedy(error.message)}"
        case ChatMigrated():
            return f"the group has become a supergroup: its id in the settings is now {error.new_chat_id}"
        case _:
            return _NO_TOKEN


def _bad_request(error: BadRequest) -> ChannelError:
    words = error.message.lower()
    if any(each in words for each in _UNREACHABLE):
        return ChannelError(f"telegram: {error.message}: {_remedy(words)}", blame="channel")
    return ChannelError(f"telegram: {error.message}", blame="message")


_UNREACHABLE = ("chat not found", "user not found", "not enough rights", "chat_write_forbidden", "peer_id_invalid")


def _remedy(words: str) -> str:
    if "blocked" in words:
        return "open the bot in Telegram and press Start again, or take the chat out of the settings"
    if "kicked" in words or "not a member" in words:
        return "add the bot to the group again, or take the chat out of the settings"
    if "rights" in words or "forbidden" in words:
        return "let the bot write there (in a channel or group: make it an administrator)"
    return "open the bot in Telegram and press Start, and check the id of the chat in the settings"


def _network(error: NetworkError) -> ChannelError:
    cause = error.__cause__
    if isinstance(cause, _NEVER_CAME):
        return ChannelError("telegram: it cannot be reached: check the network and the firewall")
    if isinstance(error, TimedOut):
        return ChannelError("telegram: no answer came in time", may_have_arrived=True)
    if isinstance(cause, httpx.HTTPError):
        return ChannelError(f"telegram: the connection broke ({type(cause).__name__})", may_have_arrived=True)
    return ChannelError(f"telegram: its server failed: {error.message[:80]}")
