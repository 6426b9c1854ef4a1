"""Hypotheses as data, and the signals they fire."""
