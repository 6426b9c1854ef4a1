"""Wishes in words and as JSON, and what is refused before anything is asked."""

from collections.abc import Sequence
from typing import Any

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import format_time
from edgeproof.ports.wishes import Wish
from edgeproof.services.figures import clock_text, prices_text
from edgeproof.services.signal_document import direction_word
from edgeproof.services.trading_view import TradingView


def wish_words(wish: Wish) -> str:
    """What is asked for."""
    return {
        "close": f"close {wish.target}",
        "close_all": "close everything",
        "stop": "no new entries",
        "halt": "close everything and halt",
        "resume": "resume",
        "take": f"take {wish.target}",
        "skip": f"skip {wish.target}",
    }[wish.wish]


def wish_document(wish: Wish) -> dict[str, Any]:
    """A wish as JSON."""
    return {
        "id": wish.id,
        "at": format_time(wish.at),
        "wish": wish.wish,
        "target": wish.target or None,
        "by": wish.by,
        "why": wish.why or None,
    }


def offer_of(text: str, offers: Sequence[Decision]) -> str:
    """The id of the signal that is meant among those that wait.

    Raises
    ------
    InputError
        None that waits is called so, or more than one is.
    """
    there = "\n".join(_offer_line(each) for each in offers)
    there = f"what waits for you:\n{there}" if there else "no signal waits for you (edgeproof paper --ask asks)"
    begins = text.strip().lower()
    if not begins:
        raise InputError(f"expected the ID of a signal, found none; {there}")
    found = [each.signal.id for each in offers if each.signal.id.startswith(begins)]
    if len(found) != 1:
        many = f'"{text}" may mean {len(found)} of them; say more of it' if found else f'no "{text}" waits'
        raise InputError(f"{many}; {there}")
    return found[0]


def refuse_to_close_nothing(view: TradingView | None, *, is_traded: bool) -> None:
    """Refuse to close where nothing can be, and nobody is there who could have something."""
    if not is_traded and (view is None or not (view.positions or view.resting)):
        raise InputError("nothing is open, nothing waits, and no session trades: there is nothing to close")


def _offer_line(each: Decision) -> str:
    signal = each.signal
    what = f"{direction_word(signal.direction):5}  {signal.instrument}  {signal.hypothesis}"
    return f"  {signal.id}  {what}  {prices_text(each)}  expires {clock_text(signal.expires_at)}"
