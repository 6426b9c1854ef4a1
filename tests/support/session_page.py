"""Sources of the page of sessions: a market of a day by hand, with as many trades on it as a test wants."""

import base64
import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import OrderNoted
from edgeproof.core.model.live_trade import LiveTrade
from edgeproof.core.model.order import order_id
from edgeproof.core.model.time import DAY, MINUTE, format_time
from edgeproof.core.performance.equity import EquityCurve, drawdowns
from edgeproof.core.performance.live import figures, streaks
from edgeproof.research.parity.trades.live import LiveSide
from edgeproof.research.report.session.sources import SessionSources
from edgeproof.services.scoreboard import Tally, score, tally_of
from edgeproof.services.statistics import AccountFigures, HypothesisFigures, LiveStatistics
from edgeproof.services.stats_document import stats_document
from tests.support.live_trades import BEGAN, live_trade
from tests.support.risk import dec
from tests.support.sessions import BITCOIN

HOSTILE = "</script><script>alert(1)</script> <b>bold</b> {{data}}"


def market(instrument: Instrument, start: int, end: int) -> Candles:
    """Minutes that swing around 100."""
    times = np.arange(start // MINUTE * MINUTE, end // MINUTE * MINUTE, MINUTE)
    close = 100 + np.sin(times / (37.0 * MINUTE)) + (0.5 if instrument == BITCOIN else 0)
    before = np.concatenate([close[:1], close[:-1]])
    return Candles(
        timeframe=MINUTE,
        open_time=times,
        open=before,
        high=np.maximum(before, close) + 0.1,
        low=np.minimum(before, close) - 0.1,
        close=close,
        volume=np.ones(len(times)),
        filled=np.zeros(len(times), np.bool_),
    )


def trades_of(results: Sequence[str], hypothesis: str = "Rebound_5m") -> list[LiveTrade]:
    """A trade an hour on the market, each with its net P&L."""
    found = []
    for number, net in enumerate(results):
        made = live_trade(number, net, hypothesis=hypothesis, entry_price=dec("100"), exit_price=dec("101"))
        signal = replace(
            made.signal, reference_price=100.0, stop_loss=99.0, targets=(101.0, 102.0), fractions=(0.5, 0.5)
        )
        found.append(replace(made, signal=signal))
    return found


def side(trade: LiveTrade, *, is_open: bool = False) -> LiveSide:
    """The orders of a trade: entry, a stop that moved, half at the first target, the rest at the end."""

    def note(leg: str, what: str, at: int, quantity: str, price: str) -> OrderNoted:
        return OrderNoted(
            session="s1", at=at, instrument=BITCOIN, order_id=order_id(trade.signal.id, leg), what=what,
            quantity=dec(quantity), price=dec(price), fee=dec("1"),
        )  # fmt: skip

    opened, ended = trade.trade.opened_at, trade.trade.time
    notes = [
        note("entry", "filled", opened, "100", "100"),
        note("stop", "intended", opened, "100", "99"),
        note("target-1", "filled", opened + 5 * MINUTE, "50", "101"),
        note("stop", "amended", opened + 6 * MINUTE, "50", "100"),
    ]
    notes += [] if is_open else [note("stop", "filled", ended, "50", "100")]
    return LiveSide(session="s1", signal=trade.signal, notes=tuple(notes), ended=None if is_open else trade.trade)


def statistics_of(trades: Sequence[LiveTrade]) -> LiveStatistics:
    """The statistics of trades on an account of 10,000."""
    points = [(BEGAN, dec("10000"))]
    points += [(each.trade.time, points[-1][1] + each.trade.net_pnl) for each in trades]
    curve = EquityCurve(time=np.array([at for at, _ in points]), equity=np.array([float(sum_) for _, sum_ in points]))
    names = sorted({each.signal.hypothesis for each in trades})
    own = {name: [each for each in trades if each.signal.hypothesis == name] for name in names}
    hypotheses = tuple(
        HypothesisFigures(
            row=score(name, {BITCOIN: sum((tally_of(each.trade) for each in own[name]), Tally())}, {}),
            figures=figures(own[name]), state="qualified", signals=len(own[name]), taken=len(own[name]),
            watched_days=1.0, expected=None,
        )
        for name in names
    )  # fmt: skip
    none = float("nan")
    account = AccountFigures(
        start_equity=dec("10000"), equity=dec("10000"), open_pnl=dec("0"), days=0,
        drawdowns=drawdowns(curve, BEGAN + DAY),
        sharpe=none, sortino=none, calmar=none, growth_a_year=none,
    )  # fmt: skip
    net = np.array([float(each.trade.net_pnl) for each in trades])
    return LiveStatistics(
        start=BEGAN, until=BEGAN + DAY, sessions=1, last=None, trades=tuple(trades), figures=figures(trades),
        streaks=streaks(net), exposure=0.25, account=account, hypotheses=hypotheses,
    )  # fmt: skip


def about(**more: Any) -> dict[str, Any]:
    """What the page says of its sessions."""
    session = {
        "id": "s1", "command": "paper", "venue": "kraken", "version": "1", "began": format_time(BEGAN), "ended": None,
        "how": HOSTILE, "hypotheses": 2, "instruments": 1,
    }  # fmt: skip
    return {
        "title": f"session {HOSTILE}", "session": None, "command": "paper", "venue": "kraken", "version": "1",
        "start": format_time(BEGAN), "until": format_time(BEGAN + DAY), "running": None, "sessions": [session],
        "instruments": [BITCOIN.unified], "hypotheses": 2,
    } | more  # fmt: skip


def sources(results: Sequence[str], **more: Any) -> SessionSources:
    """Sources of a page of as many trades."""
    trades = trades_of(results)
    given: dict[str, Any] = {
        "about": about(),
        "stats": tidy_document(stats_document(statistics_of(trades), None)),
        "until": BEGAN + DAY,
        "trades": trades,
        "sides": {each.signal.id: side(each) for each in trades},
        "candles": market,
    }
    return SessionSources(**(given | more))


def tidy_document(document: dict[str, Any]) -> dict[str, Any]:
    """A document as JSON would hand it on."""
    found: dict[str, Any] = json.loads(json.dumps(document, allow_nan=True))
    return found


def data_of(page: str) -> dict[str, Any]:
    """The data in a page."""
    found = re.search(r'id="data">([^<]*)</script>', page)
    assert found is not None
    document: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return document
