"""Values that are copied without a check have none, and a copy has all of their fields."""

from dataclasses import fields

import pytest

from edgeproof.core.engine.state import EngineState
from edgeproof.core.model.alter import altered
from edgeproof.core.model.order import Order
from edgeproof.core.model.portfolio import LossStreak
from edgeproof.core.model.position import Guard, Position
from edgeproof.core.model.trade import Account, TradeAtWork
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.core.simulation.account import WorkingOrder

COPIED = (EngineState, TradeAtWork, Account, Order, Position, Guard, FateDecided, WorkingOrder)


@pytest.mark.parametrize("kind", COPIED, ids=[each.__name__ for each in COPIED])
def test_values_that_are_copied_so_check_nothing_and_keep_their_fields_in_slots(kind: type) -> None:
    assert not hasattr(kind, "__post_init__")
    assert tuple(each.name for each in fields(kind)) == kind.__slots__  # type: ignore[attr-defined]


def test_an_altered_value_is_another_and_the_first_stays() -> None:
    before = LossStreak(length=2, last_at=5)
    after = altered(before, length=3)
    assert after == LossStreak(length=3, last_at=5)
    assert before == LossStreak(length=2, last_at=5)
