"""Simulated fills: what a signal would have earned over recorded candles."""
