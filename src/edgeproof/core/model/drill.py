"""What a drill came to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One thing that was looked at: what should be, what was found, and whether it is so."""

    what: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """A drill: its name, when it was made (UTC milliseconds, by this machine's clock), what was done and seen."""

    name: str
    at: int
    did: str
    seen: tuple[Seen, ...]

    @property
    def has_passed(self) -> bool:
        """Whether everything was seen, and as it should be."""
        return bool(self.seen) and all(each.holds for each in self.seen)
