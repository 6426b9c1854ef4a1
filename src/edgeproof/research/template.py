"""Phrases of the language with open parameters, written for a long and mirrored for a short."""

from dataclasses import dataclass, replace

from edgeproof.core.signals.hypothesis import Direction, Family


@dataclass(frozen=True, slots=True)
class Slot:
    """The values of one parameter, as text, ascending in strength or length; `short` mirrors `long` place by place."""

    name: str
    long: tuple[str, ...]
    short: tuple[str, ...]

    def value(self, direction: Direction, choice: int) -> str:
        """The text of a choice."""
        return (self.long if direction is Direction.LONG else self.short)[choice]


@dataclass(frozen=True, slots=True)
class Template:
    """One phrase of the language with open parameters."""

    name: str
    long: str
    short: str
    slots: tuple[Slot, ...]
    family: Family = Family.CONFLUENCE

    def text(self, direction: Direction, choices: tuple[int, ...], higher: tuple[str, str]) -> str:
        """The phrase for a direction with a choice for each slot; `higher` are the near and the far timeframe."""
        words = {slot.name: slot.value(direction, choice) for slot, choice in zip(self.slots, choices, strict=True)}
        phrase = self.long if direction is Direction.LONG else self.short
        return phrase.format(near=higher[0], far=higher[1], **words)


def same(name: str, *values: float) -> Slot:
    """The same values for both directions."""
    words = tuple(f"{value:g}" for value in values)
    return Slot(name, words, words)


def mirrored(name: str, *pairs: tuple[float, float]) -> Slot:
    """Pairs of a value for a long and its mirror image for a short."""
    return Slot(name, tuple(f"{a:g}" for a, _ in pairs), tuple(f"{b:g}" for _, b in pairs))


def opposite(name: str, *values: float) -> Slot:
    """Values mirrored at 0."""
    return mirrored(name, *((value, -value) for value in values))


def percent(name: str, *values: float) -> Slot:
    """Values of 0 to 100 mirrored at 50."""
    return mirrored(name, *((value, 100 - value) for value in values))


def phrase(name: str, long: str, short: str, *slots: Slot) -> Template:
    """A template of no family: a confirmation or a stop."""
    return Template(name, long, short, slots)


def in_family(family: Family, *templates: Template) -> tuple[Template, ...]:
    """The templates as triggers of a family."""
    return tuple(replace(template, family=family) for template in templates)
