"""Any other venue, through the extra `exchanges` (ccxt)."""
