"""What the comparison of trades found, as figures and as JSON. Money is in the settlement currency, live - backtest."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import format_time
from edgeproof.research.parity.trades.live import LiveSide
from edgeproof.research.parity.trades.money import EXACT, ZERO, Exit, Money, TradeCause
from edgeproof.research.parity.trades.replayed import BacktestSide

TRADE_CAUSE_WORDS = {
    TradeCause.ENTRY_PRICE: "entered at another price: latency, spread and slippage",
    TradeCause.EXIT_PRICE: "left the same way in the same minute, at another price: slippage",
    TradeCause.EXIT_KIND: "left another way: what came first within a minute, or a price just not reached",
    TradeCause.EXIT_TIME: "left the same way at another time",
    TradeCause.QUANTITY: "other parts of it left by each way: whole lots, and fills in part",
    TradeCause.FEES: "other fees, mostly of other prices",
    TradeCause.FUNDING: "other funding: held for another time, or paid at another price",
    TradeCause.CUT_SHORT: "a person, a limit of risk or a refused stop ended it",
    TradeCause.STILL_OPEN: "one side is over, the other still open: counted at the last price",
    TradeCause.NOT_IN_BACKTEST: "the backtest does not take it",
    TradeCause.UNEXPLAINED: "nothing recorded explains it",
}
"""What each cause means."""

_ANOTHER_WAY = frozenset(
    {
        TradeCause.EXIT_KIND,
        TradeCause.EXIT_TIME,
        TradeCause.CUT_SHORT,
        TradeCause.STILL_OPEN,
        TradeCause.NOT_IN_BACKTEST,
        TradeCause.UNEXPLAINED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTrade:
    """A trade that was taken, on both sides. `backtest` is None where it has none, and `why_not` says why.

    `net` is what it made, `backtest_net` what the backtest makes of the same quantity; `money` is the difference by
    cause, `causes` what was found even where it cost nothing.
    """

    live: LiveSide
    quantity: Decimal
    net: Decimal
    backtest: BacktestSide | None
    backtest_net: Decimal
    money: Money
    causes: frozenset[TradeCause]
    why_not: str = ""

    @property
    def difference(self) -> Decimal:
        """How much more it made live."""
        return EXACT.subtract(self.net, self.backtest_net)

    @property
    def is_matched(self) -> bool:
        """Whether both sides took it and left it the same way at the same time."""
        return not self.causes & _ANOTHER_WAY

    @property
    def r(self) -> float:
        """What it made over what it risked."""
        risk = float(self.quantity) * self.live.signal.risk
        return float(self.net) / risk if risk else 0.0

    def document(self) -> dict[str, Any]:
        """For JSON."""
        signal, backtest = self.live.signal, self.backtest
        return {
            "id": signal.id,
            "hypothesis": signal.hypothesis,
            "instrument": signal.instrument.unified,
            "time": format_time(signal.time),
            "direction": signal.direction,
            "quantity": str(self.quantity),
            "matched": self.is_matched,
            "difference": _money(self.difference),
            "money": _by_cause(self.money),
            "causes": sorted(self.causes),
            "live": self._live(),
            "backtest": {} if backtest is None else _backtest(backtest, self.quantity, self.backtest_net),
            "why_not": self.why_not,
        }

    def _live(self) -> dict[str, Any]:
        made, ended = self.live.made, self.live.ended
        return {
            "entry_time": format_time(self.live.entries[0].at),
            "entry_price": _money(made.entry_value / self.quantity),
            "exits": _exits(made.exits),
            "reason": None if ended is None else ended.reason,
            "fees": _money(made.fees),
            "slippage": _money(self.live.slippage),
            "funding": _money(made.funding),
            "net": _money(self.net),
            "r": self.r,
        }


def _backtest(found: BacktestSide, quantity: Decimal, net: Decimal) -> dict[str, Any]:
    made = found.made(quantity)
    return {
        "entry_time": format_time(found.entry_time),
        "entry_price": _money(made.entry_price),
        "exits": _exits(made.exits),
        "reason": found.reason.word,
        "fees": _money(made.fees),
        "slippage": _money(found.slippage * quantity),
        "funding": _money(made.funding),
        "net": _money(net),
        "r": found.r,
        "ambiguous": found.is_ambiguous,
    }


def _exits(exits: Iterable[Exit]) -> list[dict[str, Any]]:
    return [
        {
            "leg": each.leg,
            "quantity": _money(each.quantity),
            "price": _money(each.price),
            "time": format_time(each.time),
        }
        for each in exits
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """A trade of the backtest that was not taken. `cause` is the fate of its signal, with the rule that decided it."""

    signal_id: str
    hypothesis: str
    instrument: str
    time: int
    cause: str
    backtest: BacktestSide

    @property
    def is_unexplained(self) -> bool:
        """Whether the journal does not say why it was not taken."""
        return self.cause == TradeCause.UNEXPLAINED

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.signal_id,
            "hypothesis": self.hypothesis,
            "instrument": self.instrument,
            "time": format_time(self.time),
            "cause": self.cause,
            "r": self.backtest.r,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTakenSum:
    """Trades that were not taken for one cause: how many, what they make in R, and in money at the mean risk taken."""

    count: int
    r: float
    money: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TradesParity:
    """The comparison of trades. `open` are trades that are open on both sides: there is nothing to compare yet."""

    trades: tuple[ComparedTrade, ...]
    not_taken: tuple[NotTaken, ...]
    open: tuple[Signal, ...]

    @property
    def matched(self) -> int:
        """Trades that both sides took and left the same way at the same time."""
        return sum(each.is_matched for each in self.trades)

    @property
    def net(self) -> Decimal:
        """What the trades made."""
        return _total(each.net for each in self.trades)

    @property
    def backtest_net(self) -> Decimal:
        """What the backtest makes of them, at the same quantities."""
        return _total(each.backtest_net for each in self.trades)

    @property
    def difference(self) -> Decimal:
        """How much more they made live."""
        return EXACT.subtract(self.net, self.backtest_net)

    @property
    def r(self) -> float:
        """The sum of what they made over what they risked."""
        return sum(each.r for each in self.trades)

    @property
    def backtest_r(self) -> float:
        """The same in the backtest."""
        return sum(each.backtest.r for each in self.trades if each.backtest is not None)

    @property
    def causes(self) -> Mapping[TradeCause, tuple[int, Decimal]]:
        """How many trades each cause concerns and what it comes to; the money adds up to the difference, exactly."""
        found = {cause: [each for each in self.trades if cause in each.causes] for cause in TradeCause}
        sums = {
            cause: (len(trades), _total(each.money.get(cause, ZERO) for each in trades))
            for cause, trades in found.items()
            if trades
        }
        return dict(sorted(sums.items(), key=lambda each: each[1][1]))

    @property
    def not_taken_causes(self) -> Mapping[str, NotTakenSum]:
        """Trades of the backtest that were not taken, by the fate of their signals, the most frequent first."""
        counts = Counter(each.cause for each in self.not_taken)
        found: dict[str, NotTakenSum] = {}
        for cause, count in counts.most_common():
            r = sum(each.backtest.r for each in self.not_taken if each.cause == cause)
            found[cause] = NotTakenSum(count=count, r=r, money=self.mean_risk * Decimal(repr(r)))
        return found

    @property
    def mean_risk(self) -> Decimal:
        """What the trades risked on average; 0 without one."""
        risks = [each.quantity * Decimal(repr(each.live.signal.risk)) for each in self.trades]
        return sum(risks, ZERO) / len(risks) if risks else ZERO

    @property
    def unexplained(self) -> int:
        """Trades with a difference that nothing recorded explains, or that were not taken and nobody knows why."""
        taken = sum(TradeCause.UNEXPLAINED in each.causes for each in self.trades)
        return taken + sum(each.is_unexplained for each in self.not_taken)

    @property
    def unexplained_money(self) -> Decimal:
        """The part of the difference that nothing recorded explains."""
        return _total(each.money.get(TradeCause.UNEXPLAINED, ZERO) for each in self.trades)

    def document(self) -> dict[str, Any]:
        """What stands under `trades` in `edgeproof parity --json`."""
        return {
            "compared": len(self.trades),
            "matched": self.matched,
            "open": [each.id for each in self.open],
            "net": _money(self.net),
            "backtest_net": _money(self.backtest_net),
            "difference": _money(self.difference),
            "r": self.r,
            "backtest_r": self.backtest_r,
            "causes": {
                cause.value: {"trades": count, "money": _money(money)} for cause, (count, money) in self.causes.items()
            },
            "unexplained": self.unexplained,
            "unexplained_money": _money(self.unexplained_money),
            "differences": [each.document() for each in self.trades if each.causes],
            "not_taken": {
                cause: {"trades": each.count, "r": each.r, "money": _money(each.money)}
                for cause, each in self.not_taken_causes.items()
            },
            "not_taken_trades": [each.document() for each in self.not_taken],
        }


def _total(amounts: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(amounts, ZERO)


def _by_cause(money: Money) -> dict[str, str]:
    return {cause.value: _money(part) for cause, part in money.items()}


def _money(amount: Decimal) -> str:
    """All its digits, as text: a float would not add up any more."""
    return f"{amount:f}"
