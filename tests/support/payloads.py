"""The payloads of the venue that were kept: a table says who reads each and what it becomes, or why it is left out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import partial
from typing import Any, TypeAlias

from edgeproof.adapters.kraken import messages, order_events, private_messages
from edgeproof.adapters.kraken import private_rest_accounts as accounts
from edgeproof.adapters.kraken import private_rest_messages as private_rest
from edgeproof.adapters.kraken import rest_history as history
from edgeproof.adapters.kraken import rest_messages as rest
from edgeproof.adapters.kraken import rest_state as state
from edgeproof.adapters.kraken.messages import parse
from edgeproof.adapters.kraken.private_messages import parse_private
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.ports import InstrumentRules
from tests.support.data import shared


@dataclass(frozen=True, slots=True)
class Read:
    """A file that is read: by which parser, to facts of which kind, and in what it has to be wrapped first."""

    parser: Callable[[bytes], object]
    kind: Any
    within: Callable[[Any], Any] = lambda document: document
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that a parser has to refuse, and the words in which it does."""

    parser: Callable[[bytes], object]
    words: str


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is no message of the venue's that we read, and why."""

    reason: str


Case: TypeAlias = Read | Refused | Left


def rows_of(key: str) -> Callable[[Any], Any]:
    """A fragment as the one row of a reply."""
    return lambda fragment: {"result": "success", key: [fragment]}


def part_of(key: str) -> Callable[[Any], Any]:
    """A fragment as the part of a reply."""
    return lambda fragment: {"result": "success", key: fragment}


trades = partial(rest.parse_trades, instrument=parse_instrument("BTC/USD:USD"))
hours, minutes = partial(rest.parse_candles, timeframe=HOUR), partial(rest.parse_candles, timeframe=MINUTE)

CANDLES, FUNDING = Read(minutes, rest.CandlePage), Read(rest.parse_funding, rest.FundingPage)
RULES = Read(rest.parse_instruments, InstrumentRules)
NO_RULES = Read(rest.parse_instruments, InstrumentRules, rows_of("instruments"), is_empty=True)
UNNUMBERED = Refused(trades, "sequence_id")
PLACED = Read(private_rest.parse_send, private_rest.OrderOutcome)
PLACED_PART = Read(private_rest.parse_send, private_rest.OrderOutcome, part_of("sendStatus"))
EDITED = Read(private_rest.parse_edit, private_rest.OrderOutcome)
CANCELLED = Read(private_rest.parse_cancel, private_rest.OrderOutcome)
CANCELLED_ALL = Read(private_rest.parse_cancel_all, private_rest.CancelAllOutcome)
BATCH = Read(private_rest.parse_batch, private_rest.OrderOutcome)
SWITCH = Read(private_rest.parse_dead_mans_switch, private_rest.DeadMansSwitch)
ORDERS = Read(private_rest.parse_open_orders, private_rest.RestingOrder)
FILLS = Read(private_rest.parse_fills, private_rest.PastFill)
EVENTS = Read(private_rest.parse_order_events, order_events.OrderEvent)
DONE = Read(private_rest.parse_acknowledgement, private_rest.Acknowledgement)
POSITIONS = Read(accounts.parse_open_positions, accounts.Position)
POSITION = Read(accounts.parse_open_positions, accounts.Position, rows_of("openPositions"))
ACCOUNTS = Read(accounts.parse_accounts, accounts.Account)
ACCOUNT = Read(accounts.parse_accounts, accounts.Account, lambda it: {"accounts": {"it": it}})
LEVERAGE = Read(accounts.parse_leverage_preferences, accounts.LeveragePreference)
LOG = Read(accounts.parse_account_log, private_messages.LogEntry)
LOG_ROW = Read(accounts.parse_account_log, private_messages.LogEntry, rows_of("logs"))
OPEN_ORDER = Read(
    parse_private,
    private_messages.OpenOrdersSnapshot,
    lambda order: {"feed": "open_orders_snapshot", "orders": [order]},
)
ORDER_UPDATE = Read(parse_private, private_messages.OpenOrderUpdate)
VERBOSE_UPDATE = Read(parse_private, private_messages.OpenOrderVerboseUpdate)
FILLS_SNAPSHOT = Read(parse_private, private_messages.FillsSnapshot)
TICKER, TICKER_LITE = Read(parse, messages.Ticker), Read(parse, messages.TickerLite)
TRADE, TRADE_SNAPSHOT = Read(parse, messages.Trade), Read(parse, messages.TradeSnapshot)
BOOK, BOOK_SNAPSHOT = Read(parse, messages.BookChange), Read(parse, messages.BookSnapshot)

