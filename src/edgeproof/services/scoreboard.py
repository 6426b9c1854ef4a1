"""The scoreboard: how each hypothesis does live beside how it did in the backtest.

A hypothesis may have another record on every instrument, so what the backtest says of it is the mean of its records,
each weighted by the trades it had live; instruments without a record are left out on both sides. A running session
counts as trades end (`Scoreboard`); the statistics of a journal do the same over what is kept.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import TradeClosed
from edgeproof.core.model.trading_event import TradeEnded
from edgeproof.core.performance.metrics import wilson_interval
from edgeproof.services.evidence import TrackRecord

WITHIN = 0.05
"""A live win rate is as tested while it is no farther than this from that of the backtest."""

LEAST_TRADES = 50
"""Before so many trades nothing is said: the interval of a win rate is 28 points wide even then."""

_MOST_OVER = 50

Records = Mapping[tuple[str, Instrument], TrackRecord]


class Verdict(StrEnum):
    """How a live win rate stands to the tested one."""

    NOT_TESTED = "not tested"
    TOO_FEW = "too few trades"
    AS_TESTED = "as tested"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts and sums over trades that are over: `n` trades, won ones by money; `r` where a trade has one."""

    n: int = 0
    n_wins: int = 0
    won_r: float = 0.0
    lost_r: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            n=self.n + other.n,
            n_wins=self.n_wins + other.n_wins,
            won_r=self.won_r + other.won_r,
            lost_r=self.lost_r + other.lost_r,
        )

    @property
    def win_rate(self) -> float:
        """The share of trades that were won, NaN of none."""
        return self.n_wins / self.n if self.n else math.nan

    @property
    def total_r(self) -> float:
        """What all made, in R."""
        return self.won_r + self.lost_r

    @property
    def expectancy_r(self) -> float:
        """What one made on average, in R; NaN of none."""
        return self.total_r / self.n if self.n else math.nan

    @property
    def profit_factor(self) -> float:
        """R won over R lost; infinite without losses, NaN without either."""
        if self.lost_r < 0:
            return self.won_r / -self.lost_r
        return math.inf if self.won_r > 0 else math.nan


