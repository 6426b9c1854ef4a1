"""The shipped hypotheses: TOML files, one a family. None is claimed to work: they are what to test."""
