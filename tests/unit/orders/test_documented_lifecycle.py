"""The table in the documentation is the one the orders live by."""

from edgeproof.core.model.order import OrderState
from edgeproof.core.orders.lifecycle import TRANSITIONS, Happening
from tests.support.data import REPOSITORY


def _cell(state: OrderState, happening: Happening) -> str:
    after = TRANSITIONS[state].get(happening)
    if after is None:
        return "–"
    return "·" if after is state else after.value.replace("_", " ")


def lifecycle_table() -> str:
    states = [state.value.replace("_", " ") for state in OrderState]
    lines = [f"| | {' | '.join(states)} |", f"|---{'|---' * len(states)}|"]
    for happening in Happening:
        cells = [_cell(state, happening) for state in OrderState]
        lines.append(f"| **{happening}** | {' | '.join(cells)} |")
    return "\n".join(lines)


def test_lifecycle_in_the_documentation_is_the_one_of_the_code() -> None:
    page = (REPOSITORY / "docs" / "explanation" / "orders.md").read_text(encoding="utf-8")
    assert lifecycle_table() in page, f"put this table into docs/explanation/orders.md:\n{lifecycle_table()}"
