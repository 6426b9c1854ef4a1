"""The facts every stage speaks."""
