"""Compiled, resumable kernels. numba lives here and nowhere else."""
