"""What machines that watch us ask for: health and metrics."""
