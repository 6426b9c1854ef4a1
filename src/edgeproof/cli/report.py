"""What a person reads after a backtest: the table, what it means, what it rests on, and what to do next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from edgeproof.cli.table import FEW, MEDIUM, WIDE, by_expectancy, folded, results_table
from edgeproof.core.candles.quality import Certificate
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.core.signals.hypothesis import Family
from edgeproof.core.simulation.costs import slippage_bps
from edgeproof.research.outcome import Outcome
from edgeproof.research.study import Study, Survey
from edgeproof.services.figures import labels

GENERATED = "generated"
"""How the source of generated candles begins."""

MANY = 20
"""From so many tests on, the best one being good says little: the report says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything the report is made of; `top` rows of the best are shown, 0 for all."""

    study: Study
    survey: Survey
    outcomes: tuple[Outcome, ...]
    folder: Path
    top: int = 0
    closing: str = ""


def print_report(out: Console, report: Report) -> None:
    """Print the report on a console."""
    traded = by_expectancy(report.outcomes)
    shown = traded[: report.top] if report.top else traded
    names = labels(report.study.instruments)
    out.print(_heading(report), style="bold", markup=False)
    out.print()
    if shown:
        out.print(results_table(shown, names, out.width))
    silent = [outcome for outcome in report.outcomes if outcome.closed == 0]
    if len(shown) < len(traded):
        for line in _not_shown(traded[len(shown) :], silent):
            out.print(line, style="dim")
    else:
        _print_silent(out, silent, names)
    for part in (_legend(out.width, traded), _data(report), _assumptions(report), _next(report)):
        out.print()
        for line in part:
            out.print(line, soft_wrap=True)


def _heading(report: Report) -> str:
    hypotheses, instruments = report.study.hypotheses, report.study.instruments
    tested = hypotheses[0].name if len(hypotheses) == 1 else f"{len(hypotheses)} hypotheses"
    where = instruments[0].unified if len(instruments) == 1 else f"{len(instruments)} instruments"
    return f"{tested} on {where}"


def _not_shown(traded: Sequence[Outcome], silent: Sequence[Outcome]) -> Iterator[str]:
    enough = [o.statistics.expectancy_r for o in traded if o.statistics is not None and o.closed >= FEW]
    rest = f" from {enough[0]:+.2f} down to {enough[-1]:+.2f} R" if enough else ""
    few = sum(outcome.closed < FEW for outcome in traded)
    yield f"... {len(enough)} more rows{rest}, {few} with fewer than {FEW} trades,"
    yield f"    {len(silent)} without a trade. Every row and the reasons: --top 0"


def _print_silent(out: Console, outcomes: Sequence[Outcome], names: Mapping[Instrument, str]) -> None:
    """Those without a closed trade, each with its reason; equal reasons share a row."""
    if not outcomes:
        return
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault((outcome.hypothesis.name, outcome.reason or ""), []).append(outcome)
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    room = 30 if out.width < MEDIUM else 44
    table.add_column("no trades", no_wrap=True)
    if len(names) > 1:
        table.add_column("on", overflow="fold", max_width=24)
    table.add_column("because", overflow="fold", min_width=24)
    for (name, reason), group in groups.items():
        where = [" ".join(names[outcome.instrument] for outcome in group)] if len(names) > 1 else []
        table.add_row(Text(folded(name, room)), *where, Text(reason))
    out.print()
    out.print(table)


def _legend(width: int, traded: Sequence[Outcome]) -> Iterator[str]:
    if not traded:
        return
    yield "[bold]How to read it[/]  R is the distance from the price to the stop at the signal"
    yield "  trades   closed ones, one position at a time"
    yield "  win %    share that earned after all costs (95 % Wilson interval)"
    yield "  PF       R won / R lost;  exp R: mean R a trade after costs"
    yield "  cost R   fees + slippage + funding, a trade"
    yield "  exits %  S stop  T target  t time stop  x exit condition"
    if width >= MEDIUM:
        yield "  signals  all fires;  amb %: trades with stop and target in one candle, booked as stopped"
    if width >= WIDE:
        yield "  best R   exp R had those gone well;  win R, loss R: mean winner and loser;  hold: the median"
        yield "  DD R     deepest fall of the sum of R"


def _data(report: Report) -> Iterator[str]:
    certificates = report.survey.certificates
    yield "[bold]Data[/]"
    for certificate in certificates:
        yield from _certificate(certificate)
    if any(source.startswith(GENERATED) for certificate in certificates for source in certificate.sources):
        yield "  [yellow]A generated market: no result on it says anything about a real one.[/]"


def _certificate(certificate: Certificate) -> Iterator[str]:
    name = f"  {certificate.instrument} {format_duration(certificate.timeframe)}"
    if certificate.candles == 0:
        yield f"{name}: no candles in this window"
        return
    longest = max((gap.missing for gap in certificate.gaps), default=0)
    gaps = f" (longest {longest} candles)" if longest else ""
    yield f"{name} {_day(certificate.start)} to {_day(certificate.end)}, {certificate.candles:,} candles"
    yield (
        f"    coverage {100 * certificate.coverage:.1f} %, {certificate.gap_count:,} gaps{gaps}, "
        f"filled {100 * certificate.filled_share:.1f} %, funding {certificate.funding}"
    )
    if certificate.funding == "incomplete":
        yield f"    [yellow]{certificate.funding_reason}: trades beyond carry no funding cost[/]"
    for objection in certificate.objections:
        yield f"    [yellow]{objection}[/]"


def _day(time: int) -> str:
    return format_time(time)[:16].replace("T", " ")


def _assumptions(report: Report) -> Iterator[str]:
    fees = report.study.fees
    slippage = sorted(
        {
            slippage_bps(hypothesis.timeframe) if hypothesis.slippage_bps is None else hypothesis.slippage_bps
            for hypothesis in report.study.hypotheses
        }
    )
    spread = f"{slippage[0]:g}" if len(slippage) == 1 else f"{slippage[0]:g} to {slippage[-1]:g}"
    yield "[bold]Assumed[/]"
    yield f"  taker {100 * fees.taker:g} %, maker {100 * fees.maker:g} %, slippage {spread} bp on market fills"
    yield "  entry at the next open; a target fills only when the price trades through it"
    yield "  where one candle reaches both, the stop comes before the target"
    yield f"    {_other_order(report.outcomes)}"


def _other_order(outcomes: Sequence[Outcome]) -> str:
    measured = [outcome.statistics for outcome in outcomes if outcome.statistics is not None and outcome.closed]
    trades = sum(each.n for each in measured)
    ambiguous = round(sum(each.ambiguous_share * each.n for each in measured))
    if ambiguous == 0:
        return "(no trade was so)"
    gained = sum((each.expectancy_r_best - each.expectancy_r) * each.n for each in measured) / trades
    return f"({ambiguous:,} of {trades:,} trades; in the other order {gained:+.3f} R a trade)"


def _next(report: Report) -> Iterator[str]:
    yield from _totals(report.outcomes)
    yield ""
    yield f"[bold]Run[/] {report.survey.run_id}"
    yield f"  kept in {escape(str(report.folder))}"
    yield report.closing or (
        "[bold]Next[/]\n"
        "  what a hypothesis says:   edgeproof hypotheses show NAME\n"
        "  every figure and trade:   edgeproof backtest NAME --json\n"
        "  other weeks:              --start 2025-05-01 --end 2025-06-01"
    )


def _totals(outcomes: Sequence[Outcome]) -> Iterator[str]:
    fates = [outcome.fates for outcome in outcomes]
    traded = sum(each.traded for each in fates)
    still = traded - sum(outcome.closed for outcome in outcomes)
    lost = [
        f"{sum(getattr(each, name) for each in fates):,} {name}"
        for name in ("overlapped", "void", "invalidated", "unfilled")
    ]
    yield f"[bold]All[/] {sum(each.signals for each in fates):,} signals"
    yield f"  {traded:,} trades, {', '.join(lost)}"
    if still:
        yield f"  {still} of the trades had not ended when the data did: not in the statistics"
    yield from _luck(outcomes)


def _luck(outcomes: Sequence[Outcome]) -> Iterator[str]:
    measured = [o for o in outcomes if o.statistics is not None and o.closed > 0]
    if len(measured) < MANY:
        return
    positive = sum(o.statistics.expectancy_r > 0 for o in measured if o.statistics is not None)
    yield (
        f"  {positive} of {len(measured)} rows are above zero. With so many tried some are so by luck:\n"
        "  the top of the table is where to look, not what to trust."
    )
    placebos = [o for o in measured if o.hypothesis.family is Family.PLACEBO]
    if placebos:
        yield (
            f"  Placebos (entries without an idea) make {_mean(placebos):+.2f} R a trade, all others "
            f"{_mean([o for o in measured if o.hypothesis.family is not Family.PLACEBO]):+.2f} R."
        )


def _mean(outcomes: Sequence[Outcome]) -> float:
    statistics = [outcome.statistics for outcome in outcomes if outcome.statistics is not None]
    trades = np.array([each.n for each in statistics])
    return float(np.array([each.expectancy_r for each in statistics]) @ trades / trades.sum()) if len(trades) else 0.0
