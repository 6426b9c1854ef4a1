"""Candidates of the search: what one is made of, how one is drawn at random, changed, and bred from two.

A candidate is a choice for every part of a hypothesis (timeframe, direction, trigger, confirmations, stop, targets,
holding time), small and hashable; `hypothesis_of` writes it in the language. Equal candidates are equal hypotheses, so
a search never pays twice for the same one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from numpy.random import Generator  # noqa: TID251 - seeded by the search, and passed to every function that draws

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import format_duration
from edgeproof.core.signals.hypothesis import Direction, Hypothesis
from edgeproof.research.template import Template
from edgeproof.research.vocabulary import CONFIRMATIONS, HIGHER, HOLDS, READS_FUNDING, STOPS, TARGETS, TRIGGERS

MOST_CONFIRMATIONS = 3

_BY_NAME = MappingProxyType({template.name: template for template in (*TRIGGERS, *CONFIRMATIONS, *STOPS)})
_SHARES = (0.25, 0.4, 0.25, 0.1)
"""How many of the drawn candidates have 0, 1, 2, 3 confirmations: each one costs trades."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """A template by name, with a choice for each of its slots."""

    template: str
    choices: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A hypothesis as choices; `target` and `hold` are places in `TARGETS` and `HOLDS`, confirmations are sorted."""

    timeframe: int
    direction: int
    trigger: Piece
    confirmations: tuple[Piece, ...]
    stop: Piece
    target: int
    hold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What may be chosen on the data at hand: the timeframes its candles can make, and funding where there is some."""

    timeframes: tuple[int, ...]
    triggers: tuple[Template, ...]
    confirmations: tuple[Template, ...]


def grammar_for(base_timeframe: int, *, funding: bool) -> Grammar:
    """The grammar for candles of a timeframe.

    Raises
    ------
    InputError
        When no timeframe of the search can be made of them.
    """
    timeframes = tuple(length for length in HIGHER if length % base_timeframe == 0)
    if not timeframes:
        known = ", ".join(map(format_duration, HIGHER))
        raise InputError(
            f"expected candles the search can build {known} from, found {format_duration(base_timeframe)}; "
            "import finer ones"
        )

    def readable(templates: Sequence[Template]) -> tuple[Template, ...]:
        return tuple(template for template in templates if funding or template.name not in READS_FUNDING)

    return Grammar(timeframes=timeframes, triggers=readable(TRIGGERS), confirmations=readable(CONFIRMATIONS))


def draw(grammar: Grammar, rng: Generator) -> Candidate:
    """A candidate at random: every trigger as likely as the next."""
    count = int(rng.choice(len(_SHARES), p=_SHARES))
    chosen = rng.choice(len(grammar.confirmations), size=count, replace=False)
    return Candidate(
        timeframe=_any(grammar.timeframes, rng),
        direction=int(_any(tuple(Direction), rng)),
        trigger=_draw_piece(_any(grammar.triggers, rng), rng),
        confirmations=_in_order(_draw_piece(grammar.confirmations[k], rng) for k in chosen),
        stop=_draw_piece(_any(STOPS, rng), rng),
        target=int(rng.integers(len(TARGETS))),
        hold=int(rng.integers(len(HOLDS))),
    )


def samples(grammar: Grammar) -> Iterator[Candidate]:
    """Candidates that together use every template once: what must be compiled before a search."""
    for k, trigger in enumerate(grammar.triggers):
        confirmation = grammar.confirmations[k % len(grammar.confirmations)]
        yield Candidate(
            timeframe=grammar.timeframes[k % len(grammar.timeframes)],
            direction=int(tuple(Direction)[k % 2]),
            trigger=_first(trigger),
            confirmations=(_first(confirmation),),
            stop=_first(STOPS[k % len(STOPS)]),
            target=k % len(TARGETS),
            hold=k % len(HOLDS),
        )


def mutate(candidate: Candidate, grammar: Grammar, rng: Generator) -> Candidate:
    """The candidate with one part changed: a parameter moved, a part replaced, a confirmation added or dropped."""
    match int(rng.integers(8)):
        case 0:
            return replace(candidate, timeframe=_any(grammar.timeframes, rng))
        case 1:
            return replace(candidate, stop=_draw_piece(_any(STOPS, rng), rng))
        case 2:
            return replace(candidate, target=int(rng.integers(len(TARGETS))))
        case 3:
            return replace(candidate, hold=int(rng.integers(len(HOLDS))))
        case 4 | 5:
            return replace(candidate, trigger=_move(candidate.trigger, rng))
        case _:
            return replace(candidate, confirmations=_changed(candidate.confirmations, grammar, rng))


def cross(one: Candidate, other: Candidate, rng: Generator) -> Candidate:
    """A candidate that takes each part from one of two; direction and trigger go together."""
    parts = [(one, other)[int(rng.integers(2))] for _ in range(6)]
    return Candidate(
        timeframe=parts[0].timeframe,
        direction=parts[1].direction,
        trigger=parts[1].trigger,
        confirmations=parts[2].confirmations,
        stop=parts[3].stop,
        target=parts[4].target,
        hold=parts[5].hold,
    )


def hypothesis_of(candidate: Candidate, reason: str) -> Hypothesis:
    """The candidate in the language; its name ends in a digest of what it is."""
    direction = Direction(candidate.direction)
    higher = HIGHER[candidate.timeframe]

    def written(piece: Piece) -> str:
        return _BY_NAME[piece.template].text(direction, piece.choices, higher)

    trigger = _BY_NAME[candidate.trigger.template]
    digest = hashlib.sha256(repr(astuple(candidate)).encode()).hexdigest()[:8]
    return Hypothesis(
        name=f"Found_{trigger.name}_{format_duration(candidate.timeframe)}_{direction.word}_{digest}",
        timeframe=candidate.timeframe,
        direction=direction,
        family=trigger.family,
        reason=reason,
        entry=(written(candidate.trigger),),
        confirm=tuple(map(written, candidate.confirmations)),
        stop=written(candidate.stop),
        targets=TARGETS[candidate.target],
        max_hold=HOLDS[candidate.hold] * candidate.timeframe,
        expires_after=candidate.timeframe,
    )


def _any(values: Sequence[T], rng: Generator) -> T:
    return values[int(rng.integers(len(values)))]


def _in_order(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(sorted(pieces))


def _first(template: Template) -> Piece:
    return Piece(template.name, (0,) * len(template.slots))


def _draw_piece(template: Template, rng: Generator) -> Piece:
    return Piece(template.name, tuple(int(rng.integers(len(slot.long))) for slot in template.slots))


def _move(piece: Piece, rng: Generator) -> Piece:
    """The piece with one parameter a step further or anew; as it is when it has none."""
    slots = _BY_NAME[piece.template].slots
    if not slots:
        return piece
    k = int(rng.integers(len(slots)))
    size = len(slots[k].long)
    stepped = piece.choices[k] + int(rng.choice([-1, 1]))
    choice = stepped if 0 <= stepped < size else int(rng.integers(size))
    return Piece(piece.template, (*piece.choices[:k], choice, *piece.choices[k + 1 :]))


def _changed(pieces: tuple[Piece, ...], grammar: Grammar, rng: Generator) -> tuple[Piece, ...]:
    """The confirmations with one moved, dropped or added."""
    kept = list(pieces)
    at = int(rng.integers(len(kept))) if kept else 0
    match int(rng.integers(3)):
        case 0 if kept:
            kept[at] = _move(kept[at], rng)
        case 1 if kept:
            del kept[at]
        case _ if len(kept) < MOST_CONFIRMATIONS:
            present = {piece.template for piece in kept}
            others = [template for template in grammar.confirmations if template.name not in present]
            kept.append(_draw_piece(_any(others, rng), rng))
    return _in_order(kept)
