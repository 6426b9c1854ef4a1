"""Where the random draws of the statistics come from: seeded streams, one a purpose."""

import numpy as np

from edgeproof.core.kernels.resampling import StreamArray
from edgeproof.core.model.errors import InputError

_WORD = (1 << 64) - 1


def stream(seed: int, *key: int) -> StreamArray:
    """The stream of a seed and a key, such as the parts of a trial's digest: shape (6,), read-only.

    Streams of different keys are independent, and none depends on which was asked for first: trials may be run in any
    order, on any number of threads, and draw the same.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=key)  # noqa: TID251 - seeded
    return stream_of(np.random.default_rng(sequence))  # noqa: TID251 - seeded


def stream_of(generator: np.random.Generator) -> StreamArray:  # noqa: TID251 - seeded by the caller
    """The stream at which a generator stands; the generator itself does not move on.

    Raises
    ------
    InputError
        For a generator that is not a PCG64, the default of NumPy.
    """
    state = generator.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise InputError(f"expected a PCG64 generator (numpy.random.default_rng), found {state['bit_generator']}")
    numbers = state["state"]
    halves = (part for name in ("state", "inc") for part in (numbers[name] >> 64, numbers[name] & _WORD))
    words = np.array([*halves, state["has_uint32"], state["uinteger"]], dtype=np.uint64)
    words.flags.writeable = False
    return words
