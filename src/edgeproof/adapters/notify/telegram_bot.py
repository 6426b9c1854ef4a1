"""The ear at Telegram: commands and buttons of listed chats, by long polling.

1. `listen` polls; what is asked for from a number on is what the server then forgets. An update is handled once: those
   that come again are known by their number, and those that cannot be read are passed over.
2. Updates of other chats are dropped before anything else is looked at: they are counted, and cost nothing more.
3. A command goes to `Answers`, and what was answered to the journal and to the chat, in this order.
4. What must be confirmed waits for a button, which only the one who asked can press, once, within `CONFIRM_S`.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from edgeproof.adapters.notify.telegram_html import Buttons, answer_html
from edgeproof.adapters.notify.telegram_updates import Pressed, Said, chat_of, number_of, read
from edgeproof.core.model.errors import ChannelError, EdgeproofError
from edgeproof.ports import Clock
from edgeproof.ports.channels import Answer, Answers, Heard

if TYPE_CHECKING:
    from edgeproof.adapters.notify.telegram_wire import Wire

CONFIRM_S = 60.0

_LOG = logging.getLogger(__name__)
_KNOWN = 1_000
_MOST_WAITING = 100
_TRIES = 3
_LONGEST_WAIT_S = 5.0
_BUTTONS = frozenset({"take", "skip", "close"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds: of a long poll, for an answer, and between polls that failed."""

    poll: float = 25.0
    answer: float = 30.0
    first_pause: float = 1.0
    longest_pause: float = 60.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What waits to be confirmed, until a time of the monotonic clock."""

    heard: Heard
    until: float


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class TelegramListener:
    """Hears the chats of `roles` and nobody else. `strangers` counts the updates of others, `malformed` what is none.

    `on_heard` gets every command with what came of it; `on_words` what stops the ear from hearing.
    """

    wire: "Wire"
    roles: Mapping[int, str]
    answers: Answers
    clock: Clock
    on_heard: Callable[[Heard, str], None]
    on_words: Callable[[str], None] = lambda words: None
    pace: Pace = field(default_factory=Pace)
    strangers: int = 0
    malformed: int = 0
    _offset: int = 0
    _handled: deque[int] = field(default_factory=lambda: deque(maxlen=_KNOWN))
    _waiting: OrderedDict[str, _Waiting] = field(default_factory=OrderedDict)
    _trouble: str = ""
    _own_name: str = ""

    async def listen(self) -> None:
        """Hear until cancelled."""
        is_ready, pause = False, self.pace.first_pause
        while True:
            try:
                if not is_ready:
                    await self._begin()
                    is_ready = True
                updates = await self.wire.poll(self._offset, self.pace.poll)
            except ChannelError as error:
                self._tell(str(error))
                is_hopeless = error.blame != "passing"
                await asyncio.sleep(self.pace.longest_pause if is_hopeless else max(pause, error.retry_after or 0))
                pause = min(2 * pause, self.pace.longest_pause)
                continue
            if self._trouble:
                self._trouble = ""
                self.on_words("telegram: commands are heard again")
            pause = self.pace.first_pause
            if not await self._handle(updates):
                await asyncio.sleep(pause)

    async def _begin(self) -> None:
        await self.wire.take_polling()
        self._own_name = (await self.wire.me()).removeprefix("@")
        await self.wire.offer(self.answers.offered)

    def _tell(self, words: str) -> None:
        if words != self._trouble:
            self._trouble = words
            self.on_words(words)

    async def _handle(self, updates: Sequence[Any]) -> bool:
        """Handle what came; False where none of it could be acknowledged, which must not turn into a race."""
        if not updates:
            # All that was handled is acknowledged by now, so nothing can come again; and after a week of silence the
            # server numbers anew, perhaps from below.
            self._offset = 0
            return True
        is_any = False
        for update in updates:
            number = number_of(update)
            if number is None:
                self.malformed += 1
                continue
            is_any = True
            self._offset = max(self._offset, number + 1)
            if number not in self._handled:
                self._handled.append(number)
                await self._take(update, number)
        return is_any

    async def _take(self, update: Mapping[str, Any], number: int) -> None:
        chat = chat_of(update)
        if chat not in self.roles:
            self.strangers += 1
            return
        match read(update):
            case Said() as said if said.to.lower() in {"", self._own_name.lower()}:
                await self._command(self._heard(said, said.name, said.words, said.text), number)
            case Pressed() as pressed:
                await self._press(pressed, number)
            case _:
                pass  # talk, or a command to another bot

    def _heard(self, who: Said | Pressed, name: str, words: tuple[str, ...], text: str) -> Heard:
        return Heard(
            name=name,
            words=words,
            text=text,
            channel="telegram",
            chat=str(who.chat),
            user=str(who.user),
            by=who.by,
            role=self.roles[who.chat],
        )

    async def _command(self, heard: Heard, number: int) -> None:
        answer = await self._answer(heard)
        chat = int(heard.chat)
        if not answer.confirm:
            await self._reply(chat, _html(answer))
            return
        self._waiting[str(number)] = _Waiting(
            replace(heard, words=answer.meant or heard.words), self.clock.monotonic() + CONFIRM_S
        )
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)
        await self._reply(chat, _html(answer), ((answer.confirm, f"yes:{number}"), ("No", f"no:{number}")))

    async def _answer(self, heard: Heard) -> Answer:
        """The answer, kept in the journal before it is told."""
        try:
            async with asyncio.timeout(self.pace.answer):
                answer = await self.answers.answer(heard)
        except EdgeproofError as error:
            answer = Answer(text=str(error), outcome=f"failed: {error}")
        except TimeoutError:
            # What was begun may still be done: a wish that was left is granted.
            answer = Answer(text=f"no answer within {self.pace.answer:g} s", outcome="no answer in time")
        except Exception as error:  # noqa: BLE001 - a border: no answer may end the hearing of the next command
            _LOG.exception("the answer to /%s failed", heard.name)
            answer = Answer(text=f"that failed by a defect ({type(error).__name__})", outcome=f"defect: {error!r}")
        self.on_heard(heard, answer.outcome)
        return answer

    async def _press(self, pressed: Pressed, number: int) -> None:
        kind, _, rest = pressed.data.partition(":")
        if kind in {"yes", "no"}:
            await self._confirmed(pressed, rest, is_yes=kind == "yes")
        elif kind in _BUTTONS:
            await self._acknowledge(pressed)
            await self._command(self._heard(pressed, kind, (rest,), f"[{kind}] {rest}"), number)
        else:
            await self._acknowledge(pressed)

    async def _confirmed(self, pressed: Pressed, key: str, *, is_yes: bool) -> None:
        waiting = self._waiting.get(key)
        if waiting is None:
            gone = self._heard(pressed, "confirm", (), f"[{'yes' if is_yes else 'no'}]")
            self.on_heard(gone, "refused: nothing waits to be confirmed")
            await self._acknowledge(pressed, "This was answered already, or it is too old. Ask again.")
            await self._put(pressed, None)
            return
        if (waiting.heard.chat, waiting.heard.user) != (str(pressed.chat), str(pressed.user)):
            other = self._heard(pressed, waiting.heard.name, waiting.heard.words, f"[confirm] {waiting.heard.text}")
            self.on_heard(other, "refused: somebody else asked")
            await self._acknowledge(pressed, "Only the one who asked can confirm this.")
            return
        del self._waiting[key]
        await self._acknowledge(pressed)
        if self.clock.monotonic() > waiting.until:
            await self._left(
                pressed, waiting.heard, "expired", f"Not done: it had to be confirmed within {CONFIRM_S:g} s."
            )
        elif not is_yes:
            await self._left(pressed, waiting.heard, "not confirmed", "Not done.")
        else:
            await self._put(pressed, await self._answer(replace(waiting.heard, is_confirmed=True)))

    async def _left(self, pressed: Pressed, heard: Heard, outcome: str, words: str) -> None:
        self.on_heard(heard, outcome)
        await self._put(pressed, Answer(text=f"{heard.text}: {words}", outcome=outcome))

    # --- what is said ---

    async def _put(self, pressed: Pressed, answer: Answer | None) -> None:
        """Put an answer in the place of the question and its buttons; None takes the buttons away."""
        if answer is None:
            return await self._without_buttons(pressed)
        try:
            await self.wire.change(pressed.chat, pressed.number, _html(answer))
        except ChannelError:
            await self._reply(pressed.chat, _html(answer))

    async def _without_buttons(self, pressed: Pressed) -> None:
        try:
            await self.wire.strip(pressed.chat, pressed.number)
        except ChannelError as error:
            _LOG.debug("buttons stay: %s", error)

    async def _acknowledge(self, pressed: Pressed, words: str = "") -> None:
        try:
            await self.wire.acknowledge(pressed.query, words)
        except ChannelError as error:
            _LOG.debug("a button stays busy: %s", error)

    async def _reply(self, chat: int, html: str, row: Buttons = ()) -> None:
        """Answer in a chat, a few times where it fails in passing."""
        for tried in range(1, _TRIES + 1):
            try:
                await self.wire.say(chat, html, rows=(row,) if row else ())
            except ChannelError as error:
                if error.blame != "passing" or tried == _TRIES:
                    self.on_words(f"telegram: an answer did not reach chat {chat}: {error}")
                    return
                wait = self.pace.first_pause * tried if error.retry_after is None else error.retry_after
                await asyncio.sleep(min(wait, _LONGEST_WAIT_S))
            else:
                return


def _html(answer: Answer) -> str:
    return answer_html(answer.text or "-", is_monospace=answer.is_monospace)
