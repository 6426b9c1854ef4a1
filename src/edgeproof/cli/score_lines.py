"""The scoreboard, a line a hypothesis: what it does live beside what the backtest leads to expect."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned
from edgeproof.core.model.entry import SignalWeight
from edgeproof.services.figures import shortened
from edgeproof.services.scoreboard import LEAST_TRADES, Backtested, ScoreRow, Verdict

WIDE = 100
NO_WEIGHTS: Mapping[str, SignalWeight] = MappingProxyType({})
_RIGHT = range(1, 9)
_STAGES = {
    "gaining": "green", "alert": "yellow", "half": "bold yellow", "kill": "bold red", "probation": "yellow",
}  # fmt: skip
_COLOURS = {Verdict.AS_TESTED: "bold green", Verdict.ABOVE: "green", Verdict.BELOW: "bold red"}


def score_table(
    rows: Sequence[ScoreRow], width: int, weights: Mapping[str, SignalWeight] = NO_WEIGHTS
) -> tuple[Text, list[Text]]:
    """The titles of the columns, and a line a row in the order they are given.

    Win rates, profit factors (of R) and R a trade stand live first, the tested one beside it; from `WIDE` columns on
    with the interval of the live win rate. Where any of `weights` is known they have a column, the last but one.
    """
    titles = ["hypothesis", "trades", "won", "tested", "PF", "tested", "R", "tested", "win rate"]
    if width >= WIDE:
        titles[3:3] = ["95 %"]
    found = [_cells(each, width) for each in rows]
    if weights:
        titles[-1:-1] = ["weight"]
        for row, cells in zip(rows, found, strict=True):
            cells[-1:-1] = [weight_cell(weights.get(row.hypothesis), is_short=width < WIDE)]
    header: list[Cell | Filling] = [Text(each, "dim") for each in titles]
    header[0] = lambda _: Text(titles[0], "dim")
    right = range(1, len(titles) - 2) if weights else _RIGHT
    heading, *lines = aligned([header, *found], width, right=right)
    return heading, lines


def weight_cell(weighed: SignalWeight | None, *, is_short: bool = False) -> Text:
    """A weight and the stage that leads to it; short without a stage that says no more than the weight.

    >>> [weight_cell(SignalWeight(stage=each)).plain for each in ("steady", "alert")], weight_cell(None).plain
    (['1 ok', '1 alert'], '-')
    >>> weight_cell(SignalWeight(stage="steady"), is_short=True).plain
    '1'
    """
    if weighed is None:
        return Text("-", "dim")
    style = _STAGES.get(weighed.stage, "dim")
    if not weighed.stage or (is_short and weighed.stage in _PLAIN):
        return Text(_number(weighed), style)
    return Text(f"{_number(weighed)} {stage_text(weighed)}", style)


def stage_text(weighed: SignalWeight) -> str:
    """The stage of drift in a word: "ok" for one that trades as tested."""
    return "ok" if weighed.stage == "steady" else weighed.stage


_PLAIN = frozenset({"steady", "untested", "gaining"})


def weights_text(weights: Iterable[SignalWeight]) -> str:
    """How many hypotheses have which weight, the most frequent first.

    >>> weights_text([SignalWeight(stage="untested"), SignalWeight(stage="steady"), SignalWeight(stage="steady")])
    '2 weigh 1 (ok), 1 weighs 1 (untested)'
    """
    counts = Counter(weight_cell(each).plain for each in weights)
    found = ((words.partition(" "), count) for words, count in counts.most_common())
    return ", ".join(
        f"{count} {'weighs' if count == 1 else 'weigh'} {weight}{f' ({stage})' if stage else ''}"
        for (weight, _, stage), count in found
    )


def drift_text(weighed: SignalWeight) -> str:
    """How far drift is and where it kills, and what a person should know beside it; "" where there is nothing to say.

    >>> drift_text(SignalWeight(stage="alert", value=27.56, limit=35.0, trades=64))
    'drift 27.6, killed above 35.0'
    """
    if weighed.value is None or weighed.limit is None:
        return weighed.note
    words = f"drift {weighed.value:.1f}, killed above {weighed.limit:.1f}"
    return f"{words}; {weighed.note}" if weighed.note else words


def _number(weighed: SignalWeight) -> str:
    return f"{weighed.weight.normalize():f}"


def _cells(row: ScoreRow, width: int) -> list[Cell | Filling]:
    live, tested = row.live, row.tested
    cells: list[Cell | Filling] = [
        lambda room: Text(shortened(row.hypothesis, room)),
        f"{live.n:,}",
        rate_text(live.win_rate),
        *_tested(tested),
        verdict_text(row),
    ]
    cells[4:4] = [factor_text(live.profit_factor)]
    cells[6:6] = [Text(r_text(live.expectancy_r), _colour(live.expectancy_r))]
    if width >= WIDE:
        cells[3:3] = [Text(interval_text(row.low, row.high), "dim")]
    return cells


def _tested(tested: Backtested | None) -> list[Text]:
    if tested is None:
        return [Text("-", "dim")] * 3
    found = rate_text(tested.win_rate), factor_text(tested.profit_factor), r_text(tested.expectancy_r)
    return [Text(each, "dim") for each in found]


def verdict_text(row: ScoreRow) -> Text:
    """What there is to say of a win rate: nothing before there are enough trades, then by how many points it is off."""
    style = _COLOURS.get(row.verdict, "dim")
    match row.verdict:
        case Verdict.TOO_FEW:
            return Text(f"{row.compared.n} of {LEAST_TRADES}", style)
        case Verdict.ABOVE | Verdict.BELOW if row.difference is not None:
            return Text(f"{100 * row.difference:+.0f} points", style)
        case _:
            return Text(row.verdict.value, style)


def rate_text(rate: float) -> str:
    """A rate in whole percent, a dash where there is none.

    >>> rate_text(0.5526), rate_text(float("nan"))
    ('55%', '-')
    """
    return "-" if math.isnan(rate) else f"{100 * rate:.0f}%"


def interval_text(low: float, high: float) -> str:
    """An interval of a rate.

    >>> interval_text(0.398, 0.7), interval_text(float("nan"), float("nan"))
    ('40-70', '-')
    """
    return "-" if math.isnan(low) else f"{100 * low:.0f}-{100 * high:.0f}"


def factor_text(factor: float) -> str:
    """A profit factor; "no loss" where there is nothing to divide by.

    >>> factor_text(1.234), factor_text(float("inf")), factor_text(float("nan"))
    ('1.23', 'no loss', '-')
    """
    if math.isnan(factor):
        return "-"
    return "no loss" if math.isinf(factor) else f"{factor:.2f}"


def r_text(r: float) -> str:
    """An amount of R with its sign, a dash where there is none.

    >>> r_text(0.123), r_text(float("nan"))
    ('+0.12', '-')
    """
    return "-" if math.isnan(r) else f"{r:+.2f}"


def _colour(amount: float) -> str:
    return "" if math.isnan(amount) or not amount else "green" if amount > 0 else "red"
