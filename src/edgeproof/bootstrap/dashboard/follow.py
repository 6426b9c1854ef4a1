"""Following a home: what is new in its journal, and the live picture its session paints."""

from collections.abc import Sequence

from edgeproof.adapters.storage.live_picture import LivePicture
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.core.model.journal import CandleTaken
from edgeproof.ports import Journal
from edgeproof.services.dashboard.events import TOLD, Event, events_of

MOST_MISSED = 2_000
"""Who missed more events than this fetches everything anew."""


NO_PICTURE = b"null"


class Follower:
    """Reads on in the journal of a place each time it is asked; `seq` is how far it has come."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._picture = LivePicture(place.home)
        self._shown = NO_PICTURE
        self.seq = 0

    def begin(self) -> None:
        """Go to the end of the journal, and look at the picture."""
        with self._place.journal() as journal:
            self.seq = newest_seq(journal)
        self.picture()

    def news(self) -> Sequence[Event]:
        """What was written since the last time. A journal that was taken away and begun anew is told from its start."""
        with self._place.journal() as journal:
            newest = newest_seq(journal)
            if newest < self.seq:
                self.seq = 0
            found = tuple(events_of(journal.read(*TOLD, after=self.seq)))
        self.seq = max([self.seq, newest, *(each.seq for each in found)])
        return found

    def since(self, seq: int) -> Sequence[Event] | None:
        """The events after a place in the journal up to where this has come; None where that is too much to tell."""
        if seq > self.seq:
            return None
        with self._place.journal() as journal:
            found = []
            for each in events_of(journal.read(*TOLD, after=seq)):
                if each.seq > self.seq:
                    break
                found.append(each)
                if len(found) > MOST_MISSED:
                    return None
        return found

    def picture(self) -> bytes | None:
        """The live picture where it is another than the last time, as JSON; b"null" when its session paints no more."""
        now = self._picture.read() or NO_PICTURE
        if now == self._shown:
            return None
        self._shown = now
        return now

    @property
    def shown(self) -> bytes:
        """The picture as it was told last."""
        return self._shown


def newest_seq(journal: Journal) -> int:
    """The place of the newest record that is told, or of the newest candle."""
    return max((entry.seq for kind in (CandleTaken, *TOLD) for entry in journal.last(kind, 1)), default=0)
