"""Expressions as immutable, hashable nodes: what the language parses into and the plan is made of.

A node says what is computed, not on which timeframe: `Column("close")` means the candles of whoever reads it, and
`read_at` wraps a node to be computed on another timeframe and read as of the reader's close. Equal nodes are equal
values, so sub-expressions that hypotheses share are computed once.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from edgeproof.core.kernels.abi import Kernel

FUNDING = 0
"""The series of funding settlements, told from timeframes (which are positive milliseconds)."""


class Kind(StrEnum):
    """What a node's row holds."""

    NUMBER = "number"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the candles (`open` ... `volume`, `close_time`) or of the funding series (`close_time`, `rate`)."""

    name: str

    @property
    def kind(self) -> Kind:
        """What its row holds."""
        return Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that never changes."""

    value: float

    @property
    def kind(self) -> Kind:
        """What its row holds."""
        return Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Apply:
    """One output of a kernel applied to inputs.

    `foreign` is the series on which the inputs lettered "f" or "g" are computed, where the kernel has such.
    """

    kernel: Kernel
    inputs: tuple["Node", ...]
    params: tuple[float, ...] = ()
    output: int = 0
    foreign: int | None = None
    digest: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Children carry their hash, so that hashing a deep expression costs one level, not the whole tree.
        digest = hash((self.kernel.name, self.inputs, self.params, self.output, self.foreign))
        object.__setattr__(self, "digest", digest)

    def __hash__(self) -> int:
        return self.digest

    @property
    def kind(self) -> Kind:
        """What its row holds."""
        return Kind.CONDITION if self.kernel.outputs[self.output] == "c" else Kind.NUMBER


Node = Column | Constant | Apply

OPEN, HIGH, LOW, CLOSE, VOLUME = (Column(name) for name in ("open", "high", "low", "close", "volume"))
CLOSE_TIME = Column("close_time")
RATE = Column("rate")


def apply(kernel: Kernel, *inputs: Node, params: tuple[float, ...] = (), output: int = 0) -> Apply:
    """The kernel's output over the inputs: the short way to write an indicator."""
    return Apply(kernel, inputs, tuple(float(value) for value in params), output)
