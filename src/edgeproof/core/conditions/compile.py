"""Compiling the kernels of a plan ahead of its first block, so that waiting for it can be shown as what it is."""

from collections.abc import Iterator

from edgeproof.core.conditions.plan import Plan
from edgeproof.core.kernels.abi import Kernel, address


def kernels_of(plan: Plan) -> tuple[Kernel, ...]:
    """The distinct kernels of a plan, in the order in which it first calls them."""
    return tuple(dict.fromkeys(operation.kernel for operation in plan.operations if operation.kernel is not None))


def compile_each(kernels: tuple[Kernel, ...]) -> Iterator[str]:
    """Compile each kernel (or load it from the cache on disk); its name, when it is ready."""
    for kernel in kernels:
        address(kernel)
        yield kernel.name
