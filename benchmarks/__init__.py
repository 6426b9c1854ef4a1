"""Benchmarks: edgeproof beside other engines, in an environment of their own (`make bench`)."""
