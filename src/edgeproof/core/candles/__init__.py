"""From market trades to regular candles: aggregate, fill, resample, certify."""
