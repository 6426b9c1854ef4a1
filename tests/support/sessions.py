"""A signal session with something of everything, invented: for tests of what is shown, and for the pictures."""

from collections import Counter
from dataclasses import replace
from typing import Any

from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    Quote,
    VenueTime,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed, Noticed
from edgeproof.core.model.signal import Check, Decision, Fate, Signal
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from edgeproof.services.health import FeedHealth
from edgeproof.services.standing import InstrumentStanding, Preview, Standing, Watched

NOW = parse_time("2026-02-03T10:31:18Z")
CLOSE = NOW // MINUTE * MINUTE
SESSION = "5a1e"

_PRICES = {"BTC": 45_012.5, "ETH": 2_431.35, "SOL": 150.263, "XRP": 0.601139, "ADA": 0.4127}
INSTRUMENTS = tuple(Instrument(base, "USD", "USD") for base in _PRICES)
BITCOIN, ETHER, SOLANA, RIPPLE, CARDANO = INSTRUMENTS

EVIDENCE: dict[str, Any] = {
    "entry": {"rsi(14) < 30": {"rsi(14)": 27.31}, "close > sma(50)": {"close": 45_000.0, "sma(50)": 44_812.75}},
    "confirm": {'at("1h", close > ema(50))': {"close": 45_020.0, "ema(50)": 44_700.1}},
    "candles": [
        {
            "timeframe": "5m",
            "open_time": "2026-02-03T10:25:00.000Z",
            "close_time": "2026-02-03T10:30:00.000Z",
            "age_minutes": 0.0,
        },
        {
            "timeframe": "1h",
            "open_time": "2026-02-03T09:00:00.000Z",
            "close_time": "2026-02-03T10:00:00.000Z",
            "age_minutes": 30.0,
        },
    ],
    "regime": "ranging",
    "funding_rate": 1.25e-5,
    "funding_percentile": 0.71,
    "regimes_declared": ["ranging"],
    "volume_ratio": 1.32,
    "spread_bps": 0.4,
    "quiet_share": 0.05,
    "backtest": {
        "state": "qualified",
        "run": "0f3a",
        "data_end": "2026-02-01T00:00:00.000Z",
        "n": 412,
        "win_rate": 0.441,
        "win_rate_low": 0.394,
        "win_rate_high": 0.489,
        "expectancy_r": 0.182,
        "cost_r": 0.11,
        "verdict": "qualified: q 0.03, deflated Sharpe 0.97",
    },
}


def signal(
    hypothesis: str = "RSI_Oversold_5m_Reversal",
    instrument: Instrument = BITCOIN,
    *,
    direction: int = 1,
    time: int = CLOSE - MINUTE,
    timeframe: int = 5 * MINUTE,
    targets: int = 1,
) -> Signal:
    """A signal at the price of the instrument, 1.1 % from its stop."""
    price = _PRICES[instrument.base]
    risk = direction * 0.011 * price
    return Signal(
        hypothesis=hypothesis,
        instrument=instrument,
        timeframe=timeframe,
        direction=direction,
        time=time,
        reference_price=price,
        stop_loss=price - risk,
        targets=tuple(price + 2 * risk * (number + 1) / targets for number in range(targets)),
        fractions=(1 / targets,) * targets,
        trail=None,
        expires_at=time + timeframe,
    )


def told(found: Signal, *, state: str = "qualified", confidence: float | None = 0.394) -> Decision:
    """The decision on a signal that nothing spoke against."""
    return Decision(
        signal=found,
        fate=Fate.TOLD,
        decided_at=found.time + 12,
        state=state,
        confidence=confidence,
        latency_ms=3.1,
        checks=(
            Check(rule="levels", value="sound", limit="sound", holds=True),
            Check(rule="age_minutes", value=0.0002, limit=5.0, holds=True),
            Check(rule="state", value=state, limit="qualified or tested or rejected", holds=True),
            Check(rule="stop_distance_bps", value=110.0, limit=5.0, holds=True),
            Check(rule="cost_r", value=0.11, limit=0.25, holds=True),
            Check(rule="spread_bps", value=0.4, limit=8.0, holds=True),
            Check(rule="regime", value="ranging", limit=None, holds=True),
        ),
        evidence=EVIDENCE,
    )


def vetoed(found: Signal, rule: str, value: float | str | None, limit: float | str | None) -> Decision:
    """The decision on a signal that a rule spoke against."""
    check = Check(rule=rule, value=value, limit=limit, holds=False)
    first = told(found)
    checks = (*first.checks, check)
    return replace(first, fate=Fate.VETOED, rule=rule, value=value, limit=limit, checks=checks)


