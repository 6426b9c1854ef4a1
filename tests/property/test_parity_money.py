"""Whatever two sides of a trade look like, and whatever the causes are called, the causes add up to the difference."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.research.parity.trades.money import EXACT, Exit, Made, TradeCause, differences, pairs

LEGS = ("stop", "target-1", "target-2", "exit", "emergency", "end")
prices = st.floats(0.0001, 200_000.0).map(lambda price: Decimal(repr(price)))
money = st.decimals(-1_000, 1_000, places=16)
lots = st.integers(1, 1_000)


@st.composite
def made(draw: st.DrawFn, quantity: int) -> Made:
    cuts = sorted({*draw(st.lists(st.integers(1, quantity), max_size=4)), quantity})
    sizes = [end - start for start, end in zip([0, *cuts[:-1]], cuts, strict=True)]
    return Made(
        entry_value=draw(prices),
        exits=tuple(
            Exit(
                leg=draw(st.sampled_from(LEGS)),
                quantity=Decimal(size) / 1_000,
                price=draw(prices),
                time=draw(st.integers(0, 10)),
            )
            for size in sizes
        ),
        fees=draw(money),
        funding=draw(money),
    )


@st.composite
def sides(draw: st.DrawFn) -> tuple[Made, Made]:
    quantity = draw(lots)
    return draw(made(quantity)), draw(made(quantity))


@given(sides(), st.sampled_from([1, -1]), st.sampled_from(TradeCause), st.decimals(-9, 9, places=4))
def test_causes_of_any_trade_add_up_to_its_difference_exactly(
    both: tuple[Made, Made], direction: int, cause: TradeCause, tampered: Decimal
) -> None:
    live, backtest = both

    def judge(ours: Exit, theirs: Exit) -> TradeCause:
        return cause if ours.leg != theirs.leg else TradeCause.EXIT_PRICE

    net = EXACT.add(live.net(direction), tampered)
    found = differences(direction, live, backtest, net, judge)
    total = Decimal(0)
    for part in found.values():
        total = EXACT.add(total, part)
    assert total == EXACT.subtract(net, backtest.net(direction))
    if cause is not TradeCause.UNEXPLAINED:
        assert found.get(TradeCause.UNEXPLAINED, 0) == tampered


@given(sides())
def test_pairs_of_exits_leave_nothing_out_and_count_nothing_twice(both: tuple[Made, Made]) -> None:
    live, backtest = both
    found = pairs(live.exits, backtest.exits)
    assert all(ours.quantity == theirs.quantity > 0 for ours, theirs in found)
    for side, number in ((live, 0), (backtest, 1)):
        for leg in LEGS:
            wanted = sum(each.quantity for each in side.exits if each.leg == leg)
            assert sum(pair[number].quantity for pair in found if pair[number].leg == leg) == wanted
