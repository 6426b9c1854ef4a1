"""What a person reads after a discovery: the verdicts, what luck has to do with them, and what to do next.

Each analysis has two lines: its figures in columns, and its verdict. The best come first: qualified, then unproven,
rejected, untested; among them the smaller q, then the smaller p.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from rich.console import Console
from rich.markup import escape

from edgeproof.cli.edge_document import placebos_document, states_count
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.performance.metrics import Statistics
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.performance.significance import Significance
from edgeproof.research.discover import Discovery
from edgeproof.research.edge import EdgeAnalysis
from edgeproof.research.study import Study, Survey
from edgeproof.research.verdict import State
from edgeproof.services.figures import labels

SHOWN = 30
"""Rows shown unless all are asked for."""

_ORDER = {State.QUALIFIED: 0, State.TESTED: 1, State.REJECTED: 2, State.DRAFT: 3}
_COLOURS = {State.QUALIFIED: "bold green", State.TESTED: "yellow", State.REJECTED: "red", State.DRAFT: "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryReport:
    """Everything the verdicts are printed from."""

    study: Study
    survey: Survey
    found: Discovery
    folder: Path
    all: bool = False
    searched: bool = False


def by_verdict(analyses: Sequence[EdgeAnalysis]) -> list[EdgeAnalysis]:
    """The best first."""
    return sorted(analyses, key=_rank)


def _rank(analysis: EdgeAnalysis) -> tuple[float | str, ...]:
    examined = analysis.examination
    tested = examined.significance
    p_value = tested.p_value if isinstance(tested, Significance) else 2.0
    q_value = 2.0 if math.isnan(analysis.q_value) else analysis.q_value
    expectancy = examined.in_sample.expectancy_r
    worst = math.inf if math.isnan(expectancy) else -expectancy
    name = examined.trial.hypothesis.name
    return (_ORDER[analysis.verdict.state], q_value, p_value, worst, name, examined.instruments[0].unified)


def print_verdicts(out: Console, report: DiscoveryReport) -> None:
    """Print a discovery on a console."""
    print_best(out, report, 0 if report.all else SHOWN, "Every row: --all")
    for part in (_legend(), _luck(report.found), _checks(report.found), _next(report)):
        out.print()
        for line in part:
            out.print(line, soft_wrap=True)


def print_best(out: Console, report: DiscoveryReport, rows: int, hint: str) -> None:
    """Print the best so many rows of a discovery, 0 for all; where there are more, how many, and a hint to them."""
    ranked = by_verdict(report.found.analyses)
    answered = [each for each in ranked if each.verdict.state is not State.DRAFT]
    shown = answered[:rows] if rows else answered
    names = labels(report.study.instruments)
    layout = _Layout(width=out.width, names=names)
    out.print(_heading(report), style="bold")
    out.print()
    if shown:
        out.print(layout.header(), style="bold")
    for each in shown:
        for line in layout.rows(each):
            out.print(line)
    for line in (*_not_shown(answered[len(shown) :], hint), *_untested(ranked, names)):
        out.print(line, style="dim")


def _heading(report: DiscoveryReport) -> str:
    counts = states_count(report.found.analyses)
    words = [f"{counts[state.value]} {word}" for state, word in _WORDS.items() if counts[state.value]]
    return f"{len(report.found.analyses)} analyses: {', '.join(words)}"


_WORDS = {
    State.QUALIFIED: "qualified",
    State.TESTED: "unproven",
    State.REJECTED: "rejected",
    State.DRAFT: "not tested",
}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns of fixed width, so that figures stand below one another although verdicts come between them."""

    width: int
    names: Mapping[Instrument, str]

    def header(self) -> str:
        titles = ("trades", "win/need", "exp R", "q", "DSR")
        return self._line("hypothesis", "on", titles)

    def rows(self, analysis: EdgeAnalysis) -> Iterator[str]:
        """The figures and, below them, the verdict."""
        examined = analysis.examination
        name = examined.trial.hypothesis.name
        where = "+".join(self.names[each] for each in examined.instruments)
        if len(examined.instruments) > 2:
            where = f"all {len(examined.instruments)}"
        cells = _cells(analysis)
        if len(name) > self._room():
            yield name
            name = ""
        yield self._line(name, where, cells)
        state = analysis.verdict.state
        word, _, rest = analysis.verdict.line.partition(": ")
        lines = wrap(f"{word}: {rest}", self.width - 1, initial_indent="  ", subsequent_indent="    ")
        yield escape("\n".join(lines)).replace(word, f"[{_COLOURS[state]}]{word}[/]", 1)

    def _room(self) -> int:
        return max(20, self.width - sum(_WIDTHS) - (7 if self._with_instrument() else 0) - 1)

    def _with_instrument(self) -> bool:
        return len(self.names) > 1

    def _line(self, name: str, where: str, cells: Sequence[str]) -> str:
        on = f" {where:<6}" if self._with_instrument() else ""
        figures = "".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))
        return f"{name:<{self._room()}}{on}{figures}"


