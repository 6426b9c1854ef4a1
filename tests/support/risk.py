"""Accounts, entries and markets of risk, with what a test does not care about filled in: 10,000 USD, BTC at 45,000."""

from decimal import Decimal
from typing import Any

from edgeproof.core.model.entry import ContractTerms, EntryMarket, EntryRequest
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.portfolio import OpenPosition, Portfolio, PositionPart, RestingEntry, TradingDay
from edgeproof.core.model.time import DAY, HOUR

BTC, ETH, SOL = (Instrument(base, "USD", "USD") for base in ("BTC", "ETH", "SOL"))
MIDNIGHT = 20_000 * DAY
NOON = MIDNIGHT + 12 * HOUR


def dec(number: float | str) -> Decimal:
    """The decimal that is written like the number."""
    return Decimal(str(number))


def long_btc(entry: float = 45_000, stop: float = 44_500, **fields: Any) -> EntryRequest:
    """The entry of the example: long BTC from 45,000 with the stop at 44,500."""
    return entry_of(BTC, entry, stop, **fields)


def entry_of(
    instrument: Instrument,
    entry: float,
    stop: float,
    signal_id: str = "new",
    direction: int | None = None,
    **fields: Any,
) -> EntryRequest:
    """An entry; its direction is that of its stop unless another is said."""
    return EntryRequest(
        signal_id=signal_id,
        instrument=instrument,
        direction=direction if direction is not None else 1 if stop < entry else -1,
        entry=dec(entry),
        stop=dec(stop),
        **fields,
    )


def market(lot: float | str = "0.0001", margin: float | None = 0.02, **fields: Any) -> EntryMarket:
    """A market whose price is of this second."""
    terms = ContractTerms(lot_size=dec(lot), initial_margin_fraction=None if margin is None else dec(margin))
    return EntryMarket(**{"now": NOON, "price_at": NOON, "terms": terms, **fields})


def account(equity: float | None = 10_000, opening: float = 10_000, realized: float = 0, **fields: Any) -> Portfolio:
    """An account in its trading day, which began with `opening`, without open positions then."""
    money = None if equity is None else dec(equity)
    day = TradingDay(start=MIDNIGHT, opening_equity=dec(opening), opening_unrealized=Decimal(0), realized=dec(realized))
    return Portfolio(**{"equity": money, "peak_equity": money, "available_margin": money, "day": day, **fields})


def held(
    instrument: Instrument, quantity: float, entry: float, stop: float | None, mark: float | None = None
) -> OpenPosition:
    """A position of one signal; its mark is its entry price unless another is said (a negative one: not known)."""
    part = PositionPart(
        signal_id=f"of {instrument.base}",
        quantity=dec(quantity),
        entry_price=dec(entry),
        protective_stop=None if stop is None else dec(stop),
    )
    price = entry if mark is None else mark
    return OpenPosition(instrument=instrument, mark_price=None if price < 0 else dec(price), parts=(part,))


def resting(instrument: Instrument, quantity: float, price: float, stop: float) -> RestingEntry:
    """An entry that waits for its price."""
    return RestingEntry(
        signal_id="waiting",
        instrument=instrument,
        quantity=dec(quantity),
        price=dec(price),
        protective_stop=dec(stop),
    )
