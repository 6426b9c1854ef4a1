"""The names the library promises: the founding set and the classics."""

FOUNDING = {
    "Momentum_Spike_Reversal_2m": ("2m", "long"),
    "Micro_Mean_Reversion_2m": ("2m", "long"),
    "Volume_Breakout_Micro_2m": ("2m", "long"),
    "MACD_Divergence_Quick_2m": ("2m", "long"),
    "Scalp_Stochastic_Cross_2m": ("2m", "long"),
    "EMA_Crossover_Micro_2m": ("2m", "long"),
    "Momentum_Thrust_2m": ("2m", "long"),
    "Support_Bounce_Tight_2m": ("2m", "long"),
    "RSI_Oversold_5m_Reversal": ("5m", "long"),
    "MACD_Bullish_Cross_5m": ("5m", "long"),
    "Bollinger_Bounce_5m": ("5m", "long"),
    "Breakout_Retest_5m": ("5m", "long"),
    "Confluence_Entry_5m": ("5m", "long"),
    "Trend_Continuation_5m": ("5m", "long"),
    "Funding_Rate_Reversal_5m": ("5m", "short"),
    "Volume_Surge_Entry_5m": ("5m", "long"),
    "Double_Bottom_5m": ("5m", "long"),
    "ADX_Trend_Strength_5m": ("5m", "long"),
    "Breakout_Confluence_15m": ("15m", "long"),
    "EMA_Ribbon_Reversal_15m": ("15m", "long"),
    "Support_Resistance_Bounce_15m": ("15m", "long"),
    "Ichimoku_Cloud_Break_15m": ("15m", "long"),
    "RSI_Divergence_Major_15m": ("15m", "long"),
    "Funding_Rate_Extreme_15m": ("15m", "short"),
    "Triple_Indicator_Alignment_15m": ("15m", "long"),
    "Trend_Channel_Bounce_15m": ("15m", "long"),
    "Major_Level_Reversal_30m": ("30m", "long"),
    "Trend_Momentum_Breakout_30m": ("30m", "long"),
    "Moving_Average_Crossover_30m": ("30m", "long"),
    "Institutional_Volume_Entry_30m": ("30m", "long"),
    "Bollinger_Squeeze_Breakout_30m": ("30m", "long"),
    "Multi_Timeframe_Alignment_30m": ("30m", "long"),
    "Funding_Rate_Mean_Reversion_Major_30m": ("30m", "short"),
    "Head_Shoulders_30m": ("30m", "short"),
}
"""Name: timeframe and direction."""

CLASSICS = (
    ("RSI_Oversold_5m_Reversal_Classic", "RSI_Overbought_5m_Reversal", "5m"),
    ("BB_LowerBand_15m_Reentry", "BB_UpperBand_15m_Reentry", "15m"),
    ("RSI2_Pullback_1h_Long", "RSI2_Rally_1h_Short", "1h"),
    ("VWAP_Deviation_5m_LongReversion", "VWAP_Deviation_5m_ShortReversion", "5m"),
    ("EMA_Cross_1h_TrendLong", "EMA_Cross_1h_TrendShort", "1h"),
    ("Donchian20_Breakout_4h_Long", "Donchian20_Breakdown_4h_Short", "4h"),
    ("Supertrend_Flip_15m_Long", "Supertrend_Flip_15m_Short", "15m"),
    ("EMA_Pullback_15m_Long", "EMA_Pullback_15m_Short", "15m"),
    ("LiquiditySweep_15m_ReclaimLong", "LiquiditySweep_15m_RejectShort", "15m"),
    ("MACD_HistCross_1h_Long", "MACD_HistCross_1h_Short", "1h"),
    ("TSMOM_7d_4h_Long", "TSMOM_7d_4h_Short", "4h"),
    ("TTM_Squeeze_1h_ReleaseLong", "TTM_Squeeze_1h_ReleaseShort", "1h"),
    ("NR7_Breakout_4h_Long", "NR7_Breakdown_4h_Short", "4h"),
    ("Volume_Climax_5m_ExhaustionLong", "Volume_Climax_5m_ExhaustionShort", "5m"),
    ("OBV_Lead_15m_Long", "OBV_Lead_15m_Short", "15m"),
    ("Engulfing_Bullish_1h_Support", "Engulfing_Bearish_1h_Resistance", "1h"),
    ("PinBar_4h_RejectionLong", "PinBar_4h_RejectionShort", "4h"),
    ("Funding_NegativeExtreme_1h_Squeeze", "Funding_PositiveExtreme_1h_Fade", "1h"),
    ("OpeningRange_NewYork_15m_BreakoutLong", "OpeningRange_NewYork_15m_BreakoutShort", "15m"),
    ("RSI_Divergence_15m_Bullish", "RSI_Divergence_15m_Bearish", "15m"),
)
"""Long, short, timeframe: twenty ideas from both sides."""


def twin(name: str) -> str:
    """The name of a founding hypothesis' mirror image."""
    return f"{name}_{'Short' if FOUNDING[name][1] == 'long' else 'Long'}"