def tally_of(trade: TradeEnded) -> Tally:
    """One trade."""
    r = trade.r_multiple
    known = r if math.isfinite(r) else 0.0
    return Tally(n=1, n_wins=int(trade.net_pnl > 0), won_r=max(known, 0.0), lost_r=min(known, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested:
    """What the backtest leads to expect, each instrument weighted by its live trades; `n` are trades of the backtest.

    A record from before figures were kept leaves NaN.
    """

    n: int
    win_rate: float
    profit_factor: float
    expectancy_r: float
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One hypothesis. `live` are all of its trades, `compared` those on instruments with a record.

    `low` and `high` bound a Wilson interval of 95 % of the live win rate; `difference` is that of `compared` less the
    tested one, None without a record. The verdict says nothing before there are `LEAST_TRADES` to compare.
    """

    hypothesis: str
    live: Tally
    compared: Tally
    tested: Backtested | None
    low: float
    high: float
    verdict: Verdict

    @property
    def difference(self) -> float | None:
        """Live less tested win rate, a fraction."""
        if self.tested is None or not self.compared.n:
            return None
        return self.compared.win_rate - self.tested.win_rate


def score(hypothesis: str, tallies: Mapping[Instrument, Tally], records: Records) -> ScoreRow:
    """The row of a hypothesis, from its trades on each instrument."""
    known = {each: records[hypothesis, each] for each in tallies if _has_figures(records.get((hypothesis, each)))}
    compared = sum((tallies[each] for each in known), Tally())
    tested = backtested([(record, tallies[each].n) for each, record in known.items()])
    live = sum(tallies.values(), Tally())
    low, high = wilson_interval(live.n_wins, live.n)
    return ScoreRow(
        hypothesis=hypothesis,
        live=live,
        compared=compared,
        tested=tested,
        low=low,
        high=high,
        verdict=verdict(compared, tested),
    )


def _has_figures(record: TrackRecord | None) -> bool:
    return record is not None and bool(record.n) and record.win_rate is not None


def backtested(weighted: Iterable[tuple[TrackRecord, int]]) -> Backtested | None:
    """What records say together, each as often as it was traded; all alike where nothing was. None without a record.

    The profit factor is that of such a mixture: p x mean win over (1 - p) x mean loss, both summed over the records.
    """
    kept = list(weighted)
    if not kept:
        return None
    if not any(weight for _, weight in kept):
        kept = [(record, 1) for record, _ in kept]
    whole = sum(weight for _, weight in kept)
    rate = sum(_number(record.win_rate) * weight for record, weight in kept) / whole
    won = sum(_share(record.win_rate, record.mean_win_r) * weight for record, weight in kept)
    lost = sum(_share(1 - _number(record.win_rate), record.mean_loss_r) * weight for record, weight in kept)
    different = {record.run: record for record, _ in kept}
    return Backtested(
        n=sum(each.n or 0 for each in different.values()),
        win_rate=rate,
        profit_factor=Tally(won_r=won, lost_r=lost).profit_factor,
        expectancy_r=sum(_number(record.expectancy_r) * weight for record, weight in kept) / whole,
        versions=tuple(sorted({record.version for record, _ in kept if record.version is not None})),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _share(rate: float | None, mean: float | None) -> float:
    """What a share of the trades makes: nothing where there are none, which have no mean."""
    return 0.0 if rate == 0 else _number(rate) * _number(mean)


def verdict(live: Tally, tested: Backtested | None) -> Verdict:
    """How a win rate stands to the tested one.

    By hand: 26 of 50 are 52 %, which is within 5 points of 55 %, and 60 % are not.

    >>> as_tested = Backtested(n=200, win_rate=0.55, profit_factor=1.5, expectancy_r=0.2, versions=())
    >>> [verdict(Tally(n=50, n_wins=wins), as_tested).value for wins in (26, 31, 20)]
    ['as tested', 'above', 'below']
    >>> verdict(Tally(n=49, n_wins=1), as_tested).value, verdict(Tally(n=99, n_wins=1), None).value
    ('too few trades', 'not tested')
    """
    if tested is None:
        return Verdict.NOT_TESTED
    if live.n < LEAST_TRADES:
        return Verdict.TOO_FEW
    difference = live.win_rate - tested.win_rate
    # 5 points are 5 points, whatever the last bit of a float says.
    if abs(difference) <= WITHIN + 1e-12:
        return Verdict.AS_TESTED
    return Verdict.ABOVE if difference > 0 else Verdict.BELOW


@dataclass(slots=True)
class Scoreboard:
    """A running count of the trades that ended. A late fill reopens a trade: of its ends the last counts."""

    records: Records = field(default_factory=dict)
    _tallies: dict[str, dict[Instrument, Tally]] = field(default_factory=dict)
    _over: dict[str, TradeClosed] = field(default_factory=dict)

    def ended(self, closed: TradeClosed) -> None:
        """Take in the end of a trade."""
        trade = closed.trade
        before = self._over.pop(trade.signal_id, None)
        # The hypothesis whose trade ended last stands last.
        tallies = self._tallies.pop(closed.hypothesis, {})
        tally = tallies.get(trade.instrument, Tally()) + tally_of(trade)
        tallies[trade.instrument] = tally if before is None else _less(tally, tally_of(before.trade))
        self._tallies[closed.hypothesis] = tallies
        self._over[trade.signal_id] = closed
        while len(self._over) > _MOST_OVER:
            del self._over[next(iter(self._over))]

    def rows(self) -> tuple[ScoreRow, ...]:
        """A row for every hypothesis that has traded, the one whose trade ended last at the end."""
        return tuple(score(name, tallies, self.records) for name, tallies in self._tallies.items())


def _less(whole: Tally, part: Tally) -> Tally:
    return Tally(
        n=whole.n - part.n,
        n_wins=whole.n_wins - part.n_wins,
        won_r=whole.won_r - part.won_r,
        lost_r=whole.lost_r - part.lost_r,
    )