def decisions() -> list[Decision]:
    """Decisions of every fate, the newest last."""
    shifted = signal("Placebo_Shift24h_Bollinger_Squeeze_Breakout_30m", RIPPLE, timeframe=30 * MINUTE)
    late = signal("Funding_Rate_Mean_Reversion_Major_30m_Long", SOLANA, time=CLOSE - HOUR, timeframe=30 * MINUTE)
    spoken_against = signal("EMA_Crossover_Micro_2m", CARDANO, direction=-1, time=CLOSE - 9 * MINUTE)
    expired = replace(told(late), fate=Fate.EXPIRED, rule="age_minutes", value=42.0, limit=30.0)
    void = signal("Breakout_Confluence_15m", ETHER, time=CLOSE - 16 * MINUTE, timeframe=15 * MINUTE)
    return [
        expired,
        replace(told(void), fate=Fate.VOID, rule="levels", value="stop", limit="sound"),
        vetoed(spoken_against, "spread_bps", 12.34, 8.0),
        told(signal(targets=2)),
        told(signal("Momentum_Fade_15m", ETHER, direction=-1, timeframe=15 * MINUTE)),
        told(shifted, state="rejected", confidence=0.29),
        told(signal("Micro_Mean_Reversion_2m", CARDANO, time=CLOSE, timeframe=2 * MINUTE), state="tested"),
    ]


def health(instruments: tuple[Instrument, ...] = INSTRUMENTS) -> FeedHealth:
    """A feed of instruments that is well, ten seconds after it was made."""
    found = FeedHealth(instruments)
    found.seen([FeedIncident(kind=IncidentKind.CONNECTED, time=CLOSE - HOUR, detail="wss://venue")], 0.0)
    found.seen([FeedIncident(kind=IncidentKind.GAP, time=CLOSE - MINUTE, instrument=BITCOIN, detail="3 trades")], 1.0)
    for each in instruments:
        found.seen(_facts(each), 9.0)
    found.seen([VenueTime(time=NOW, skew_ms=35)], 10.0)
    return found


def _facts(instrument: Instrument) -> list[MarketEvent]:
    price = _PRICES.get(instrument.base, 1.0)
    quote = Quote(
        instrument=instrument,
        time=NOW,
        bid=price * 0.99998,
        ask=price * 1.00002,
        bid_size=1.0,
        ask_size=1.0,
        last=price,
        mark=price,
        index=price,
        funding_rate=1.25e-5,
        funding_time=CLOSE // HOUR * HOUR,
        next_funding_rate=None,
        suspended=False,
        post_only=False,
    )
    candle = ClosedCandle(
        instrument=instrument,
        timeframe=MINUTE,
        open_time=CLOSE - MINUTE,
        open=price,
        high=price,
        low=price,
        close=price,
        volume=1.0,
    )
    funding = FundingPublished(instrument=instrument, time=CLOSE // HOUR * HOUR, rate=1.25e-5)
    return [quote, candle, funding]


def missed(instrument: Instrument = BITCOIN, at: int = CLOSE - HOUR, reason: str = "feed_gap") -> CloseMissed:
    """A close that was evaluated four seconds late."""
    return CloseMissed(
        session=SESSION,
        at=at,
        instrument=instrument,
        evaluated_at=at + 4_200,
        reason=reason,
        signals=(signal(instrument=instrument).id,),
    )


def standing(instruments: tuple[Instrument, ...] = INSTRUMENTS) -> Standing:
    """A session in which something of everything happened."""
    regimes = ("ranging", "trending", "trending, volatile", "", "choppy")
    percentiles = (0.71, 0.5, 0.02, None, 0.97)
    found = Standing(
        watched=Watched(
            command="scan",
            venue="kraken",
            states={"qualified": 3, "tested": 41, "rejected": 12},
            warming_up={"Slow_1d": "needs 300 days"},
            left_out={},
        ),
        health=health(instruments),
        instruments={
            each: InstrumentStanding(
                regime=regimes[number % 5], funding_percentile=percentiles[number % 5], evaluated_until=CLOSE
            )
            for number, each in enumerate(instruments)
        },
        closes=7_205,
        missed=Counter({"feed_gap": 2, "slow": 1}),
    )
    found.decided(decisions())
    found.last_missed.append(missed())
    found.notices.append(
        Noticed(session=SESSION, at=CLOSE - 2 * MINUTE, kind="hypotheses", detail="my.toml was changed; not read anew")
    )
    found.previews = (
        Preview(
            hypothesis="Support_Resistance_Bounce_15m",
            instrument=ETHER,
            timeframe=15 * MINUTE,
            direction=1,
            closes_at=CLOSE + 14 * MINUTE,
            reference_price=2_431.35,
            stop_loss=2_410.0,
            targets=(2_470.0,),
        ),
    )
    found.latencies_ms.extend([2.1, 2.3, 2.6, 3.1, 9.8])
    return found
