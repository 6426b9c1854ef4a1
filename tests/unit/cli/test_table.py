"""Figures and names as people read them."""

import math

import pytest

from edgeproof.cli.table import folded, hold, number, signed
from edgeproof.core.model.instrument import Instrument
from edgeproof.services.figures import labels


@pytest.mark.parametrize(
    ("name", "width", "lines"),
    [
        ("Short", 24, ["Short"]),
        ("Donchian20_Breakdown_4h_Short", 24, ["Donchian20_Breakdown_4h_", "Short"]),
        ("A_B_C", 2, ["A_", "B_", "C"]),
        ("Onelongwordthatcannotbebroken", 10, ["Onelongwordthatcannotbebroken"]),
    ],
)
def test_names_are_broken_after_underscores_only(name: str, width: int, lines: list[str]) -> None:
    assert folded(name, width).split("\n") == lines


def test_instruments_are_called_by_their_base_where_that_is_their_own() -> None:
    btc, eth, other = (
        Instrument(base, quote, "USD") for base, quote in (("BTC", "USD"), ("ETH", "USD"), ("ETH", "EUR"))
    )
    assert labels([btc, eth]) == {btc: "BTC", eth: "ETH"}
    assert labels([btc, eth, other]) == {btc: "BTC", eth: "ETH/USD:USD", other: "ETH/EUR:USD"}


def test_figures_that_do_not_exist_are_dashes() -> None:
    assert [number(math.nan), signed(math.nan), hold(math.nan)] == ["-", "-", "-"]


def test_expectancy_is_green_above_zero_and_red_at_or_below() -> None:
    assert [signed(0.125), signed(-0.5), signed(0.0)] == ["[green]+0.12[/]", "[red]-0.50[/]", "[red]+0.00[/]"]
