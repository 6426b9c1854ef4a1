"""Ways to people: one module a channel, and what several of them share."""
