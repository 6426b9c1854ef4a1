"""From a signal and a size to orders, and what becomes of them."""
