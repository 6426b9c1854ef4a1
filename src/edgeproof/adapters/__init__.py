"""All I/O: one folder per outside system; none imports another."""
