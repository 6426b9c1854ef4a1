"""An altered copy of a frozen value, for the ones that are copied at every event."""

from typing import Any, TypeVar

T = TypeVar("T")

_new, _put = object.__new__, object.__setattr__


def altered(value: T, **changes: Any) -> T:  # noqa: ANN401 - the types of the fields
    """The value with some fields changed: `dataclasses.replace` at half its cost, as nothing is checked again.

    Only for frozen, slotted dataclasses whose fields need no check, neither each nor together.

    >>> from edgeproof.core.model.portfolio import LossStreak
    >>> altered(LossStreak(length=2), last_at=7)
    LossStreak(length=2, last_at=7)
    """
    cls = type(value)
    made: T = _new(cls)
    for name in cls.__slots__:  # type: ignore[attr-defined]
        _put(made, name, changes[name] if name in changes else getattr(value, name))
    return made
