"""From fills to positions, and how they are guarded."""
