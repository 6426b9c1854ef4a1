"""What a live session did against the backtest over what it saw: signal by signal, each difference with its cause."""
