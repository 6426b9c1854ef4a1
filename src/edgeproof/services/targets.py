"""What a person means who names a position or an entry that waits."""

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.services.signal_document import direction_word
from edgeproof.services.trading_view import PositionView, RestingView, TradingView

_ID_LENGTH = 16


def target_of(text: str, view: TradingView | None, *, is_traded: bool) -> str:
    """The id of a signal or the unified name of an instrument that is meant.

    Raises
    ------
    InputError
        Nothing that is open or waits is called so, or more than one is.
    """
    if view is None:
        return _unseen(text, is_traded=is_traded)
    exposures: list[PositionView | RestingView] = [*view.positions, *view.resting]
    there = "\n".join(dict.fromkeys(_line(each) for each in exposures))
    there = f"what is open or waits:\n{there}" if there else "nothing is open, nothing waits"
    if not text.strip():
        raise InputError(f"expected the ID of a signal, an INSTRUMENT or --all, found none; {there}")
    ids = {each.signal_id for each in exposures if each.signal_id.startswith(text.strip().lower())}
    names = {each.instrument.unified for each in exposures if _is_called(each, text)}
    found = [*ids, *names]
    if not found:
        raise InputError(f'nothing that is open or waits is called "{text}"; {there}')
    if len(found) > 1:
        raise InputError(f'"{text}" may mean {len(found)} of them; say more of it; {there}')
    return found[0]


def _is_called(each: PositionView | RestingView, text: str) -> bool:

    if text.strip().upper() == each.instrument.base:
        return True
    try:
        return parse_instrument(text) == each.instrument
    except InputError:
        return False


def _line(each: PositionView | RestingView) -> str:

    return f"  {each.signal_id}  {direction_word(each.direction):5}  {each.instrument}  {each.hypothesis}"


def _unseen(text: str, *, is_traded: bool) -> str:
    """The target while the journal has no book yet: a whole id or an instrument, for a session that is beginning."""
    if not is_traded:
        raise InputError("nothing was traded in this home yet, so there is nothing to close; edgeproof paper begins")
    name = text.strip().lower()
    if len(name) == _ID_LENGTH and set(name) <= set("0123456789abcdef"):
        return name
    return parse_instrument(text).unified
