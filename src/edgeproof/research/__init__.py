"""Offline: backtest, replay and what is made of their results. Live code never imports it."""
