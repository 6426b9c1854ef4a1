"""All that is known of one signal: its fate, what trading made of it, where it waits, and where it was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import Decided, Entry
from edgeproof.core.model.signal import Decision
from edgeproof.ports import Journal
from edgeproof.services.asking_first import offers_of, waits_text
from edgeproof.services.figures import moment_text
from edgeproof.services.notifying.tally import deliveries_of
from edgeproof.services.signal_document import decision_document
from edgeproof.services.traded import Traded, traded_of
from edgeproof.services.trading_document import traded_document

_CANDIDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A signal by a journal. `traded` is None where trading was not asked, `waits` where nobody is waited for."""

    decision: Decision
    traded: Traded | None
    told: Sequence[Mapping[str, Any]]
    waits: str | None

    def document(self) -> dict[str, Any]:
        """For JSON."""
        trading = None if self.traded is None else traded_document(self.traded)
        return {
            **decision_document(self.decision),
            "trading": trading,
            "waits": self.waits,
            "notifications": list(self.told),
        }


def explained(journal: Journal, decision: Decision) -> Explained:
    """What a journal says of a signal."""
    signal = decision.signal
    traded = traded_of(journal, signal)
    return Explained(
        decision=decision,
        traded=traded,
        told=deliveries_of(journal, signal.id, signal.time),
        waits=_waits(journal, decision) if traded is None else None,
    )


def decisions_called(journal: Journal, begins: str) -> tuple[Entry[Decided], ...]:
    """The decisions on signals whose id begins with these characters, in any case."""
    return journal.decisions(begins.strip().lower())


def the_only(begins: str, found: Sequence[Entry[Decided]]) -> Decision:
    """The decision that is meant.

    Raises
    ------
    InputError
        There is none, or more than one.
    """
    decisions = [each.record.decision for each in found]
    if len(decisions) == 1:
        return decisions[0]
    if not decisions:
        raise InputError(f'no signal has an id that begins with "{begins}"; edgeproof why lists the newest')
    lines = [
        f"  {each.signal.id}  {moment_text(each.signal.time)}  {each.signal.instrument}  {each.signal.hypothesis}"
        for each in decisions[-_CANDIDATES:]
    ]
    more = f"\n  and {len(decisions) - _CANDIDATES} older" if len(decisions) > _CANDIDATES else ""
    words = "\n".join(reversed(lines))
    raise InputError(f'{len(decisions)} signals have an id that begins with "{begins}"; say more of it:\n{words}{more}')


def _waits(journal: Journal, decision: Decision) -> str | None:
    signal = decision.signal
    if signal.id not in offers_of(journal):
        return None
    return waits_text(journal, signal, f"edgeproof take {signal.id[:8]}, or edgeproof skip {signal.id[:8]}")
