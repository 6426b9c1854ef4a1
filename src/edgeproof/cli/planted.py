"""What `edgeproof demo` does without files: from a generated market to signals live, and whether they are the same.

1. Generate the market and say what is planted in it.
2. Discover: the whole library and the hypotheses that describe the planted edges, every trial counted; a short table.
3. Play the days after on a replica, and trade the signals on paper (`demo_live.watch`, `demo_live.show_trades`), with
   the dashboard beside it (`demo_web`).
4. Print parity (`demo_live.parity`), what to type next, and where two pages are: of the discovery, of the session.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from edgeproof import bootstrap
from edgeproof.bootstrap.demo import PlantedMarket, planted_market, serve_live_days
from edgeproof.cli import demo_live, demo_web, session_report
from edgeproof.cli.context import Context
from edgeproof.cli.demo_words import NEXT_OF_MARKET
from edgeproof.cli.discovery import Kept, keep_discovery
from edgeproof.cli.kernel_cache import begin_compiling
from edgeproof.cli.selection import settings_of
from edgeproof.cli.verdicts import print_best
from edgeproof.core.model.time import format_time
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.research.parity.result import ParityResult
from edgeproof.research.study import Study
from edgeproof.research.verdict import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much of everything."""

    instruments: int
    days: int
    live_days: int
    speed: float
    seed: int
    web: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Live:
    """What the live days came to; all of it None where there were none."""

    signals: list[dict[str, Any]] = field(default_factory=list)
    paper: dict[str, Any] | None = None
    parity: ParityResult | None = None
    page: Path | None = None

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "signals": self.signals,
            "paper": self.paper,
            "parity": None if self.parity is None else self.parity.document(),
            "session_report": None if self.page is None else str(self.page),
        }


def run(context: Context, sizes: Sizes, *, top: int) -> None:
    """The demo, to its end."""
    out, fees = context.out, bootstrap.fees(settings_of(context))
    market = planted_market(context.home, sizes.instruments, sizes.days, sizes.live_days, sizes.seed)
    there = replace(context, home=market.home)
    _say_market(out, sizes, market)
    study = Study(
        hypotheses=bootstrap.variants_of(bootstrap.library(market.home)),
        instruments=market.instruments,
        fees=fees,
        seed=sizes.seed,
    )
    # The kernels of the live part, in a process beside the discovery: it has half of the compiling left to do.
    compiled = begin_compiling("\n".join(map(hypothesis_toml, study.hypotheses)))
    _step(out, "Discovery", f"{len(study.hypotheses)} hypotheses, judged on all instruments together")
    kept = keep_discovery(market.home, study, pool=True)
    print_best(out, kept.report, top, "Every row is in the report.")
    found = kept.report.found
    out.print(f"{found.trials:,} trials were made, and each verdict has paid for all of them.")
    compiled()
    with demo_web.dashboard(there) if sizes.web and sizes.live_days else nullcontext() as dashboard:
        live = _live(there, market, sizes, out)
        page = bootstrap.write_report(market.home)
        _close(out, market, page, live.page)
        if dashboard is not None:
            demo_web.stay(out, dashboard)
    if context.json:
        said = {"market": _market_document(market, sizes), "discovery": _document(kept, page)}
        context.print_json(said | live.document())


def _step(out: Console, title: str, text: str) -> None:
    out.print()
    out.print(f"[bold]{title}[/]  {escape(text)}", soft_wrap=True)


def _say_market(out: Console, sizes: Sizes, market: PlantedMarket) -> None:
    out.print(
        f"[bold]Market[/]  generated: {len(market.instruments)} instruments, {sizes.days} days of minutes, seed "
        f"{sizes.seed}; no result on it says anything about a real one",
        soft_wrap=True,
    )
    out.print("  planted in it, for the discovery to find:")
    for each in market.planted:
        out.print(f"  {escape(each)}", soft_wrap=True)


def _live(context: Context, market: PlantedMarket, sizes: Sizes, out: Console) -> _Live:
    if not sizes.live_days:
        return _Live()
    days = "the day" if sizes.live_days == 1 else f"the {sizes.live_days} days"
    _step(out, "Live", f"{days} after, which the discovery has not seen, from a replica of the venue on this machine")
    with serve_live_days(market, sizes.speed) as url:
        signals = demo_live.watch(context, url, market.instruments, market.end)
    paper, parity = demo_live.show_trades(context), demo_live.parity(context)
    page, _ = session_report.write(context, found=parity)
    return _Live(signals=signals, paper=paper, parity=parity, page=page)


def _close(out: Console, market: PlantedMarket, page: Path, session: Path | None) -> None:
    out.print()
    home, venue = (escape(str(each)) for each in (market.home, market.venue))
    out.print(NEXT_OF_MARKET.format(home=home, venue=venue, split=format_time(market.split)[:10]), soft_wrap=True)
    out.print("[bold]Report[/]  open this file in a browser:")
    out.print(f"  {escape(str(page.resolve()))}", soft_wrap=True)
    if session is not None:
        out.print("[bold]Session[/]  what trading came to, against the backtest; a page as well:")
        out.print(f"  {escape(str(session))}", soft_wrap=True)


def _market_document(market: PlantedMarket, sizes: Sizes) -> dict[str, Any]:
    return {
        "home": str(market.home),
        "seed": sizes.seed,
        "planted": list(market.planted),
        "instruments": [each.unified for each in market.instruments],
        "start": format_time(market.start),
        "split": format_time(market.split),
        "end": format_time(market.end),
    }


def _document(kept: Kept, page: Path) -> dict[str, Any]:
    qualified = [each for each in kept.edge["analyses"] if each["state"] == State.QUALIFIED.value]
    return {
        "run": kept.edge["run"]["id"],
        "report": str(page.resolve()),
        "trials": kept.edge["ledger"]["trials"],
        "states": kept.edge["states"],
        "qualified": {each["hypothesis"]: each["verdict"] for each in qualified},
    }
