"""Kraken Futures: its REST API and its websocket, as facts."""
