"""`python -m edgeproof.bootstrap.compiling`: compile what a watch of the hypotheses on stdin (TOML) runs, and end."""

import sys

from edgeproof.core.model.candle import NO_FUNDING
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.watch import SignalWatch
from edgeproof.services.prepare import candles_of


def main() -> None:
    """Make a watch and let it begin: that compiles all of it into the cache on disk."""
    nothing = Instrument("NONE", "USD", "USD")
    watch = SignalWatch(read_hypotheses(sys.stdin.read(), "stdin"), [nothing])
    watch.begin(nothing, candles_of([]), NO_FUNDING, after=0)


if __name__ == "__main__":
    main()