BOOK_IN_REST = Read(state.parse_book, state.RestBook)
STATES = Read(state.parse_market_states, state.MarketState)
STATE = Read(state.parse_market_states, state.MarketState, rows_of("tickers"))
STATUSES = Read(state.parse_instrument_statuses, state.InstrumentStatus)
SCHEDULES = Read(state.parse_fee_schedules, state.FeeSchedule)
SCHEDULE = Read(state.parse_fee_schedules, state.FeeSchedule, rows_of("feeSchedules"))
VOLUMES = Read(state.parse_fee_volumes, Decimal)
PREFERENCES = Read(accounts.parse_pnl_preferences, accounts.PnlPreference)
EXECUTIONS = Read(history.parse_executions, history.HistoryExecution)
UPDATES = Read(history.parse_position_updates, history.PositionUpdate)
MARGINS = Left("part of an instrument, and no reply: the margin levels, which are not read")
SPOT = Left("Kraken spot, another venue")

DOCS, ENDPOINTS, OLDER = "ccxt/doc_examples", "kraken_net/Endpoints_Futures", "kraken_net/JsonResponses_Futures_older"
NAUTILUS = "nautilus_trader_kraken"

SPOT_NAMES = (
    ("http_add_order_spot", "http_asset_pairs*", "http_cancel_order_spot", "http_closed_orders", "http_ohlc")
    + ("http_open_orders", "http_order_book", "http_server_time", "http_spot_*", "http_system_status", "http_ticker")
    + ("http_trades", "http_trades_history", "ws_add_order_*", "ws_amend_order_*", "ws_batch_add_*", "ws_book_*")
    + ("ws_cancel_order_*", "ws_l3_*", "ws_ohlc_*", "ws_pong", "ws_subscribe_*", "ws_ticker_*", "ws_trade_*")
)

