"""What the search may say is the language, and breeding stays within it."""

import itertools

import pytest
from numpy.random import default_rng

from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_duration, parse_duration
from edgeproof.core.signals.hypothesis import Direction
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.research.grammar import Candidate, cross, draw, grammar_for, hypothesis_of, mutate, samples
from edgeproof.research.template import Template
from edgeproof.research.vocabulary import CONFIRMATIONS, HIGHER, HOLDS, READS_FUNDING, STOPS, TARGETS, TRIGGERS

EVERYTHING = grammar_for(MINUTE, funding=True)


def sentences(template: Template) -> list[str]:
    choices = itertools.product(*(range(len(slot.long)) for slot in template.slots))
    return [template.text(direction, each, ("1h", "4h")) for each in choices for direction in Direction]


@pytest.mark.parametrize("template", [*TRIGGERS, *CONFIRMATIONS], ids=lambda template: template.name)
def test_every_condition_parses_with_every_choice(template: Template) -> None:
    for text in sentences(template):
        parse_condition(text)


@pytest.mark.parametrize("template", STOPS, ids=lambda template: template.name)
def test_every_stop_parses_with_every_choice(template: Template) -> None:
    for text in sentences(template):
        parse_number(text)


def test_names_of_templates_are_unique_and_values_mirror_one_another() -> None:
    templates = (*TRIGGERS, *CONFIRMATIONS, *STOPS)
    assert len({template.name for template in templates}) == len(templates)
    assert all(len(slot.long) == len(slot.short) for template in templates for slot in template.slots)
    assert {template.name for template in templates} >= READS_FUNDING


def test_higher_timeframes_can_be_built_from_the_timeframe() -> None:
    for timeframe, names in HIGHER.items():
        assert all(parse_duration(name) % timeframe == 0 and parse_duration(name) > timeframe for name in names)


def valid(candidate: Candidate) -> bool:
    names = [piece.template for piece in candidate.confirmations]
    return (
        candidate.timeframe in HIGHER
        and len(set(names)) == len(names) <= 3
        and list(candidate.confirmations) == sorted(candidate.confirmations)
        and candidate.target in range(len(TARGETS))
        and candidate.hold in range(len(HOLDS))
    )


@pytest.mark.parametrize("seed", range(5))
def test_drawn_and_bred_candidates_can_be_written_and_read_back(seed: int) -> None:
    rng = default_rng(seed)
    one, other = draw(EVERYTHING, rng), draw(EVERYTHING, rng)
    for _ in range(40):
        one, other = mutate(one, EVERYTHING, rng), cross(one, other, rng)
        for each in (one, other):
            assert valid(each)
            hypothesis = hypothesis_of(each, 'found "by search"')
            assert read_hypotheses(hypothesis_toml(hypothesis), "found.toml") == (hypothesis,)


def test_mutation_changes_one_part_and_reaches_every_part() -> None:
    rng = default_rng(3)
    start = draw(EVERYTHING, rng)
    reached: set[str] = set()
    for _ in range(300):
        child = mutate(start, EVERYTHING, rng)
        changed = {name for name in Candidate.__slots__ if getattr(child, name) != getattr(start, name)}
        assert len(changed) <= 1
        reached |= changed
    assert reached >= {"timeframe", "trigger", "confirmations", "stop", "target", "hold"}


def test_a_child_takes_every_part_from_a_parent() -> None:
    rng = default_rng(4)
    one, other = draw(EVERYTHING, rng), draw(EVERYTHING, rng)
    for _ in range(50):
        child = cross(one, other, rng)
        for name in Candidate.__slots__:
            assert getattr(child, name) in {getattr(one, name), getattr(other, name)}
        # A trigger means what it means in its direction only together with it.
        assert (child.trigger, child.direction) in {(p.trigger, p.direction) for p in (one, other)}


def test_equal_candidates_have_one_name_and_different_ones_another() -> None:
    rng = default_rng(5)
    drawn = {draw(EVERYTHING, rng) for _ in range(500)}
    assert len({hypothesis_of(each, "").name for each in drawn}) == len(drawn)


def test_without_funding_nothing_asks_for_it() -> None:
    grammar = grammar_for(MINUTE, funding=False)
    assert not READS_FUNDING & {template.name for template in (*grammar.triggers, *grammar.confirmations)}


def test_only_timeframes_the_candles_can_make_are_searched() -> None:
    assert [format_duration(each) for each in grammar_for(5 * MINUTE, funding=False).timeframes] == [
        "5m", "15m", "30m", "1h", "4h",
    ]  # fmt: skip
    assert grammar_for(HOUR, funding=False).timeframes == (HOUR, 4 * HOUR)


def test_candles_too_coarse_to_search_are_refused_with_what_is_needed() -> None:
    with pytest.raises(InputError, match="found 1d; import finer ones"):
        grammar_for(DAY, funding=False)


def test_samples_use_every_template() -> None:
    used = {piece.template for each in samples(EVERYTHING) for piece in (each.trigger, each.stop, *each.confirmations)}
    assert used == {template.name for template in (*TRIGGERS, *CONFIRMATIONS, *STOPS)}
