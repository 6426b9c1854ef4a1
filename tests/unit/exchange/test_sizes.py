from functools import reduce
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.exchange.sizes import parts_of, split_volume

VOLUMES = st.floats(min_value=0, max_value=1e300, allow_nan=False)
PARTS = st.sampled_from((1, 4, 9, 24, 60))
DECIMAL_VOLUMES = st.integers(min_value=1, max_value=10**12)


def left_to_right(sizes: list[float]) -> float:
    return reduce(float.__add__, sizes, 0.0)


@given(st.lists(VOLUMES, min_size=1, max_size=20), st.integers(-3, 10), PARTS)
def test_split_volume_of_any_doubles_adds_up_to_the_bit(volumes: list[float], decimals: int, parts: int) -> None:
    found = split_volume(np.array(volumes), decimals, parts)
    assert found.shape == (len(volumes), parts)
    assert [left_to_right(sizes) for sizes in found.tolist()] == volumes
    assert np.add.reduceat(found.ravel(), np.arange(0, found.size, parts)).tolist() == volumes
    assert (found >= 0).all()


@given(st.lists(DECIMAL_VOLUMES, min_size=1, max_size=20), st.integers(0, 8), PARTS)
def test_split_volume_of_decimals_adds_up_to_the_bit(steps: list[int], decimals: int, parts: int) -> None:
    volumes = [step / 10**decimals for step in steps]
    found = split_volume(np.array(volumes), decimals, parts)
    assert [left_to_right(sizes) for sizes in found.tolist()] == volumes


@pytest.mark.parametrize("parts", [4, 24, 60])
def test_split_volume_of_a_market_keeps_its_decimals(parts: int) -> None:
    volumes = np.round(np.linspace(1, 500, 5_000), 3)
    found = split_volume(volumes, 3, parts)
    decimal = (np.round(found, 3) == found).all(axis=1)
    assert decimal.mean() > 0.999


def test_parts_of_a_volume_of_few_steps_are_fewer() -> None:
    assert parts_of(np.array([0.0, 0.01, 0.2, 0.31, 5.0, 1e300]), 2, 24).tolist() == [4, 4, 10, 15, 24, 24]
    assert parts_of(np.array([3000.0, 50_000.0]), -3, 24).tolist() == [4, 24]


def test_split_volume_of_the_smallest_double_leaves_it_whole() -> None:
    assert split_volume(np.array([5e-324]), 8).tolist() == [[0.0, 0.0, 0.0, 5e-324]]


@pytest.mark.parametrize("parts", [4, 6])
def test_split_volume_in_bits_is_exact_in_every_order(parts: int) -> None:
    volume = 0.1 + 1e-17 * 3
    sizes = split_volume(np.array([volume]), 0, parts)[0].tolist()
    assert {left_to_right(list(order)) for order in permutations(sizes)} == {volume}