# The first pattern that matches decides.
TABLE: dict[str, Case] = {
    "ccxt/account_log_*.json": LOG,
    f"{DOCS}/rest_cancel_all_orders_after_*": SWITCH,
    f"{DOCS}/rest_cancel_orders_*": BATCH,
    f"{DOCS}/rest_create_order_*": PLACED,
    f"{DOCS}/rest_create_orders_*": BATCH,
    f"{DOCS}/rest_fetch_funding_history_*": LOG,
    f"{DOCS}/rest_fetch_funding_rate_history_*": FUNDING,
    f"{DOCS}/rest_fetch_ledger_*": LOG,
    f"{DOCS}/rest_fetch_leverage_tiers_071.json": NO_RULES,
    f"{DOCS}/rest_fetch_leverage_tiers_*": MARGINS,
    f"{DOCS}/rest_fetch_leverages_*": LEVERAGE,
    f"{DOCS}/rest_fetch_markets_027.json": NO_RULES,
    f"{DOCS}/rest_fetch_markets_*": MARGINS,
    f"{DOCS}/rest_fetch_my_trades_*": FILLS,
    f"{DOCS}/rest_fetch_ohlcv_*": CANDLES,
    f"{DOCS}/rest_fetch_order_book_*": BOOK_IN_REST,
    f"{DOCS}/rest_fetch_positions_history_*": UPDATES,
    f"{DOCS}/rest_fetch_positions_*": POSITIONS,
    f"{DOCS}/rest_fetch_ticker*": STATES,
    f"{DOCS}/rest_fetch_trades_*": UNNUMBERED,
    f"{DOCS}/rest_fetch_trading_fees_033.json": SCHEDULES,
    f"{DOCS}/rest_fetch_trading_fees_034.json": VOLUMES,
    f"{DOCS}/rest_parse_balance_*": ACCOUNT,
    f"{DOCS}/rest_parse_funding_rate_*": STATE,
    f"{DOCS}/rest_parse_income_*": LOG_ROW,
    f"{DOCS}/rest_parse_ledger_entry_*": LOG_ROW,
    f"{DOCS}/rest_parse_market_leverage_tiers_*": NO_RULES,
    f"{DOCS}/rest_parse_ohlcv_*": Read(minutes, rest.CandlePage, rows_of("candles")),
    f"{DOCS}/rest_parse_order_04?.json": PLACED_PART,
    f"{DOCS}/rest_parse_order_050.json": PLACED_PART,
    f"{DOCS}/rest_parse_order_051.json": Read(EDITED.parser, EDITED.kind, part_of("editStatus")),
    f"{DOCS}/rest_parse_order_052.json": Read(CANCELLED.parser, CANCELLED.kind, part_of("cancelStatus")),
    f"{DOCS}/rest_parse_order_053.json": Read(
        EVENTS.parser, order_events.Cancel, lambda order: {"orderEvents": [{"type": "CANCEL", "order": order}]}
    ),
    f"{DOCS}/rest_parse_order_054.json": Read(ORDERS.parser, ORDERS.kind, rows_of("openOrders")),
    f"{DOCS}/rest_parse_position_068.json": Read(
        UPDATES.parser, UPDATES.kind, lambda update: {"elements": [{"event": {"PositionUpdate": update}}]}
    ),
    f"{DOCS}/rest_parse_position_*": POSITION,
    f"{DOCS}/rest_parse_ticker_*": STATE,
    f"{DOCS}/rest_parse_trade_039.json": Left("an execution as another client keeps it: its times are text"),
    f"{DOCS}/rest_parse_trade_040.json": Read(FILLS.parser, FILLS.kind, rows_of("fills")),
    f"{DOCS}/rest_parse_trade_041.json": Read(EVENTS.parser, order_events.Execution, rows_of("orderEvents")),
    f"{DOCS}/rest_parse_trading_fee_*": SCHEDULE,
    f"{DOCS}/rest_parse_transfer_*": DONE,
    f"{DOCS}/rest_transfer_*": DONE,
    f"{DOCS}/ws_handle_authenticate_*": Read(parse_private, messages.Challenge),
    f"{DOCS}/ws_handle_balance_*": Read(parse_private, private_messages.Balances),
    f"{DOCS}/ws_handle_bid_ask_*": TICKER_LITE,
    f"{DOCS}/ws_handle_my_trades_*": FILLS_SNAPSHOT,
    f"{DOCS}/ws_handle_order_006.json": VERBOSE_UPDATE,
    f"{DOCS}/ws_handle_order_00?.json": ORDER_UPDATE,
    f"{DOCS}/ws_handle_order_book_snapshot_*": BOOK_SNAPSHOT,
    f"{DOCS}/ws_handle_order_book_*": BOOK,
    f"{DOCS}/ws_handle_order_snapshot_010.json": Read(parse_private, private_messages.OpenOrdersVerboseSnapshot),
    f"{DOCS}/ws_handle_order_snapshot_011.json": Read(parse_private, private_messages.OpenOrdersSnapshot),
    f"{DOCS}/ws_handle_ticker_*": TICKER,
    f"{DOCS}/ws_handle_trade_001.json": TRADE_SNAPSHOT,
    f"{DOCS}/ws_handle_trade_002.json": TRADE,
    f"{DOCS}/ws_parse_ws_my_trade_*": Read(
        parse_private, private_messages.FillsSnapshot, lambda fill: {"feed": "fills_snapshot", "fills": [fill]}
    ),
    f"{DOCS}/ws_parse_ws_order_trade_*": Left("a message of another exchange"),
    f"{DOCS}/ws_parse_ws_order_012.json": VERBOSE_UPDATE,
    f"{DOCS}/ws_parse_ws_order_013.json": OPEN_ORDER,
    f"{DOCS}/ws_parse_ws_ticker_016.json": TICKER,
    f"{DOCS}/ws_parse_ws_ticker_017.json": TICKER_LITE,
    f"{DOCS}/ws_parse_ws_trade_003.json": TRADE,
    f"{DOCS}/ws_parse_ws_trade_004.json": OPEN_ORDER,
    "cryptofeed/KRAKEN_FUTURES.0": Read(rest.parse_instruments, InstrumentRules, is_empty=True),
    "cryptofeed/KRAKEN_FUTURES.ws.*": Read(parse, messages.FeedMessage),
    "kraken_cli/error-catalog.json": Left("a catalogue of another program's errors"),
    f"{ENDPOINTS}/Account_GetAccountLog.txt": LOG,
    f"{ENDPOINTS}/Account_GetBalances.txt": ACCOUNTS,
    f"{ENDPOINTS}/Account_GetPnlCurrency.txt": PREFERENCES,
    f"{ENDPOINTS}/Account_*.txt": DONE,
    f"{ENDPOINTS}/ExchangeData_GetHistoricalFundingRates.txt": FUNDING,
    f"{ENDPOINTS}/ExchangeData_GetKlines.txt": CANDLES,
    f"{ENDPOINTS}/ExchangeData_GetOrderBook.txt": BOOK_IN_REST,
    f"{ENDPOINTS}/ExchangeData_GetPlatformNotifications.txt": Read(accounts.parse_announcements, accounts.Announcement),
    f"{ENDPOINTS}/ExchangeData_GetSymbolStatus.txt": STATUSES,
    f"{ENDPOINTS}/ExchangeData_GetSymbols.txt": RULES,
    f"{ENDPOINTS}/ExchangeData_GetTickers.txt": STATES,
    f"{ENDPOINTS}/ExchangeData_GetTrades.txt": UNNUMBERED,
    f"{ENDPOINTS}/Trading_CancelAllOrderAfter.txt": SWITCH,
    f"{ENDPOINTS}/Trading_CancelAllOrders.txt": CANCELLED_ALL,
    f"{ENDPOINTS}/Trading_CancelOrder.txt": CANCELLED,
    f"{ENDPOINTS}/Trading_EditOrder.txt": EDITED,
    f"{ENDPOINTS}/Trading_GetExecutionEvents.txt": EXECUTIONS,
    f"{ENDPOINTS}/Trading_GetLeverage.txt": LEVERAGE,
    f"{ENDPOINTS}/Trading_GetOpenOrders.txt": ORDERS,
    f"{ENDPOINTS}/Trading_GetOpenPositions.txt": POSITIONS,
    # Cut short in the collection: without the list nobody could tell "no such order" from "not said".
    f"{ENDPOINTS}/Trading_GetOrders.txt": Refused(private_rest.parse_order_statuses, "orders"),
    f"{ENDPOINTS}/Trading_GetSelfTradeStrategy.txt": FILLS,  # the collection holds a reply about fills here
    f"{ENDPOINTS}/Trading_GetUserTrades.txt": FILLS,
    f"{ENDPOINTS}/Trading_PlaceOrder.txt": PLACED,
    f"{ENDPOINTS}/Trading_Set*.txt": DONE,
    f"{OLDER}/FuturesAccount_GetAccountLogAsync.txt": LOG,
    f"{OLDER}/FuturesAccount_GetBalancesAsync.txt": ACCOUNTS,
    f"{OLDER}/FuturesAccount_GetFeeScheduleVolumeAsync.txt": VOLUMES,
    f"{OLDER}/FuturesAccount_GetPnlCurrencyAsync.txt": PREFERENCES,
    f"{OLDER}/FuturesExchangeData_GetFeeSchedulesAsync.txt": SCHEDULES,
    f"{OLDER}/FuturesExchangeData_GetHistoricalFundingRatesAsync.txt": FUNDING,
    f"{OLDER}/FuturesExchangeData_GetKlinesAsync.txt": CANDLES,
    f"{OLDER}/FuturesExchangeData_GetOrderBookAsync.txt": BOOK_IN_REST,
    f"{OLDER}/FuturesExchangeData_GetSymbolStatusAsync.txt": STATUSES,
    f"{OLDER}/FuturesExchangeData_GetSymbolsAsync.txt": RULES,
    f"{OLDER}/FuturesExchangeData_GetTickersAsync.txt": STATES,
    f"{OLDER}/FuturesExchangeData_GetTradesAsync.txt": UNNUMBERED,
    f"{OLDER}/FuturesTrading_CancelAllOrderAfterAsync.txt": SWITCH,
    f"{OLDER}/FuturesTrading_CancelAllOrdersAsync.txt": CANCELLED_ALL,
    f"{OLDER}/FuturesTrading_CancelOrderAsync.txt": CANCELLED,
    f"{OLDER}/FuturesTrading_EditOrderAsync.txt": EDITED,
    f"{OLDER}/FuturesTrading_GetLeverageAsync.txt": LEVERAGE,
    f"{OLDER}/FuturesTrading_GetOpenOrdersAsync*.txt": ORDERS,
    f"{OLDER}/FuturesTrading_GetOpenPositionsAsync.txt": POSITIONS,
    # Its `timestamp` is the word "string": the form of a reply, not one.
    f"{OLDER}/FuturesTrading_GetOrdersAsync.txt": Refused(private_rest.parse_order_statuses, "timestamp"),
    f"{OLDER}/FuturesTrading_GetSelfTradeStrategyAsync.txt": Read(accounts.parse_self_trade_strategy, str),
    f"{OLDER}/FuturesTrading_GetUserTradesAsync.txt": FILLS,
    f"{OLDER}/FuturesTrading_PlaceOrderAsync.txt": PLACED,
    "kraken_net/Subscriptions_Futures/OrderUpdate.txt": ORDER_UPDATE,
    "kraken_net/Subscriptions_Futures/Ticker.txt": TICKER,
    "kraken_net/Subscriptions_Futures/UserTrade.txt": FILLS_SNAPSHOT,
    f"{NAUTILUS}/http_cancel_order_futures.json": CANCELLED,
    f"{NAUTILUS}/http_futures_candles_*.json": Read(hours, rest.CandlePage),
    f"{NAUTILUS}/http_futures_fills.json": FILLS,
    f"{NAUTILUS}/http_futures_historical_funding_rates.json": FUNDING,
    f"{NAUTILUS}/http_futures_instrument*.json": RULES,
    f"{NAUTILUS}/http_futures_open_orders.json": ORDERS,
    f"{NAUTILUS}/http_futures_open_positions.json": POSITIONS,
    f"{NAUTILUS}/http_futures_order_events*.json": EVENTS,
    f"{NAUTILUS}/http_futures_orderbook.json": BOOK_IN_REST,
    f"{NAUTILUS}/http_futures_public_executions.json": EXECUTIONS,
    f"{NAUTILUS}/http_futures_tickers.json": STATES,
    f"{NAUTILUS}/http_send_order_futures*.json": PLACED,
    f"{NAUTILUS}/ws_futures_book_snapshot*.json": BOOK_SNAPSHOT,
    f"{NAUTILUS}/ws_futures_book_delta.json": BOOK,
    f"{NAUTILUS}/ws_futures_fills_delta.json": Read(parse_private, private_messages.Fills),
    f"{NAUTILUS}/ws_futures_fills_snapshot.json": FILLS_SNAPSHOT,
    f"{NAUTILUS}/ws_futures_open_orders_snapshot.json": Read(parse_private, private_messages.OpenOrdersSnapshot),
    f"{NAUTILUS}/ws_futures_open_orders_*.json": ORDER_UPDATE,
    f"{NAUTILUS}/ws_futures_ticker.json": TICKER,
    f"{NAUTILUS}/ws_futures_trade_snapshot.json": TRADE_SNAPSHOT,
    f"{NAUTILUS}/ws_futures_trade.json": TRADE,
    **{f"{NAUTILUS}/{name}.json": SPOT for name in SPOT_NAMES},
}


