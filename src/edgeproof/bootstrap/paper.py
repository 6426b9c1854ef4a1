"""Where paper trading meets its adapters: a session whose orders are filled by a simulation of the venue.

The same desk and the same `step` as live; what differs is who fills the orders, and that is chosen here alone.
"""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

from edgeproof.adapters.simulated.costs import costs_by_hypothesis
from edgeproof.adapters.simulated.exchange import SimulatedExchange
from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.bootstrap import fees
from edgeproof.bootstrap.drift import weighing
from edgeproof.bootstrap.open_session import OpenSession
from edgeproof.bootstrap.records import read_records
from edgeproof.bootstrap.session import PROVEN, Manner, ScanCall, open_session
from edgeproof.bootstrap.trading import RISK, changed_limits, limits_document, limits_in_force, risk_limits
from edgeproof.config import Settings
from edgeproof.core.engine.risk import by_risk
from edgeproof.core.engine.state import Rules
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import ASKS_FIRST
from edgeproof.core.model.order import Order
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.steps import decimal_of, steps_of
from edgeproof.core.model.trade import Terms
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from edgeproof.ports import InstrumentRules, Journal, MarketFeed, MarketHistory
from edgeproof.services.asking_first import AskingFirst, asking_first
from edgeproof.services.drifting import PROBATION
from edgeproof.services.kept_book import book_of
from edgeproof.services.plan import Fates, Trader
from edgeproof.services.priced_book import Margins
from edgeproof.services.taking_up import take_up
from edgeproof.services.trading_plan import Exchange, Histories, TradingPlan


def open_paper(
    call: ScanCall,
    *,
    asks: bool = False,
    on_decisions: Callable[[Sequence[Decision], Fates], None],
    on_words: Callable[[str], None],
) -> OpenSession:
    """A session that trades on paper and has not begun yet; from now on it holds its home. See `open_session`.

    With `asks` a signal waits until somebody takes it.
    """
    return open_session(call, ASKING if asks else PAPER, on_decisions=on_decisions, on_words=on_words)


def _settings(settings: Settings, *, asks: bool) -> Mapping[str, object]:
    return {
        RISK: limits_document(settings.risk.limits()),
        "paper": settings.paper.model_dump(mode="json"),
        ASKS_FIRST: asks,
    }


def _trading(
    call: ScanCall, settings: Settings, journal: Journal, history: MarketHistory, *, asks: bool
) -> Callable[[str], Awaitable[Trader]]:
    async def trading(session: str) -> AskingFirst:
        listed = await history.instruments()
        limits = risk_limits(settings, {each.instrument for each in listed}, file=call.config)
        found = book_of(journal)
        words = changed_limits(
            limits_in_force(journal, settings), limits, open_trades=0 if found is None else len(found.trades)
        )
        held = () if found is None else tuple(found.positions)
        plan = replace(_plan(call, settings, limits, listed), margins=_margins(listed, {*call.instruments, *held}))
        return asking_first(take_up(session, plan, journal, words), journal, asks=asks)

    return trading


def _plan(call: ScanCall, settings: Settings, limits: RiskLimits, listed: Sequence[InstrumentRules]) -> TradingPlan:
    ours = [each for each in listed if each.instrument in call.instruments]
    charged = fees(settings)
    costs = costs_by_hypothesis(call.hypotheses, taker=charged.taker, maker=charged.maker)
    rules = Rules(
        steps={each.instrument: steps_of(each.tick_size, each.lot_size) for each in ours},
        contracts={each.instrument: _terms(each) for each in ours},
        terms={each.name: Terms(break_even=each.break_even, max_hold=each.max_hold) for each in call.hypotheses},
        limits=limits,
        ask=by_risk,
    )
    stream = StreamRules(latency_ms=settings.paper.latency_ms, spread=settings.paper.spread)

    def exchange(feed: MarketFeed, orders: Sequence[Order], histories: Histories) -> Exchange:
        venue = StreamVenue(SimulatedAccount(costs, orders=orders), stream)
        for instrument, candles in histories.items():
            venue.remember(instrument, candles)
        return SimulatedExchange(feed, venue)

    return TradingPlan(
        rules=rules,
        cash=settings.paper.equity,
        exchange=exchange,
        assumed=lambda intent: costs(intent).slippage,
        records=read_records(call.home, call.hypotheses, call.instruments),
        weighing=weighing(call.home, call.hypotheses, call.instruments),
    )


def _margins(listed: Sequence[InstrumentRules], wanted: Container[Instrument]) -> Margins:
    """The margin levels of the instruments the venue tells them of. Whoever looks needs those of all that is held."""
    return {each.instrument: each.margin_levels for each in listed if each.margin_levels and each.instrument in wanted}


def _terms(rules: InstrumentRules) -> ContractTerms:
    margin = rules.initial_margin_fraction
    return ContractTerms(
        lot_size=decimal_of(rules.lot_size),
        initial_margin_fraction=None if margin is None else decimal_of(margin),
        is_tradeable=rules.is_tradeable and not rules.is_post_only,
    )


PAPER = Manner(
    command="paper",
    trading=partial(_trading, asks=False),
    wishes=FolderWishes,
    settings=partial(_settings, asks=False),
    with_trades=True,
    admits=(*PROVEN, PROBATION),
)
"""Orders are filled by a simulation. What was killed and is on probation trades here, and only here."""

ASKING = replace(PAPER, trading=partial(_trading, asks=True), settings=partial(_settings, asks=True))
"""The same, but no signal is entered before a person takes it."""
