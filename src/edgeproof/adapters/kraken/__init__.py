"""Kraken Futures: its REST and websocket words end here."""