def names() -> list[str]:
    """The kept files, by their path under `payloads`; skips where there are none."""
    folder = shared("payloads")
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def pattern_of(name: str) -> str | None:
    """The pattern that decides about a file; None where the table does not know it."""
    return next((pattern for pattern in TABLE if fnmatchcase(name, pattern)), None)


def documents(name: str) -> list[bytes]:
    """What the venue said in a file, without what was said to it and what was written about it."""
    text = shared(f"payloads/{name}").read_text(encoding="utf-8")
    if ".ws." in name:
        said = [line.partition(": ")[2] for line in text.splitlines()]
        return [each.encode() for each in said if each.startswith("{") and '"event":"subscribe"' not in each]
    head, mark, rest_of_it = text.partition("\n= ")
    answers = [line[2:].encode() for line in head.splitlines() if line.startswith("< ")] if mark else []
    body = rest_of_it if mark else text
    begin = body.index("{")
    _, end = json.JSONDecoder().raw_decode(body, begin)
    return [*answers, body[begin:end].encode()]


def facts(read: Read, name: str) -> list[object]:
    """What a file becomes, one by one."""
    found: list[object] = []
    for document in documents(name):
        whole = read.within(json.loads(document))
        body = document if whole == json.loads(document) else json.dumps(whole).encode()
        result = read.parser(body)
        found += result.values() if isinstance(result, dict) else result if type(result) is tuple else (result,)
    return found
