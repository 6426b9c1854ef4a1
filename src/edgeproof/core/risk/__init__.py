"""Risk: what an entry may cost, whether there may be one at all, and when trading stops."""
