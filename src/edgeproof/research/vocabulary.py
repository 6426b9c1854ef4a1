"""What the search may say: triggers, confirmations and stops as templates of the language, with their parameters.

A template is written for a long and, mirrored, for a short; `{name}` stands for one of the values of a slot, `{near}`
and `{far}` for higher timeframes that go with the candidate's own. Every combination of values parses (a test tries
them all). The ranges are those of the textbooks the declared library names; there is nothing fitted in them.
"""

from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.signals.hypothesis import Family, Target
from edgeproof.research.template import Slot, in_family, mirrored, opposite, percent, phrase, same

_REVERSION = in_family(
    Family.MEAN_REVERSION,
    phrase(
        "rsi_return",
        "crosses_above(rsi({n}), {level})",
        "crosses_below(rsi({n}), {level})",
        same("n", 2, 4, 7, 14, 21),
        percent("level", 10, 15, 20, 25, 30, 35),
    ),
    phrase(
        "stoch_turn",
        "crosses_above(stoch_k({n}, 3, 3), stoch_d({n}, 3, 3)) and stoch_k({n}, 3, 3) < {level}",
        "crosses_below(stoch_k({n}, 3, 3), stoch_d({n}, 3, 3)) and stoch_k({n}, 3, 3) > {level}",
        same("n", 5, 9, 14, 21),
        percent("level", 10, 20, 30),
    ),
    phrase(
        "cci_return",
        "crosses_above(cci({n}), {level})",
        "crosses_below(cci({n}), {level})",
        same("n", 10, 20, 40),
        opposite("level", -200, -150, -100),
    ),
    phrase(
        "williams_return",
        "crosses_above(williams_r({n}), {level})",
        "crosses_below(williams_r({n}), {level})",
        same("n", 7, 14, 28),
        mirrored("level", (-95, -5), (-90, -10), (-80, -20)),
    ),
    phrase(
        "band_touch",
        "low <= bb_lower({n}, {width})",
        "high >= bb_upper({n}, {width})",
        same("n", 10, 20, 50, 100),
        same("width", 1.5, 2, 2.5, 3),
    ),
    phrase(
        "band_reclaim",
        "crosses_above(close, bb_lower({n}, {width}))",
        "crosses_below(close, bb_upper({n}, {width}))",
        same("n", 10, 20, 50, 100),
        same("width", 1.5, 2, 2.5, 3),
    ),
    phrase(
        "stretch",
        "close < sma({n}) - {k} * atr(14)",
        "close > sma({n}) + {k} * atr(14)",
        same("n", 12, 20, 50, 100, 200),
        same("k", 1.5, 2, 3, 4, 5),
    ),
    phrase(
        "zscore_stretch",
        "crosses_below(zscore({n}), {z})",
        "crosses_above(zscore({n}), {z})",
        same("n", 20, 50, 100, 200),
        opposite("z", -3, -2.5, -2),
    ),
    phrase(
        "vwap_stretch",
        "crosses_below(close, vwap_lower({width}))",
        "crosses_above(close, vwap_upper({width}))",
        same("width", 1, 1.5, 2, 2.5, 3),
    ),
    phrase(
        "keltner_touch",
        "crosses_below(close, keltner_lower({n}, {k}))",
        "crosses_above(close, keltner_upper({n}, {k}))",
        same("n", 20, 50),
        same("k", 1.5, 2, 2.5, 3),
    ),
)
_TREND = in_family(
    Family.TREND,
    phrase(
        "average_cross",
        "crosses_above(ema({fast}), ema({slow}))",
        "crosses_below(ema({fast}), ema({slow}))",
        same("fast", 5, 8, 12, 20),
        same("slow", 26, 50, 100, 200),
    ),
    phrase(
        "price_cross",
        "crosses_above(close, sma({n}))",
        "crosses_below(close, sma({n}))",
        same("n", 20, 50, 100, 200),
    ),
    phrase(
        "macd_cross",
        "crosses_above(macd({fast}, {slow}, 9), macd_signal({fast}, {slow}, 9))",
        "crosses_below(macd({fast}, {slow}, 9), macd_signal({fast}, {slow}, 9))",
        same("fast", 6, 8, 12),
        same("slow", 19, 26, 39),
    ),
    phrase(
        "supertrend_flip",
        "turns_true(supertrend_direction({n}, {k}) > 0)",
        "turns_true(supertrend_direction({n}, {k}) < 0)",
        same("n", 7, 10, 14, 20),
        same("k", 1.5, 2, 3, 4),
    ),
    phrase(
        "pullback",
        "ema({fast}) > ema({slow}) and low <= ema({fast}) and close > ema({fast})",
        "ema({fast}) < ema({slow}) and high >= ema({fast}) and close < ema({fast})",
        same("fast", 10, 20, 30),
        same("slow", 50, 100, 200),
    ),
    phrase(
        "psar_flip",
        "crosses_above(close, psar({step}, 0.2))",
        "crosses_below(close, psar({step}, 0.2))",
        same("step", 0.01, 0.02, 0.03),
    ),
)
_MOMENTUM = in_family(
    Family.MOMENTUM,
    phrase(
        "roc_burst",
        "crosses_above(roc({n}), {percent})",
        "crosses_below(roc({n}), {percent})",
        same("n", 3, 6, 12, 24),
        opposite("percent", 0.5, 1, 2, 3),
    ),
    phrase(
        "tsi_cross", "crosses_above(tsi({slow}, 13), 0)", "crosses_below(tsi({slow}, 13), 0)", same("slow", 20, 25, 40)
    ),
    phrase(
        "adx_ignition",
        "crosses_above(adx(14), {level}) and plus_di(14) > minus_di(14)",
        "crosses_above(adx(14), {level}) and plus_di(14) < minus_di(14)",
        same("level", 20, 25, 30),
    ),
    phrase("run", "rising(close, {n})", "falling(close, {n})", same("n", 3, 4, 5, 6)),
    phrase(
        "aroon_cross",
        "crosses_above(aroon_oscillator({n}), {level})",
        "crosses_below(aroon_oscillator({n}), {level})",
        same("n", 14, 25),
        opposite("level", 0, 50),
    ),
)
_BREAKOUT = in_family(
    Family.BREAKOUT,
    phrase(
        "donchian_break",
        "close > highest_before(high, {n})",
        "close < lowest_before(low, {n})",
        same("n", 10, 20, 55, 100),
    ),
    phrase(
        "inside_break",
        "narrowest_range({n})[1] and close > high[1]",
        "narrowest_range({n})[1] and close < low[1]",
        same("n", 4, 7, 10),
    ),
    phrase(
        "opening_break",
        'crosses_above(close, session_high("new_york", "09:30", "{to}"))',
        'crosses_below(close, session_low("new_york", "09:30", "{to}"))',
        Slot("to", ("10:00", "10:30", "11:30"), ("10:00", "10:30", "11:30")),
    ),
)
_VOLATILITY = in_family(
    Family.VOLATILITY,
    phrase(
        "squeeze_release",
        "within(percentile_rank(bb_width(20, 2), {n}) < {rank}, 5) and close > bb_upper(20, 2)",
        "within(percentile_rank(bb_width(20, 2), {n}) < {rank}, 5) and close < bb_lower(20, 2)",
        same("n", 100, 200),
        same("rank", 5, 10, 20),
    ),
    phrase(
        "range_burst",
        "true_range > {k} * atr(14)[1] and close > open",
        "true_range > {k} * atr(14)[1] and close < open",
        same("k", 1.5, 2, 3, 4),
    ),
)
_VOLUME = in_family(
    Family.VOLUME,
    phrase(
        "volume_burst",
        "volume > {k} * sma(volume, {n}) and close > open",
        "volume > {k} * sma(volume, {n}) and close < open",
        same("k", 2, 3, 4, 6),
        same("n", 20, 50),
    ),
    phrase(
        "climax",
        "volume > {k} * sma(volume, 20) and close < lowest_before(low, {n})",
        "volume > {k} * sma(volume, 20) and close > highest_before(high, {n})",
        same("k", 2, 3, 4),
        same("n", 10, 20, 50),
    ),
    phrase(
        "exhausted",
        "volume > {k} * sma(volume, 20) and close < sma({n}) - {d} * atr(14)",
        "volume > {k} * sma(volume, 20) and close > sma({n}) + {d} * atr(14)",
        same("k", 1.5, 2, 3),
        same("n", 12, 20, 50),
        same("d", 2, 3, 4),
    ),
    phrase(
        "money_flow_return",
        "crosses_above(mfi({n}), {level})",
        "crosses_below(mfi({n}), {level})",
        same("n", 7, 14, 21),
        percent("level", 10, 20, 30),
    ),
    phrase(
        "accumulation",
        "crosses_above(cmf({n}), {level})",
        "crosses_below(cmf({n}), {level})",
        same("n", 10, 20),
        opposite("level", 0.05, 0.1, 0.2),
    ),
)
_STRUCTURE = in_family(
    Family.STRUCTURE,
    phrase(
        "structure_break", "break_of_structure_up({n}, {n})", "break_of_structure_down({n}, {n})", same("n", 3, 5, 8)
    ),
    phrase(
        "sweep",
        "low < lowest_before(low, {n}) and close > lowest_before(low, {n})",
        "high > highest_before(high, {n}) and close < highest_before(high, {n})",
        same("n", 10, 20, 50, 100),
    ),
)
_DIVERGENCE = in_family(
    Family.DIVERGENCE,
    phrase(
        "rsi_divergence",
        "turns_true(bullish_divergence(rsi({n}), 5, 3))",
        "turns_true(bearish_divergence(rsi({n}), 5, 3))",
        same("n", 7, 14, 21),
    ),
    phrase(
        "macd_divergence",
        "turns_true(bullish_divergence(macd_hist(12, 26, 9), {left}, 3))",
        "turns_true(bearish_divergence(macd_hist(12, 26, 9), {left}, 3))",
        same("left", 3, 5, 8),
    ),
)
_PATTERN = in_family(
    Family.PATTERN,
    phrase(
        "pattern_at_extreme",
        "bullish_pattern and low <= lowest(low, {n})",
        "bearish_pattern and high >= highest(high, {n})",
        same("n", 5, 10, 20, 50),
    ),
    phrase(
        "engulfing",
        "bullish_engulfing and rsi(14) < {level}",
        "bearish_engulfing and rsi(14) > {level}",
        percent("level", 30, 40, 50),
    ),
)
_FUNDING = in_family(
    Family.FUNDING,
    phrase(
        "funding_extreme",
        'turns_true(funding_percentile("{window}d", "24h") < {level})',
        'turns_true(funding_percentile("{window}d", "24h") > {level})',
        same("window", 7, 30, 90),
        percent("level", 5, 10, 20),
    ),
)
_SESSION = in_family(
    Family.SESSION,
    phrase(
        "hour_of_day",
        "turns_true(hour == {hour})",
        "turns_true(hour == {hour})",
        same("hour", *range(0, 24)),
    ),
)

