"""How long who guesses has to wait: longer each time, for the address it comes from and for all of them together."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

FREE, FREE_IN_ALL = 5, 30
LONGEST_S = 900.0
FORGOTTEN_AFTER_S = 3_600.0
MOST = 10_000


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0

    def wait(self, now: float, free: int, longest: float) -> float:
        if now - self.last > FORGOTTEN_AFTER_S or self.count < free:
            return 0.0
        return max(0.0, self.last + min(longest, 2.0 ** min(self.count - free, 20)) - now)

    def add(self, now: float) -> None:
        self.count = self.count + 1 if now - self.last <= FORGOTTEN_AFTER_S else 1
        self.last = now


class Throttle:
    """Counts failures. Times are seconds of a clock that never goes back.

    After five failures an address waits 1 s, 2 s, 4 s ... up to 15 minutes; after thirty in all, everybody waits, up to
    half a minute: a crowd of addresses guesses no faster, and does not lock the owner out for long.
    """

    def __init__(self) -> None:
        self._by_address: OrderedDict[str, _Failures] = OrderedDict()
        self._all = _Failures()
        self._lock = Lock()

    def enter(self, address: str, now: float) -> float:
        """Seconds to wait; 0 where it may try, which counts as a failure until `succeeded` is told.

        Counted before the try: who tries a hundred times at once has tried a hundred times.
        """
        with self._lock:
            own = self._by_address.get(address, _Failures())
            wait = max(own.wait(now, FREE, LONGEST_S), self._all.wait(now, FREE_IN_ALL, 30.0))
            if wait > 0.0:
                return wait
            own.add(now)
            self._all.add(now)
            self._by_address[address] = own
            self._by_address.move_to_end(address)
            while len(self._by_address) > MOST:
                self._by_address.popitem(last=False)
            return 0.0

    def succeeded(self, address: str) -> None:
        """The try was right: the address has no failures any more."""
        with self._lock:
            self._by_address.pop(address, None)
            self._all.count = max(0, self._all.count - 1)
