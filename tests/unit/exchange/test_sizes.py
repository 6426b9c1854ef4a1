from functools import reduce
from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.exchange.sizes import split_volume

VOLUMES = st.floats(min_value=0, max_value=1e300, allow_nan=False)
DECIMAL_VOLUMES = st.integers(min_value=1, max_value=10**12)


def left_to_right(sizes: list[float]) -> float:
    return reduce(float.__add__, sizes, 0.0)


@given(st.lists(VOLUMES, min_size=1, max_size=20), st.integers(-3, 10))
def test_split_volume_of_any_doubles_adds_up_to_the_bit(volumes: list[float], decimals: int) -> None:
    found = split_volume(np.array(volumes), decimals)
    assert [left_to_right(sizes) for sizes in found.tolist()] == volumes
    assert np.add.reduceat(found.ravel(), np.arange(0, found.size, 4)).tolist() == volumes
    assert (found >= 0).all()


@given(st.lists(DECIMAL_VOLUMES, min_size=1, max_size=20), st.integers(0, 8))
def test_split_volume_of_decimals_adds_up_to_the_bit(steps: list[int], decimals: int) -> None:
    volumes = [step / 10**decimals for step in steps]
    found = split_volume(np.array(volumes), decimals)
    assert [left_to_right(sizes) for sizes in found.tolist()] == volumes


def test_split_volume_of_a_market_keeps_its_decimals() -> None:
    volumes = np.round(np.linspace(0.01, 500, 5_000), 3)
    found = split_volume(volumes, 3)
    decimal = (np.round(found, 3) == found).all(axis=1)
    assert decimal.mean() > 0.99


def test_split_volume_of_the_smallest_double_leaves_it_whole() -> None:
    assert split_volume(np.array([5e-324]), 8).tolist() == [[0.0, 0.0, 0.0, 5e-324]]


def test_split_volume_in_bits_is_exact_in_every_order() -> None:
    volume = 0.1 + 1e-17 * 3
    sizes = split_volume(np.array([volume]), 0)[0].tolist()
    assert {left_to_right(list(order)) for order in permutations(sizes)} == {volume}
