"""The ways to people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from edgeproof.core.model.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it is to be sent now.

    `is_silent` asks for no sound. `marks` stand before everything else: that it is late, that it may be there already,
    in whose place it comes. `updates` are messages that were merged into it, the oldest first. `chart` makes the
    picture (PNG) when it is wanted; None where there is none.
    """

    message: Message
    is_silent: bool = False
    is_late: bool = False
    marks: tuple[str, ...] = ()
    updates: tuple[Message, ...] = ()
    chart: Callable[[], bytes | None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What a channel can do, and how much it takes: `burst` messages at once, `per_second` in the long run.

    `can_edit` says that a message that was sent can be changed, `is_idempotent` that one that is sent twice under the
    same id arrives once. While it has no listeners nobody would get a message, and none is queued for it.
    """

    can_edit: bool = False
    can_be_silent: bool = False
    is_idempotent: bool = False
    per_second: float = 1.0
    burst: int = 5
    has_listeners: bool = True


class Channel(Protocol):
    """One way to people. It sends what it is given, once, and says what came of it; it does not try again."""

    @property
    def name(self) -> str:
        """The name in settings, journal and words: "telegram", "email" ..."""
        ...

    @property
    def traits(self) -> Traits:
        """What it can do."""
        ...

    async def send(self, outgoing: Outgoing) -> str:
        """Send; what the channel calls the message, "" where it gives it no name.

        Raises
        ------
        ChannelError
            It was not taken, or nobody knows.
        """
        ...

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """Put a message in the place of one that was sent; what it is called now. Only where it `can_edit`."""
        ...

    async def test(self) -> str:
        """Look at the set-up without telling anybody anything, as far as the channel allows; what was found.

        Raises
        ------
        ChannelError
            It cannot work; the words say what to set right.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A command a person gave through a channel: its name, the words after it, and all of it as it was said.

    `chat` and `user` are the channel's own ids, `by` is what the person is called there. `is_confirmed` says that the
    person was asked whether it is meant, and said yes.
    """

    name: str
    words: tuple[str, ...]
    text: str
    channel: str
    chat: str
    user: str
    by: str
    role: str
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person is told: plain text, in columns where `is_monospace`.

    `confirm` is what a button says by which the person confirms it: nothing was done yet. "" where there is nothing to
    confirm. `meant` are the words it is confirmed with, where those that were said could mean another thing by then.
    `outcome` is what came of it in a few words, for the journal.
    """

    text: str
    outcome: str
    is_monospace: bool = False
    confirm: str = ""
    meant: tuple[str, ...] = ()


class Answers(Protocol):
    """Who knows what to answer."""

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """The commands there are, each with what it does in a few words."""
        ...

    async def answer(self, command: Heard) -> Answer:
        """The answer to a command, which is done by then; one that must be confirmed is not."""
        ...