TRIGGERS = (
    *_REVERSION,
    *_TREND,
    *_MOMENTUM,
    *_BREAKOUT,
    *_VOLATILITY,
    *_VOLUME,
    *_STRUCTURE,
    *_DIVERGENCE,
    *_PATTERN,
    *_FUNDING,
    *_SESSION,
)
"""What makes a candidate fire."""

CONFIRMATIONS = (
    phrase("above_average", "close > ema({n})", "close < ema({n})", same("n", 20, 50, 100, 200)),
    phrase(
        "average_slope", "ema({n}) > ema({n})[{k}]", "ema({n}) < ema({n})[{k}]", same("n", 20, 50), same("k", 5, 20)
    ),
    phrase("near_trend", 'at("{near}", close > ema({n}))', 'at("{near}", close < ema({n}))', same("n", 20, 50)),
    phrase("far_trend", 'at("{far}", close > ema({n}))', 'at("{far}", close < ema({n}))', same("n", 20, 50)),
    phrase(
        "near_stretch", 'at("{near}", rsi(14) < {level})', 'at("{near}", rsi(14) > {level})', percent("level", 35, 50)
    ),
    phrase(
        "near_momentum",
        'at("{near}", rising(macd_hist(12, 26, 9), 1))',
        'at("{near}", falling(macd_hist(12, 26, 9), 1))',
    ),
    phrase("strong_trend", "adx(14) > {level}", "adx(14) > {level}", same("level", 20, 25, 30)),
    phrase("weak_trend", "adx(14) < {level}", "adx(14) < {level}", same("level", 15, 20, 25)),
    phrase("clean", "choppiness(14) < {level}", "choppiness(14) < {level}", same("level", 40, 50)),
    phrase(
        "efficient",
        "efficiency_ratio({n}) > {level}",
        "efficiency_ratio({n}) > {level}",
        same("n", 10, 20),
        same("level", 0.2, 0.4),
    ),
    phrase("busy", "volume > {k} * sma(volume, 20)", "volume > {k} * sma(volume, 20)", same("k", 1, 1.5, 2, 3)),
    phrase("calm_volume", "volume < {k} * sma(volume, 20)", "volume < {k} * sma(volume, 20)", same("k", 0.7, 1, 1.5)),
    phrase(
        "volatile",
        "percentile_rank(natr(14), 200) > {rank}",
        "percentile_rank(natr(14), 200) > {rank}",
        same("rank", 50, 70, 90),
    ),
    phrase(
        "quiet",
        "percentile_rank(natr(14), 200) < {rank}",
        "percentile_rank(natr(14), 200) < {rank}",
        same("rank", 20, 50, 80),
    ),
    phrase("momentum_side", "rsi(14) > {level}", "rsi(14) < {level}", percent("level", 45, 50, 55, 60)),
    phrase("vwap_side", "close > vwap()", "close < vwap()"),
    phrase("below_vwap", "close < vwap()", "close > vwap()"),
    phrase("flow", "cmf(20) > 0", "cmf(20) < 0"),
    phrase("new_york", 'session("new_york", "09:30", "16:00")', 'session("new_york", "09:30", "16:00")'),
    phrase("quiet_hours", "hour < 7 or hour >= 21", "hour < 7 or hour >= 21"),
    phrase("weekdays", "weekday < 5", "weekday < 5"),
    phrase("funding_side", "funding_rate < {rate}", "funding_rate > {rate}", opposite("rate", 0, 0.0001)),
)
"""What a candidate may ask for besides."""

