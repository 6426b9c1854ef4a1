"""Secrets taken out of what is shown. None should be in there; what looks like one is hidden all the same."""

import re

HIDDEN = "***"

_NAMES = re.compile(r"pass(word|wd|phrase)|secret|token|api_?key|private_?key|authorization|cookie", re.IGNORECASE)
_HINTS = ("://", "webhooks", "bearer", "password", "secret", "token", "key")
_OF_A_BOT = re.compile(r"\d:[\w-]{30}")
_LOOKS = (
    (re.compile(r"(://[^\s/@]*?:)[^\s/@]+@"), rf"\1{HIDDEN}@"),  # user:password@ in an address
    (re.compile(r"\b(bot)?\d{6,12}:[\w-]{30,}"), HIDDEN),  # of a Telegram bot
    (re.compile(r"(/api/webhooks/)\d+/[\w-]+"), rf"\1{HIDDEN}"),  # of Discord
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/-]{8,}=*"), rf"\1{HIDDEN}"),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:password|secret|token|api[_-]?key))(\"?\s*[=:]\s*\"?)(?!env:|keyring:|file:)[^\s,;\"&]{4,}"
        ),
        rf"\1\2{HIDDEN}",
    ),
)


def is_secret_name(name: str) -> bool:
    """Whether what has this name is likely a secret.

    >>> is_secret_name("bot_token"), is_secret_name("ApiKey"), is_secret_name("target")
    (True, True, False)
    """
    return _NAMES.search(name) is not None


def masked(text: str) -> str:
    """A text without what looks like a secret.

    >>> masked("postgresql://ann:hunter2@db/x"), masked("password = hunter22"), masked("token: env:NAME")
    ('postgresql://ann:***@db/x', 'password = ***', 'token: env:NAME')
    """
    lower = text.lower()
    if not any(each in lower for each in _HINTS) and _OF_A_BOT.search(text) is None:
        return text  # as most are, and there are hundreds of thousands
    for looks, instead in _LOOKS:
        text = looks.sub(instead, text)
    return text
