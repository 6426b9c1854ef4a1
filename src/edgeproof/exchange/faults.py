"""What can be made to go wrong: the faults by name, their keys, and the words for them.

A fault is written `NAME[:key=value,...]`, such as `drop:after=500,code=1006,outage=10m`. Whether it strikes a message
is a pure function of the seed and of what the message is about, never of when or to whom it is sent.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import MINUTE, parse_duration
from edgeproof.exchange.noise import fraction, salt_of

Value = int | float | str


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a fault: its value without words for it, how words become one, and what it means."""

    default: Value
    read: Callable[[str], Value]
    meaning: str


def _duration(text: str) -> int:
    return int(text) if text.isdigit() else parse_duration(text)


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError
    return share


def _whole(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < 3600:
        raise ValueError
    return seconds


def _one_of(*known: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError
        return text

    return read


def _close_code(text: str) -> int:
    code = int(text)
    if code not in _CLOSE_CODES and not 3000 <= code < 5000:
        raise ValueError
    return code


_CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014})
_RATE = Key(0.01, _share, "the share of messages it strikes")
_EVERY = Key(0, _whole, "strike every so many messages instead")
_COUNT = Key(0, _whole, "how often at most; 0 for no end")
_ONCE = Key(1, _whole, "on how many connections; 0 for all")
_THRICE = Key(3, _whole, "how often at most; 0 for no end")
_AFTER = Key(0, _whole, "let so many messages or requests pass first")
_LATER = Key(200, _whole, "messages of the connection before it happens")
_OUTAGE = Key(0, _duration, "market time that passes before the next connection is served")
_WHEN = Key(10 * MINUTE, _duration, "market time until it happens")
_PRODUCT = Key("", str.upper, "the product, such as PF_XBTUSD [the first without it]")
_ALWAYS = Key(1.0, _share, "the share of requests it strikes")
_PATH = Key("", str, "only requests whose path contains this")

_MESSAGES = {"rate": _RATE, "every": _EVERY, "count": _COUNT, "after": _AFTER}
_REQUESTS = {"rate": _ALWAYS, "every": _EVERY, "count": _THRICE, "after": _AFTER, "path": _PATH}

KINDS: Mapping[str, Mapping[str, Key]] = {
    "silent": {
        "after": _LATER,
        "count": _ONCE,
        "pings": Key("yes", _one_of("yes", "no"), "whether pings are still answered: yes or no"),
        "outage": Key(10 * MINUTE, _duration, "market time that passes in silence, at most speed"),
    },
    "drop": {
        "after": _LATER,
        "count": _ONCE,
        "code": Key(1006, _close_code, "1006 cuts the connection, another is a close frame's"),
        "outage": _OUTAGE,
    },
    "duplicate": _MESSAGES,
    "delay": _MESSAGES | {"by": Key(5, _whole, "trades of the same product that go before it")},
    "reorder": _MESSAGES,
    "missing": _MESSAGES,
    "book_gap": _MESSAGES,
    "late_snapshot": {"by": Key(20, _whole, "messages of the connection that come first"), "count": _ONCE},
    "alert": _MESSAGES | {"message": Key("Bad request", str, "what it says")},
    "error": _MESSAGES | {"message": Key("Internal error", str, "what it says")},
    "malformed": _MESSAGES
    | {"form": Key("half", _one_of("half", "garbage"), "half: a message cut in two; garbage: no JSON beside it")},
    "503": _REQUESTS,
    "html": _REQUESTS | {"status": Key(502, _whole, "the HTTP status the page comes with")},
    "429": _REQUESTS | {"reset": Key(1, _whole, "seconds in the rate-limit-reset header")},
    "slow_rest": _REQUESTS | {"seconds": Key(1.0, _seconds, "by the wall")},
    "clock_skew": {"ms": Key(5_000, int, "added to every stamp but those of trades")},
    "maintenance": {
        "after": _WHEN,
        "down": Key(2 * MINUTE, _duration, "market time without service"),
        "post_only": Key(5 * MINUTE, _duration, "market time in post-only mode after it"),
    },
    "instrument_added": {"after": _WHEN, "product": _PRODUCT},
    "instrument_expired": {"after": _WHEN, "product": _PRODUCT},
    "tick_changed": {"after": _WHEN, "product": _PRODUCT, "tick": Key(0.0, float, "the new tick [ten times the old]")},
}
"""Every fault with its keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that was asked for, with a value for each of its keys."""

    name: str
    values: Mapping[str, Value]

    def whole(self, key: str) -> int:
        """The value of a key that is a whole number."""
        return int(self.values[key])

    def number(self, key: str) -> float:
        """The value of a key that is a number."""
        return float(self.values[key])

    def text(self, key: str) -> str:
        """The value of a key that is text."""
        return str(self.values[key])

    def __str__(self) -> str:
        return f"{self.name}:" + ",".join(f"{key}={value}" for key, value in self.values.items())


def parse_fault(text: str) -> Fault:
    """The fault that words such as `drop:after=500,code=1006` ask for.

    >>> str(parse_fault("clock_skew:ms=-2000"))
    'clock_skew:ms=-2000'
    """
    name, _, rest = text.strip().partition(":")
    words = [part.partition("=") for part in rest.split(",") if part.strip()]
    return make_fault(name, {key.strip(): value.strip() for key, _, value in words})


def make_fault(name: str, words: Mapping[str, str]) -> Fault:
    """A fault by its name and the words for its keys.

    Raises
    ------
    InputError
        Nothing has that name, it has no such key, or a value cannot be read.
    """
    if name not in KINDS:
        raise InputError(f'no fault is called "{name}"{_hint(name, KINDS)}; there are {", ".join(KINDS)}')
    keys = KINDS[name]
    for key in words:
        if key not in keys:
            raise InputError(f'the fault {name} has no key "{key}"{_hint(key, keys)}; it has {", ".join(keys)}')
    values = {key: known.default if key not in words else _read(name, key, words[key]) for key, known in keys.items()}
    return Fault(name=name, values=values)


def _read(name: str, key: str, text: str) -> Value:
    known = KINDS[name][key]
    try:
        return known.read(text)
    except (ValueError, InputError):
        wanted = f"something such as {known.default}" if known.default != "" else "text"
        raise InputError(f'the fault {name}: expected {key} to be {wanted} ({known.meaning}), found "{text}"') from None


def _hint(word: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{near[0]}"?' if near else ""


@dataclass(slots=True, kw_only=True)
class Active:
    """A fault at work: how many chances it had and how often it struck."""

    fault: Fault
    seed: int
    number: int
    chances: int = 0
    struck: int = 0
    is_ended: bool = field(default=False)

    @property
    def is_spent(self) -> bool:
        """Whether it will never strike again."""
        most = int(self.fault.values.get("count", 0))
        return self.is_ended or 0 < most <= self.struck

    def strikes(self, *about: int) -> bool:
        """Whether it strikes what is known by some numbers; a strike is counted."""
        if self.is_spent:
            return False
        self.chances += 1
        if self.chances <= self.fault.whole("after"):
            return False
        every = self.fault.whole("every")
        if every:
            is_hit = (self.chances - self.fault.whole("after")) % every == 0
        else:
            is_hit = fraction(about, salt_of(self.fault.name, self.seed + self.number)) < self.fault.number("rate")
        self.struck += is_hit
        return is_hit
