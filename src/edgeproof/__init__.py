"""edgeproof: find, prove, deliver and trade signals on crypto perpetual futures."""

__version__ = "0.1.0"
