"""The private half of an account in which nothing has happened yet: the shapes, without orders."""

from typing import Any

Document = dict[str, Any]

ACCOUNT = "5b7a2f5e-0000-4000-8000-000000000001"


def accounts() -> Document:
    """The wallets of `/accounts`."""
    return {
        "cash": {"type": "cashAccount", "balances": {"usd": "0.0"}},
        "flex": {"type": "multiCollateralMarginAccount", "currencies": {}, **_flex_amounts()},
    }


def _flex_amounts() -> Document:
    names = (
        "balanceValue",
        "portfolioValue",
        "collateralValue",
        "initialMargin",
        "initialMarginWithOrders",
        "maintenanceMargin",
        "pnl",
        "unrealizedFunding",
        "totalUnrealized",
        "totalUnrealizedAsMargin",
        "marginEquity",
        "availableMargin",
    )
    return dict.fromkeys(names, 0.0)


def first_of(feed: str, now: int) -> Document:
    """What a private feed sends first."""
    match feed:
        case "open_orders" | "open_orders_verbose":
            return {"feed": f"{feed}_snapshot", "account": ACCOUNT, "orders": []}
        case "fills":
            return {"feed": "fills_snapshot", "account": ACCOUNT, "fills": []}
        case "open_positions":
            return {"feed": feed, "account": ACCOUNT, "positions": [], "seq": 0, "timestamp": now}
        case "balances":
            return _balances(now)
        case _:
            return {"feed": f"{feed}_snapshot", "logs": []}


def _balances(now: int) -> Document:
    names = (
        "balance_value",
        "portfolio_value",
        "collateral_value",
        "initial_margin",
        "initial_margin_without_orders",
        "maintenance_margin",
        "pnl",
        "unrealized_funding",
        "total_unrealized",
        "total_unrealized_as_margin",
        "margin_equity",
        "available_margin",
    )
    flex: Document = {"currencies": {}, **dict.fromkeys(names, 0.0), "isolated": {}}
    cross = {**dict.fromkeys(names, 0.0), "effective_leverage": 0.0}
    return {
        "feed": "balances_snapshot",
        "account": ACCOUNT,
        "holding": {},
        "futures": {},
        "flex_futures": flex | {"cross": cross},
        "timestamp": now,
        "seq": 0,
    }


def history(kind: str, now_text: str) -> Document:
    """An empty page of the private history service: of the account's log, or of events."""
    if kind == "account-log":
        return {"accountUid": ACCOUNT, "logs": []}
    return {"accountUid": ACCOUNT, "len": 0, "elements": [], "serverTime": now_text}
