"""Telling people: what happened, as messages; each to every channel it is for, until that has it."""
