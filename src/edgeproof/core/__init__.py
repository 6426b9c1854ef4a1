"""The pure core: values in, values out. No clock, socket, file, log or random number."""
