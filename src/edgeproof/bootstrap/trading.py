"""Where trading gets its rules: the limits of risk, by the settings, and as a session has written them down."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edgeproof.config import RiskSettings, Settings, risk_error
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import SessionBegan
from edgeproof.core.model.time import format_duration
from edgeproof.core.risk.limits import RiskLimits, check_whitelist
from edgeproof.ports import Journal

RISK = "risk"
"""The key of `SessionBegan.settings` under which a session that trades writes its limits down."""

_DURATIONS = frozenset({"cooldown", "max_price_age"})


def risk_limits(settings: Settings, listed: Collection[Instrument] | None = None, *, file: Path) -> RiskLimits:
    """The limits of risk, by the settings of a file; `listed` are the instruments of the venue, where they are known.

    Raises
    ------
    InputError
        The whitelist names an instrument that the venue does not list; with file and line.
    """
    limits = settings.risk.limits()
    if listed is not None:
        try:
            check_whitelist(limits, listed)
        except InputError as error:
            raise risk_error(file, error) from None
    return limits


def limits_document(limits: RiskLimits) -> dict[str, Any]:
    """Limits as the settings file would say them: what a session writes down of the rules it trades by."""
    return {each.name: _said(each.name, getattr(limits, each.name)) for each in fields(limits)}


def limits_in_force(journal: Journal, settings: Settings) -> RiskLimits:
    """The limits of the last session that traded; those of the settings where there is none, or it cannot be read.

    A file that was changed while positions are open changes nothing before the next session.
    """
    for entry in reversed(journal.last(SessionBegan, _SESSIONS)):
        document = entry.record.settings.get(RISK)
        if isinstance(document, Mapping):
            try:
                return RiskSettings.model_validate(dict(document)).limits()
            except (ValidationError, InputError):
                break
    return settings.risk.limits()


_SESSIONS = 20


def changed_limits(before: RiskLimits, now: RiskLimits, *, open_trades: int) -> tuple[str, ...]:
    """What a person should know where trades are open that were made by other limits."""
    old, new = limits_document(before), limits_document(now)
    others = [f"{name} was {_worded(old[name])} and is {_worded(new[name])}" for name in new if old[name] != new[name]]
    if not others or not open_trades:
        return ()
    held = "a trade is" if open_trades == 1 else f"{open_trades} trades are"
    return (
        f"changed while {held} open: {'; '.join(others)}. What is open keeps its size and its stops; new entries go by "
        "the new limits",
    )


def _worded(value: object) -> str:
    return "off" if value is False else str(value)


def _said(name: str, value: object) -> object:
    match value:
        case None:
            return False
        case Decimal():
            return float(value)
        case frozenset():
            return sorted(str(each) for each in value)
        case int() if name in _DURATIONS:
            return format_duration(value)
        case _:
            return value
