"""What to type after a demo."""

_BRING = """\
  bring a real one:             edgeproof data import FILE --instrument BTC/USD:USD
  and test it:                  edgeproof backtest
  write down your own idea, as mine.toml:
    \\[\\[hypothesis]]
    name = "My_Dip_15m"
    timeframe = "15m"
    direction = "long"
    family = "mean_reversion"
    reason = "a fast dip in an uptrend is bought back"
    entry = \\["rsi(14) < 30", "close > sma(200)"]
    stop = "close - 2 * atr(14)"
    target = "2R"
  and test that:                edgeproof backtest My_Dip_15m --hypotheses mine.toml --home {home}"""

NEXT_OF_FILES = f"""[bold]Next[/]
  look around in this market:   edgeproof backtest 'RSI*' --home {{home}}
  verdicts, all trials counted: edgeproof discover --home {{home}}
{_BRING}"""

NEXT_OF_MARKET = f"""[bold]Next[/]
  all verdicts on this market:  edgeproof discover --pool --home {{home}}
  the whole library on it:      edgeproof backtest --home {{home}}
  what is open on paper:        edgeproof positions --home {{home}}
  why a signal fired:           edgeproof why --home {{home}}
  and every one of them:        {{home}}/signals.jsonl
{_BRING}"""
