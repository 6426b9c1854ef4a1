"""How a person steers a session from outside it: with the command line or the dashboard, the same way.

1. What is meant is looked up in the journal (`meant`): a wrong word is refused before anything is asked.
2. The wish is left in the home, where it survives everything (`ask`).
3. Where a session trades, its answer is awaited; where none does, the next one grants it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeproof.bootstrap import asking
from edgeproof.core.model.errors import InputError
from edgeproof.ports.wishes import Wish
from edgeproof.services.targets import target_of
from edgeproof.services.wish_words import offer_of, refuse_to_close_nothing, wish_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A wish, what came of it in the session's words (None: nothing yet), and who trades."""

    wish: Wish
    outcome: str | None
    held_by: str | None

    @property
    def state(self) -> str:
        """In a word: granted, kept (nobody trades), or unanswered."""
        if self.outcome is not None:
            return "granted"
        return "kept" if self.held_by is None else "unanswered"

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "wish": wish_document(self.wish),
            "state": self.state,
            "outcome": self.outcome,
            "held_by": self.held_by,
        }


def meant(home: Path, config: Path, word: str, text: str = "") -> str:
    """What a wish is about: the id of a signal, the name of an instrument, or "" where the word says it all.

    Raises
    ------
    InputError
        Nothing is called so, more than one is, or there is nothing that the wish could be about.
    """
    match word:
        case "close":
            return _to_close(home, config, text)
        case "take" | "skip":
            with asking.kept_journal(home, config) as journal:
                view = asking.kept_trading(journal, config)
            return offer_of(text, () if view is None else view.offers)
        case _:
            if text.strip():
                raise InputError(f'expected "{word}" without a target, found "{text}"')
            if word == "close_all":
                _to_close(home, config, None)
            return ""


def _to_close(home: Path, config: Path, text: str | None) -> str:
    """What is to be closed: "" for all."""
    with asking.kept_journal(home, config) as journal:
        view = asking.kept_trading(journal, config)
    is_traded = asking.traded_by(home) is not None
    found = "" if text is None else target_of(text, view, is_traded=is_traded)
    refuse_to_close_nothing(view, is_traded=is_traded)
    return found


def ask(home: Path, config: Path, word: str, target: str, *, why: str = "", by: str = "") -> Answered:
    """Leave a wish and await the answer.

    Raises
    ------
    InputError
        There is no home: a misspelt one must not swallow a stop.
    """
    if not home.is_dir():
        raise InputError(f"--home: expected the home of a session, found no folder at {home}; nothing was asked")
    wish = asking.leave_wish(home, word, target, why=why, by=by)
    outcome = asking.answer(home, config, wish)
    return Answered(wish=wish, outcome=outcome, held_by=asking.traded_by(home))
