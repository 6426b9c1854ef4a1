"""Is everything in order? Each examination finds one thing, says whether it is well, and what to do if not."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.journal import Decided, SessionBegan
from edgeproof.core.model.time import DAY, SECOND, format_time, parse_time
from edgeproof.ports import CandleStore, Clock, Journal, MarketHistory

SKEW_MS = 2 * SECOND
LITTLE_DISK = 1_000_000_000
"""Bytes below which recording and backtests soon fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that was looked at; `remedy` is empty where it is well."""

    name: str
    is_well: bool
    found: str
    remedy: str = ""


def examine(name: str, look: Callable[[], str], remedy: str) -> Examined:
    """What a look finds; an error is what is wrong with it."""
    try:
        return Examined(name=name, is_well=True, found=look())
    except EdgeproofError as error:
        return Examined(name=name, is_well=False, found=str(error), remedy=remedy)


def examine_disk(free: int, where: str) -> Examined:
    """Whether there is room where the home is."""
    found = f"{free / 1e9:,.1f} GB free at {where}"
    remedy = "" if free >= LITTLE_DISK else f"make room: at least {LITTLE_DISK / 1e9:.0f} GB, or use --home elsewhere"
    return Examined(name="disk", is_well=not remedy, found=found, remedy=remedy)


def look_at_store(store: CandleStore) -> str:
    """What the store holds; its newest candles are read, which shows damage.

    Raises
    ------
    StoreError
        It cannot be read.
    """
    instruments = store.instruments()
    for instrument in instruments:
        timeframe = store.timeframes(instrument)[0]
        last = max(held.last for held in store.holdings() if held.instrument == instrument and held.kind == "candles")
        store.load_candles(instrument, timeframe, start=last)
    rows = sum(held.rows for held in store.holdings())
    return (
        f"{len(instruments)} instruments, {rows:,} rows" if instruments else "empty: edgeproof data download fills it"
    )


def look_at_journal(journal: Journal) -> str:
    """What sessions wrote down last.

    Raises
    ------
    StoreError
        It cannot be read.
    """
    began = next((each.record for each in journal.last(SessionBegan, 1)), None)
    if began is None:
        return "no session yet: edgeproof scan begins one"
    decided = next((each.record for each in journal.last(Decided, 1)), None)
    taken = max(journal.taken_until().values(), default=None)
    words = [f"last session {format_time(began.at)} ({began.command} on {began.venue})"]
    words.append("no candle yet" if taken is None else f"candles until {format_time(taken)}")
    words.append("no signal yet" if decided is None else f"last signal {format_time(decided.at)}")
    return ", ".join(words)


def look_at_verdicts(states: Mapping[str, Mapping[str, Any]], now: int) -> str:
    """How many hypotheses are qualified on some instrument, and how old the data of the newest verdict is."""
    scopes = [list(each["scopes"].values()) for each in states.values()]
    qualified = sum(any(scope["state"] == "qualified" for scope in of) for of in scopes)
    ends = [parse_time(scope["data_end"]) for of in scopes for scope in of]
    if not ends:
        return "none was tested as it stands: edgeproof discover tests them"
    age = max(0, now - max(ends)) // DAY
    words = f"{qualified} of {len(states)} tested are qualified; the newest verdict knows data up to {age} days ago"
    return words if qualified else f"{words}; edgeproof scan --all watches them unproven"


async def examine_venue(history: MarketHistory, clock: Clock, time_remedy: str | None) -> tuple[Examined, ...]:
    """Whether the venue answers, and whether our clock agrees with its; without a remedy its time is its own."""
    name = f"venue {history.name}"
    try:
        listed = await history.instruments()
        before = clock.now()
        venue_time = await history.time()
        after = clock.now()
    except EdgeproofError as error:
        remedy = "check the network and --url; a maintenance is announced at status.kraken.com"
        return (Examined(name=name, is_well=False, found=str(error), remedy=remedy),)
    well = Examined(name=name, is_well=True, found=f"answers in {after - before} ms, lists {len(listed)} perpetuals")
    if time_remedy is None:
        return (well,)
    skew = (before + after) // 2 - venue_time
    is_right = abs(skew) <= SKEW_MS + (after - before) // 2
    found = f"{skew:+,} ms beside the venue's {format_time(venue_time)}"
    return well, Examined(name="clock", is_well=is_right, found=found, remedy="" if is_right else time_remedy)


async def examine_feed(first: Callable[[], Awaitable[str]]) -> Examined:
    """Whether the live market brings something."""
    try:
        return Examined(name="feed", is_well=True, found=await first())
    except (EdgeproofError, TimeoutError) as error:
        found = str(error) or "connected, and nothing came within 15 s"
        remedy = "check that websockets pass the firewall or proxy; edgeproof feed shows more"
        return Examined(name="feed", is_well=False, found=found, remedy=remedy)
