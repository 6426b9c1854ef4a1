"""Wishes in memory, and wishes to put there."""

from edgeproof.ports.wishes import Wish


class MemoryWishes:
    """The wishes of a home in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[str, Wish] = {}

    def put(self, wish: Wish) -> None:
        self._kept[wish.id] = wish

    def waiting(self) -> tuple[Wish, ...]:
        return tuple(self._kept[key] for key in sorted(self._kept))

    def granted(self, wish: Wish) -> None:
        self._kept.pop(wish.id, None)


def wish(id_: str = "20260203T103118000Z-7", word: str = "close", target: str = "BTC/USD:USD") -> Wish:
    return Wish(id=id_, at=1_770_114_678_000, wish=word, target=target, by="ann", why='news: "ü" \n')
