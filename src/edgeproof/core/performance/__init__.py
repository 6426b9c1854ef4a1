"""What round trips amount to."""
