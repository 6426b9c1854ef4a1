"""Hypotheses and the words of the language, laid out for people."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from edgeproof.core.indicators.registry import Indicator
from edgeproof.core.model.time import DAY, format_duration
from edgeproof.core.signals.generate import warm_up
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.library import R_MULTIPLE

_TITLES = ("name", "tf", "dir", "R:R", "hold", "family")
_WIDE = 90
"""From this width on a table shows the family and, as far as there is room, the reason."""
_SHORTEST = 16
"""A reason of fewer characters says nothing."""


def ladder_words(hypothesis: Hypothesis) -> str:
    """The targets in a few characters.

    "2R"; "2R/3R" for parts of equal size, else "25% 1R, 75% 3R"; "level" for a price that is no multiple of R.
    """
    words = [at.strip() if R_MULTIPLE.fullmatch(at) else "level" for at in (t.at for t in hypothesis.targets)]
    fractions = {round(target.fraction, 9) for target in hypothesis.targets}
    if len(fractions) == 1:
        return "/".join(words)
    return ", ".join(f"{target.fraction:.0%} {word}" for target, word in zip(hypothesis.targets, words, strict=True))


def risk_reward_words(hypothesis: Hypothesis) -> str | None:
    """What the targets earn in all for a risk of 1, "2.5:1"; None where one is a price, known only at the signal."""
    multiples = [R_MULTIPLE.fullmatch(target.at) for target in hypothesis.targets]
    earned = [t.fraction * float(m[1]) for t, m in zip(hypothesis.targets, multiples, strict=True) if m is not None]
    return f"{sum(earned):.1f}:1" if len(earned) == len(multiples) else None


def hypothesis_table(hypotheses: Sequence[Hypothesis], width: int, states: Mapping[str, str] | None = None) -> Table:
    """One line a hypothesis for a terminal of `width` characters; names are never cut, the rest gives way.

    `states` says by name how far each has come; the column is there once any was tested.
    """
    known = states if states is not None and set(states.values()) - {"draft"} else {}
    state = ("state",) if known else ()
    titles = (_TITLES[0], *state, *_TITLES[1:])
    rows = [(each.name, *[known[each.name] for _ in state], *_cells(each)[1:]) for each in hypotheses]
    shown = len(titles) if width >= _WIDE else 5
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for k, title in enumerate(titles[:shown]):
        table.add_column(title, overflow="fold", no_wrap=k > 0)
    taken = sum(max(map(len, column)) + 1 for column in zip(titles, *rows, strict=True))
    if width >= _WIDE and taken < width - _SHORTEST:
        table.add_column("reason", no_wrap=True, overflow="ellipsis", max_width=width - taken)
    for each, cells in zip(hypotheses, rows, strict=True):
        table.add_row(*cells[:shown], *([first_sentence(each.reason)] if len(table.columns) > len(titles) else []))
    return table


def _cells(hypothesis: Hypothesis) -> tuple[str, ...]:
    hold = "" if hypothesis.max_hold is None else format_duration(hypothesis.max_hold)
    reward = risk_reward_words(hypothesis) or "by levels"
    timeframe = format_duration(hypothesis.timeframe)
    return (hypothesis.name, timeframe, hypothesis.direction.word, reward, hold, hypothesis.family)


def first_sentence(text: str) -> str:
    """Up to the first full stop.

    >>> first_sentence("Sellers tire: the cross is the trigger. Taken: lows are pivots.")
    'Sellers tire: the cross is the trigger'
    """
    return text.partition(". ")[0].rstrip(".")


def definition(hypothesis: Hypothesis) -> Group:
    """A hypothesis as one reads it aloud."""
    title = f"{hypothesis.name}  {format_duration(hypothesis.timeframe)} {hypothesis.direction.word}"
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, lines in _lines(hypothesis):
        for number, line in enumerate(lines):
            table.add_row(name if number == 0 else "", Text(line))
    return Group(Text(title, style="bold"), Text(hypothesis.reason), Text(""), table)


def _lines(hypothesis: Hypothesis) -> list[tuple[str, Sequence[str]]]:
    targets = [f"{target.fraction:.0%} at {target.at}" for target in hypothesis.targets]
    every = variants(hypothesis)
    rows: list[tuple[str, Sequence[str]]] = [
        ("family", (str(hypothesis.family),)),
        ("entry, all of", hypothesis.entry),
        ("confirm, all of", hypothesis.confirm),
        ("stop", (hypothesis.stop,)),
        ("targets", targets),
        ("exit, any of", hypothesis.exit),
        ("trail", (hypothesis.trail,) if hypothesis.trail is not None else ()),
        ("break-even", ("after the first target",) if hypothesis.break_even else ()),
        ("hold at most", (format_duration(hypothesis.max_hold),) if hypothesis.max_hold is not None else ()),
        ("signal expires", (f"after {format_duration(hypothesis.expires_after)}",)),
        ("best regime", tuple(filter(None, [", ".join(hypothesis.regimes)]))),
        ("also tested on", tuple(filter(None, [", ".join(map(format_duration, hypothesis.also))]))),
        ("varies", tuple(f"{name}: {', '.join(f'{v:g}' for v in values)}" for name, values in hypothesis.vary)),
        ("variants", (str(len(every)),) if len(every) > 1 else ()),
        ("history needed", (f"{_long_time(max(map(warm_up, every)))} before the first signal",)),
    ]
    return [(name, lines) for name, lines in rows if lines]


def _long_time(milliseconds: int) -> str:
    """A duration as it is up to two days, then in days, rounded up."""
    return format_duration(milliseconds) if milliseconds <= 2 * DAY else f"{-(-milliseconds // DAY)} days"


def name_table(indicators: Iterable[Indicator]) -> Table:
    """One entry a name: how to write it, what it is, where it comes from."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("write", overflow="fold", ratio=2)
    table.add_column("is", overflow="fold", ratio=3)
    table.add_column("source", overflow="fold", ratio=2)
    for each in indicators:
        table.add_row(each.signature, each.summary, each.source)
    return table
