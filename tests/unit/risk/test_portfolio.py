"""What is held adds up, and what is not known is not summed away."""

from decimal import Decimal

import pytest

from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.portfolio import OpenPosition, Portfolio, PositionPart
from tests.support.risk import BTC, ETH, account, dec, held, resting


def _two_signals() -> OpenPosition:
    parts = [("a", "0.4", 45_000, 44_500), ("b", "-0.1", 45_200, 45_600)]
    return OpenPosition(
        instrument=BTC,
        mark_price=dec(45_100),
        parts=tuple(
            PositionPart(signal_id=name, quantity=dec(part), entry_price=dec(entry), protective_stop=dec(stop))
            for name, part, entry, stop in parts
        ),
    )


def test_position_of_two_signals_is_the_sum_of_its_parts() -> None:
    position = _two_signals()
    assert (position.quantity, position.direction) == (dec("0.3"), 1)
    assert position.notional == dec("0.3") * 45_100
    assert position.unrealized_pnl == dec("0.4") * 100 + dec("0.1") * 100
    assert position.open_risk == dec("0.4") * 500 + dec("0.1") * 400


def test_position_whose_stop_is_past_its_entry_risks_nothing() -> None:
    assert held(BTC, 1, 45_000, 45_100, mark=46_000).open_risk == 0
    assert resting(BTC, -1, 45_000, 44_900).open_risk == 0


def test_position_that_lacks_a_mark_or_a_stop_is_not_summed_away() -> None:
    no_mark, no_stop = held(BTC, 1, 45_000, 44_000, mark=-1), held(ETH, -1, 2_500, None)
    portfolio = account(positions=(no_mark, no_stop))
    assert (portfolio.unrealized_pnl, portfolio.gross_notional, portfolio.open_risk) == (None, None, None)
    assert portfolio.day_pnl is None


def test_portfolio_counts_entries_that_rest() -> None:
    portfolio = account(positions=(held(BTC, 1, 45_000, 44_000),), resting=(resting(ETH, -2, 2_500, 2_600),))
    assert portfolio.instruments == {BTC, ETH}
    assert portfolio.gross_notional == 50_000
    assert portfolio.open_risk == 1_200
    assert [each.direction for each in portfolio.exposures] == [1, -1]


def test_portfolio_without_a_day_has_no_result_of_it() -> None:
    assert Portfolio(equity=dec(1)).day_pnl is None


def test_portfolio_with_two_positions_of_an_instrument_is_refused() -> None:
    with pytest.raises(InputError, match="one net position an instrument"):
        account(positions=(held(BTC, 1, 45_000, 44_000), held(BTC, -1, 45_000, 46_000)))


def test_amounts_that_are_no_numbers_are_refused() -> None:
    for amount in (Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(InputError, match="account: expected finite amounts"):
            Portfolio(equity=amount)
        with pytest.raises(InputError, match="lot_size: expected a number above 0"):
            ContractTerms(lot_size=amount, initial_margin_fraction=None)


def test_position_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="BTC/USD:USD: expected parts with a quantity"):
        held(BTC, 0, 45_000, 44_000)
    with pytest.raises(InputError, match="BTC/USD:USD: expected a resting entry"):
        resting(BTC, 0, 45_000, 44_000)
    with pytest.raises(InputError, match="expected parts"):
        OpenPosition(instrument=BTC, mark_price=None, parts=())
