"""Which of several receivers of one channel have taken a message, so that a second attempt leaves them in peace."""

from collections import OrderedDict

_KEPT = 1_000


class Taken:
    """Kept in memory only: after a restart all are told again, under the same id."""

    def __init__(self) -> None:
        self._by_message: OrderedDict[str, set[str]] = OrderedDict()

    def note(self, message_id: str, receiver: str) -> None:
        """It has it."""
        self._by_message.setdefault(message_id, set()).add(receiver)
        while len(self._by_message) > _KEPT:
            self._by_message.popitem(last=False)

    def of(self, message_id: str) -> frozenset[str]:
        """Those that have it."""
        return frozenset(self._by_message.get(message_id, ()))

    def forget(self, message_id: str) -> None:
        """All that can have it do."""
        self._by_message.pop(message_id, None)
