"""`python -m edgeproof.bootstrap.compiling`: compile what a watch of the hypotheses on stdin (TOML) runs, and end."""

import sys

from edgeproof.core.conditions.compile import compile_each, kernels_of
from edgeproof.core.model.candle import NO_FUNDING
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.signals.generate import plan_signals
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.watch import SignalWatch
from edgeproof.services.prepare import candles_of


def main() -> None:
    """Compile the kernels, the last first; then make a watch and let it begin, which compiles what is around them."""
    nothing, hypotheses = Instrument("NONE", "USD", "USD"), read_hypotheses(sys.stdin.read(), "stdin")
    for _ in compile_each(kernels_of(plan_signals(hypotheses).plan)[::-1]):
        pass
    watch = SignalWatch(hypotheses, [nothing])
    watch.begin(nothing, candles_of([]), NO_FUNDING, after=0)


if __name__ == "__main__":
    main()
