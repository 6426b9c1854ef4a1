"""The trades of a session against those of the backtest, in money: each difference with its cause."""
