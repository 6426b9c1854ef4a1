"""The trades of a whole paper session over fakes against the backtest: killed or not, nothing is left unexplained."""

from decimal import Decimal

import pytest

from edgeproof.research.parity.compare import compare
from edgeproof.research.parity.trades.result import TradesParity
from tests.unit.services.test_paper_session import Disk, Fuse, run


def compared(disk: Disk) -> TradesParity:
    found = compare(disk.journal, disk.store)
    assert found.trades is not None
    assert found.is_clean, found.trades.document()
    return found.trades


@pytest.mark.parametrize("kill_after", [None, 60, 140])
def test_trades_of_a_paper_session_differ_from_the_backtest_by_causes_that_add_up(kill_after: int | None) -> None:
    disk = Disk()
    if kill_after is not None:
        assert not run(disk, Fuse(kill_after))
    assert run(disk, Fuse(), "s2")
    found = compared(disk)

    assert len(found.trades) >= 5
    assert len(found.open) >= 1
    assert found.unexplained_money == 0
    assert sum((money for _, money in found.causes.values()), Decimal(0)) == pytest.approx(found.difference)
    assert any(cause.startswith("denied: ") for cause in found.not_taken_causes)
    for each in found.trades:
        assert each.backtest is not None
        assert float(each.backtest_net) == pytest.approx(each.backtest.pnl * float(each.quantity), rel=1e-9, abs=1e-9)
