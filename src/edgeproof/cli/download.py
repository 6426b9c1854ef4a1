"""`edgeproof data download`: a venue's history into the store, as far as it is not there yet."""

import difflib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.core.model.errors import InputError, VenueError

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from edgeproof.core.model.instrument import Instrument
    from edgeproof.ports import CandleStore, InstrumentRules, MarketHistory
    from edgeproof.services.download import Downloaded, Progress, Wanted

_USUAL_DAYS = 30
INTERRUPTED = 130

_Kept = dict["Instrument", int]
"""Candles added so far, by instrument."""

_Venue = Annotated[str, typer.Option("--venue", help="kraken, replica, or any venue's ccxt id (extra `exchanges`).")]
_Instruments = Annotated[
    list[str], typer.Option("--instrument", "-i", help="Such as BTC/USD:USD; may be repeated.", show_default=False)
]
_Since = Annotated[
    str | None,
    typer.Option("--since", help=f"First moment, such as 2025-05-01 (UTC) [default: {_USUAL_DAYS} days ago]."),
]
_Until = Annotated[str | None, typer.Option("--until", help="Last moment (UTC) [default: now].")]
_Timeframe = Annotated[str, typer.Option("--timeframe", help="Of the candles.")]
_Url = Annotated[str | None, typer.Option("--url", help="Where the venue is, for kraken and replica.")]
_NoFunding = Annotated[bool, typer.Option("--no-funding", help="Leave funding rates out.")]
_Replace = Annotated[
    bool, typer.Option("--replace", help="Fetch all again; where rows contradict stored ones, take the new.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """The words of the call."""

    venue: str
    instruments: Sequence[str]
    since: int | None
    until: int | None
    timeframe: int
    with_funding: bool
    replace: bool


def enter(app: typer.Typer) -> None:
    """Enter the command `download`."""
    command(app)(download)


def download(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    instrument: _Instruments,
    venue: _Venue = "kraken",
    since: _Since = None,
    until: _Until = None,
    timeframe: _Timeframe = "1m",
    url: _Url = None,
    no_funding: _NoFunding = False,  # noqa: FBT002 - an option
    replace: _Replace = False,  # noqa: FBT002 - an option
) -> None:
    """Candles and funding of a venue into the store: only what is not there yet, and broken off at any time."""
    import asyncio  # noqa: PLC0415 - heavy parts load when a command runs

    from edgeproof import bootstrap  # noqa: PLC0415
    from edgeproof.core.model.time import parse_duration, parse_time  # noqa: PLC0415

    call = _Call(
        venue=venue,
        instruments=instrument,
        since=None if since is None else parse_time(since),
        until=None if until is None else parse_time(until),
        timeframe=parse_duration(timeframe),
        with_funding=not no_funding,
        replace=replace,
    )
    store = bootstrap.open_store(context.home)
    history = bootstrap.market_history(venue, url)
    kept: _Kept = {}
    try:
        done = asyncio.run(_download(history, store, call, kept))
    except KeyboardInterrupt:
        sys.stderr.write(f"edgeproof: interrupted; {_kept_text(kept)}\n")
        raise SystemExit(INTERRUPTED) from None
    if context.json:
        context.print_json({"downloaded": [_document(venue, each) for each in done]})
        return
    for each in done:
        context.out.print(_text(each), soft_wrap=True)


async def _download(history: "MarketHistory", store: "CandleStore", call: _Call, kept: _Kept) -> list["Downloaded"]:
    """What the download of each instrument changed; `kept` says it while it goes on."""
    from edgeproof.cli.progress import progress_bars  # noqa: PLC0415
    from edgeproof.services.download import download as fetch  # noqa: PLC0415

    with progress_bars() as bars:
        try:
            wanted = await _wanted(history, call)
            return [await fetch(history, store, each, on_progress=_teller(each, bars, kept)) for each in wanted]
        except VenueError as error:
            hint = f"; {_kept_text(kept)}" if error.is_passing or any(kept.values()) else ""
            raise VenueError(f"{call.venue}: {error}{hint}", is_passing=error.is_passing) from error
        finally:
            await history.close()


def _teller(wanted: "Wanted", bars: "Bars", kept: _Kept) -> "Callable[[Progress], None]":
    """Shows the progress of one instrument, and remembers what was kept."""
    bar = bars.add_task(str(wanted.instrument), total=1.0)

    def tell(progress: "Progress") -> None:
        kept[wanted.instrument] = progress.added
        bars.update(bar, completed=progress.fraction, description=f"{wanted.instrument}: {progress.added:,} candles")

    return tell


def _kept_text(kept: _Kept) -> str:
    if not any(kept.values()):
        return "nothing new was kept; the same command tries again"
    counts = ", ".join(f"{added:,} new candles of {instrument}" for instrument, added in kept.items() if added)
    return f"{counts} are kept, and the same command goes on from there"


async def _wanted(history: "MarketHistory", call: _Call) -> list["Wanted"]:
    """What to fetch of each instrument: within the times asked for, and since the venue has listed it."""
    from edgeproof.core.model.time import DAY, format_time  # noqa: PLC0415
    from edgeproof.services.download import Wanted  # noqa: PLC0415

    chosen = _listed(await history.instruments(), call)
    now = await history.time()
    end = now if call.until is None else min(call.until, now)
    start = call.since if call.since is not None else end - _USUAL_DAYS * DAY
    if start >= end:
        raise InputError(
            f"expected --since before --until and before now, found {format_time(start)} and {format_time(end)}"
        )
    return [
        Wanted(
            instrument=rules.instrument,
            timeframe=call.timeframe,
            start=start if rules.opened is None else max(start, rules.opened),
            end=end,
            with_funding=call.with_funding,
            replace=call.replace,
        )
        for rules in chosen
    ]


def _listed(rules: "Sequence[InstrumentRules]", call: _Call) -> list["InstrumentRules"]:
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415

    known = {each.instrument: each for each in rules}
    named = dict.fromkeys(parse_instrument(text) for text in call.instruments)
    for instrument in named:
        if instrument not in known:
            raise InputError(_not_listed(instrument, sorted(known), call.venue))
    return [known[instrument] for instrument in named]


def _not_listed(instrument: "Instrument", known: "Sequence[Instrument]", venue: str) -> str:
    bases = difflib.get_close_matches(instrument.base, {each.base for each in known}, cutoff=0.7)
    near = [each.unified for base in bases for each in known if each.base == base][:3]
    hint = f"did you mean {' or '.join(near)}?" if near else f"it lists {len(known):,} perpetuals"
    return f"expected an instrument of {venue}, found {instrument}; {hint}"


def _document(venue: str, done: "Downloaded") -> dict[str, object]:
    from edgeproof.cli.saved import saved_document  # noqa: PLC0415
    from edgeproof.core.model.time import format_duration, format_time  # noqa: PLC0415

    return {
        "venue": venue,
        "instrument": done.wanted.instrument.unified,
        "timeframe": format_duration(done.wanted.timeframe),
        "start": format_time(done.wanted.start),
        "end": format_time(done.end),
        "candles": saved_document(done.candles),
        "funding": None if done.funding is None else saved_document(done.funding),
    }


def _text(done: "Downloaded") -> str:
    from edgeproof.cli.saved import saved_text  # noqa: PLC0415
    from edgeproof.core.model.time import format_duration, format_time  # noqa: PLC0415

    start, end = (format_time(time)[:16].replace("T", " ") for time in (done.wanted.start, done.end))
    length = format_duration(done.wanted.timeframe)
    text = f"{done.wanted.instrument} {length} candles, {start} to {end}: {saved_text(done.candles)}"
    return text if done.funding is None else f"{text}; funding: {saved_text(done.funding)}"