STOPS = (
    phrase("distance", "close - {k} * atr({n})", "close + {k} * atr({n})", same("k", 1, 1.5, 2, 3, 4), same("n", 14)),
    phrase(
        "swing",
        "lowest(low, {n}) - {k} * atr(14)",
        "highest(high, {n}) + {k} * atr(14)",
        same("n", 3, 5, 10, 20),
        same("k", 0.25, 0.5, 1),
    ),
    phrase(
        "percent",
        "close * {f}",
        "close * {f}",
        mirrored("f", (0.995, 1.005), (0.99, 1.01), (0.98, 1.02), (0.97, 1.03)),
    ),
)

TARGETS = (
    (Target("1R", 1.0),),
    (Target("1.5R", 1.0),),
    (Target("2R", 1.0),),
    (Target("3R", 1.0),),
    (Target("4R", 1.0),),
    (Target("1R", 0.5), Target("3R", 0.5)),
)

HOLDS = (6, 12, 24, 48, 96)
"""How long a position may stay open, in candles of its timeframe."""

HIGHER = {
    2 * MINUTE: ("10m", "1h"),
    5 * MINUTE: ("30m", "4h"),
    15 * MINUTE: ("1h", "4h"),
    30 * MINUTE: ("2h", "1d"),
    HOUR: ("4h", "1d"),
    4 * HOUR: ("12h", "1d"),
}
"""The timeframes the search looks at, each with the near and the far higher one of its confirmations."""

READS_FUNDING = frozenset({"funding_extreme", "funding_side"})
"""Templates that say nothing where no funding is stored."""
