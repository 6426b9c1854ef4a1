"""What each setting means, in a line, for who looks at them without the documentation."""

from dataclasses import fields

from edgeproof.core.risk.limits import RiskLimits

_OF_CHANNELS = {
    "topics": "what is told, silent or off, by topic; above those of all channels",
    "least": "what matters enough to be told here",
    "fallback": "the channel that speaks for it when it is away",
    "budget": "messages an hour before the rest comes as a digest; 0 for no limit",
    "per_second": "messages a second in the long run, where that is not what such a channel usually takes",
    "token": "where the token of the bot is",
    "chats": "who is told, and whose commands are heard: a viewer sees, an operator steers",
    "commands": "whether commands are heard in the chats",
    "url": "the address, or where it is",
    "urls": "where the addresses are",
    "host": "the server that takes the mail",
    "port": "its port",
    "security": "starttls, tls or none",
    "user": "who logs in there",
    "password": "where the password is",
    "sender": "from whom the mail comes",
    "to": "to whom it goes",
    "certificates": "certificates to trust beside the usual ones",
    "secret": "where the secret is with which messages are signed",
    "contact": "a mail address that keepers of push services can write to",
}
_MEANINGS = {
    "costs.taker": "fee of an order that takes, a fraction of notional",
    "costs.maker": "fee of an order that rests, a fraction of notional; below 0 it is paid back",
    "validation.max_cost_r": "costs of a round trip in R, above which a signal is not told",
    "validation.min_stop_bps": "least distance of the stop, basis points of price",
    "validation.max_spread_bps": "widest quoted spread, basis points of price",
    "validation.max_funding": "rate against the position, a fraction a funding period",
    "validation.max_quiet": "share of the last hour's minutes without a trade",
    "validation.within_regimes": "only in the regimes a hypothesis declares",
    "paper.equity": "USD that paper trading begins with",
    "paper.latency_ms": "milliseconds that an order takes to the venue",
    "paper.spread": "spread that is assumed where no book is there, a fraction of price",
    "journal.url": "where sessions write down what they did; without one, journal.db in the home",
    "notify.topics": "what is told, silent or off, by topic",
    "notify.quiet_hours": "UTC hours in which only what is critical makes a sound",
    "notify.summary_at": "UTC time of the daily summary",
    "notify.repeat_after": "how long until a warning that goes on is told again",
    "notify.fallback_after": "how long a channel may be away before its fallback speaks for it",
    "notify.keep_for": "how long is tried to tell something",
    "web.host": "the address the dashboard listens at",
    "web.port": "its port",
    "web.url": "what it is called outside, behind a proxy that speaks TLS",
}
_RISK = {
    f"risk.{each.name}": str(each.metadata["meaning"]).replace("milliseconds", "time") for each in fields(RiskLimits)
}


def meaning_of(key: str) -> str | None:
    """What a setting means; None where nobody has said.

    >>> meaning_of("risk.max_positions"), meaning_of("notify.email.port"), meaning_of("nothing")
    ('instruments with a position or a resting entry', 'its port', None)
    """
    of_channel = _OF_CHANNELS.get(key.rpartition(".")[2]) if key.count(".") == 2 else None
    return _RISK.get(key) or _MEANINGS.get(key) or of_channel
