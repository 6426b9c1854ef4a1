"""What sessions came to as one self-contained HTML page, beside what the backtest leads to expect."""