_WIDTHS = (12, 9, 12, 5, 5)


def _cells(analysis: EdgeAnalysis) -> tuple[str, ...]:
    examined = analysis.examination
    inside = examined.in_sample
    later = examined.details.out_of_sample if examined.details is not None else None
    needed = math.nan if examined.bars is None else examined.bars.needed
    deflated = math.nan if isinstance(analysis.deflated_sharpe, Untestable) else analysis.deflated_sharpe
    return (
        f"{inside.n}/{later.n if later is not None else '-'}",
        f"{_percent(inside.win_rate)}/{_percent(needed)}",
        f"{_signed(inside)}/{_signed(later)}",
        "-" if math.isnan(analysis.q_value) else f"{analysis.q_value:.2f}" if analysis.q_value >= 0.01 else "<.01",
        "-" if math.isnan(deflated) else f"{deflated:.2f}",
    )


def _percent(rate: float) -> str:
    return "-" if math.isnan(rate) else f"{100 * rate:.0f}"


def _signed(figures: Statistics | None) -> str:
    if figures is None or figures.n == 0:
        return "-"
    return f"{round(figures.expectancy_r, 2) + 0.0:+.2f}"


def _not_shown(rest: Sequence[EdgeAnalysis], hint: str) -> Iterator[str]:
    if not rest:
        return
    counts = states_count(rest)
    words = [f"{counts[state.value]} {word}" for state, word in _WORDS.items() if counts[state.value]]
    yield f"... {len(rest)} more: {', '.join(words)}. {hint}"


def _untested(analyses: Sequence[EdgeAnalysis], names: Mapping[Instrument, str]) -> Iterator[str]:
    """Those that this history cannot answer, counted by reason."""
    reasons: dict[str, list[EdgeAnalysis]] = {}
    for each in analyses:
        if each.verdict.state is State.DRAFT:
            reasons.setdefault(each.verdict.line, []).append(each)
    for reason, group in reasons.items():
        where = sorted({names[instrument] for each in group for instrument in each.examination.instruments})
        yield f"{len(group)} {reason} ({', '.join(where)})"


def _legend() -> Iterator[str]:
    yield "[bold]How to read it[/]  in-sample (the first two thirds of the time) / out of sample"
    yield "  win/need    share of winners, and the higher of its bars: by risk:reward, and by its own costs"
    yield "  exp R       mean R a trade after costs, in-sample / out of sample"
    yield "  q           expected share of luck among all that look this good, every trial counted"
    yield "  DSR         chance that its Sharpe ratio is more than the luck of the best of so many"


def _luck(found: Discovery) -> Iterator[str]:
    yield "[bold]Luck[/]"
    again = found.trials - found.new_trials
    known = f", {again} of them known before" if again else ""
    yield f"  {found.trials:,} trials{known}; the ledger counts {found.known_trials:,} on the same history"
    yield from _overfitting(found)
    placebos = placebos_document(found.analyses)
    if placebos["count"]:
        yield (
            f"  placebos passed: {placebos['passed']} of {placebos['count']}; "
            f"p <= 5 %: {placebos['below_nominal_p']} of {placebos['tested']} with enough trades"
        )


def _overfitting(found: Discovery) -> Iterator[str]:
    luck = found.luck
    if isinstance(luck.overfitting, Untestable):
        yield f"  probability of overfitting: {luck.overfitting.reason}"
    else:
        yield (
            f"  probability of overfitting {luck.overfitting.probability:.2f}: so often the best of {luck.candidates} "
            "on half of the days was below the median on the others"
        )
    if luck.forward:
        won = sum(each.test_r > 0 for each in luck.forward)
        total = sum(each.test_total_r for each in luck.forward)
        yield (
            f"  choosing the best so far earned in {won} of {len(luck.forward)} windows, "
            f"{round(total, 1) + 0.0:+.1f} R in all"
        )


def _checks(found: Discovery) -> Iterator[str]:
    checks = found.checks
    yield "[bold]Self-checks[/]"
    yield (
        f"  look-ahead: {checks.differences} of {checks.checks:,} checks differed "
        f"({checks.cuts} random cuts, {checks.signals:,} signals)"
    )
    if checks.differences:
        yield "  [bold red]A signal depends on what came after it: trust no result of this run and report this.[/]"
    yield (
        f"  warm-up: {checks.warm_up_differences} of {checks.warm_up_signals:,} signals differed when history began "
        f"later ({checks.warm_up_checks:,} hypotheses)"
    )


def _next(report: DiscoveryReport) -> Iterator[str]:
    yield f"[bold]Run[/] {report.survey.run_id}"
    yield f"  kept in {report.folder}"
    if report.searched:
        yield "  what the search found stands in its found.toml, a hypothesis file like any other"
    yield (
        "[bold]Next[/]\n"
        "  look at the run:          edgeproof report\n"
        "  what a hypothesis says:   edgeproof hypotheses show NAME\n"
        "  every figure:             edgeproof discover NAME --json"
    )
