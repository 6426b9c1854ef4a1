"""Stand-ins for the outside world: generated markets."""
