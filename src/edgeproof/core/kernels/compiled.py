"""How functions that are not kernels of the plan are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The function, compiled when first called and kept on disk; it runs without the interpreter's lock."""
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def bare(function: Function) -> Function:
    """`compiled` without counting references, and part of whatever calls it.

    Arrays come in from the caller, who keeps them; none can be made inside. Measured on the bracket: 2.2 times as fast,
    for it reads a dozen arrays a trade and counting costs an atomic operation each; and 2.2 times again, for an array
    is seven words, which a call passes through memory.
    """
    # numba has these options but does not declare them.
    undeclared: dict[str, Any] = {"_nrt": False, "forceinline": True}
    return cast(Function, njit(cache=True, nogil=True, error_model="numpy", **undeclared)(function))


def inlined(function: Function) -> Function:
    """The function as part of whatever calls it; never kept on disk by itself.

    For functions that are kernels too: on disk numba would take the one for the other.
    """
    undeclared: dict[str, Any] = {"_nrt": False, "forceinline": True}
    return cast(Function, njit(nogil=True, error_model="numpy", **undeclared)(function))


def instruction(generate: Callable[..., Any]) -> Any:
    """What numba calls an intrinsic: a compiled function that is written in LLVM's instructions.

    Without a type, for numba's has the function take the typing context that numba itself passes.
    """
    return intrinsic(generate)


def local_floats(size: int) -> Any:
    """A function without arguments that makes an array of so many float64, not set, which lives as long as its caller.

    Where all that works on it is `bare`, the compiler keeps its values in registers and leaves out what nobody reads.
    """

    @instruction
    def make(typing_context: Any) -> Any:
        kind = types.Array(types.float64, 1, "C")

        def generate(context: Any, builder: Any, _signature: Any, _args: Any) -> Any:
            build: Any = cgutils
            data = build.alloca_once(builder, context.get_value_type(types.float64), size)
            array = context.make_array(kind)(context, builder)
            whole = [context.get_constant(types.intp, each) for each in (size, 8)]
            context.populate_array(
                array, data=data, shape=whole[:1], strides=whole[1:], itemsize=whole[1], meminfo=None
            )
            return array._getvalue()  # noqa: SLF001

        return kind(), generate

    return make
