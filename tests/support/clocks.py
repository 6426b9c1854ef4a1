"""A clock that stands still until a test moves it."""


class HandClock:
    """A `Clock` at so many milliseconds; `seconds` is the same in seconds, and may be set."""

    def __init__(self, now: int) -> None:
        self.time = now

    @property
    def seconds(self) -> float:
        return self.time / 1_000

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self.time = round(seconds * 1_000)

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return self.seconds
