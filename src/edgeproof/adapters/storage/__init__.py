"""Where history is kept: Parquet on disk, or memory."""
