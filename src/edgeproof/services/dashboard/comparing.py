"""Two runs beside each other: what they were made of, and what came out differently.

An id says everything that went into a run. Runs of different ids whose settings, version, seed, hypotheses and
certificates are the same differ in values of their candles or funding.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edgeproof.core.model.errors import InputError
from edgeproof.services.dashboard.research import POOLED, Document, Run, analysis_row, names_of, run_document
from edgeproof.services.dashboard.run_files import AnalysisFile

_MOST_NAMED = 6
_DATA = ("base_timeframe", "start", "end", "candles", "missing", "outlier_count", "funding", "sources")
_NAMED_APART = ("instruments", "hypotheses", "costs")

Key = tuple[str, str, str, int]


def comparison(a: Run, b: Run, *, now: str) -> Document:
    """What differs between two runs, and every verdict of either beside that of the other.

    Raises
    ------
    InputError
        One of them has no verdicts.
    """
    for each in (a, b):
        if each.edge is None:
            raise InputError(f"run {each.id} is a backtest: it has no verdicts to compare (edgeproof discover judges)")
    rows_a, rows_b = _rows(a), _rows(b)
    return {
        "a": run_document(a.id, a.file, a.edge, at=a.at, now=now),
        "b": run_document(b.id, b.file, b.edge, at=b.at, now=now),
        "differs": differs(a, b),
        "rows": [_row(rows_a.get(key), rows_b.get(key)) for key in dict.fromkeys((*rows_a, *rows_b))],
    }


def _rows(run: Run) -> dict[Key, Document]:
    found: dict[Key, Document] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for each in run.edge.analyses if run.edge is not None else ():
        what = (each.hypothesis, each.timeframe, _scope(each))
        found[(*what, seen[what])] = analysis_row(each)
        seen[what] += 1
    return found


def _scope(analysis: AnalysisFile) -> str:
    """What is pooled is compared with what is pooled, over however many instruments."""
    return analysis.instruments[0] if len(analysis.instruments) == 1 else POOLED


def _row(a: Document | None, b: Document | None) -> Document:
    said = b or a or {}
    states = None if a is None or b is None or a["state"] == b["state"] else [a["state"], b["state"]]
    return {
        "hypothesis": said["hypothesis"],
        "scope": said["scope"],
        "a": a,
        "b": b,
        "change": {
            "win_rate": _change(a, b, "win_rate"),
            "expectancy_r": _change(a, b, "expectancy_r"),
            "state": states,
        },
    }


def _change(a: Document | None, b: Document | None, name: str) -> float | None:
    before, after = (None if each is None else each[name] for each in (a, b))
    return None if before is None or after is None else after - before


def differs(a: Run, b: Run) -> list[str]:
    """What the runs were made of differently, in words."""
    before, after = a.file, b.file
    found = [
        *_plain("version", before.run.version, after.run.version),
        *_data(a, b),
        *_names("instruments", _named(a, "instruments"), _named(b, "instruments")),
        *_inside("fees", before.run.config.get("costs"), after.run.config.get("costs")),
        *_settings(a, b),
        *_plain("seed", before.run.seed, after.run.seed),
        *_names("hypotheses", _named(a, "hypotheses"), _named(b, "hypotheses")),
        *_defined(before.definitions, after.definitions),
    ]
    if not found and a.id != b.id:
        return ["data: values of candles or funding (all else is the same, and a run's id is made of all that goes in)"]
    return found


def _named(run: Run, name: str) -> list[str]:
    return names_of(run.file.run.config.get(name))


def _plain(name: str, a: object, b: object) -> Iterator[str]:
    if a != b:
        yield f"{name}: {_said(a)} in a, {_said(b)} in b"


def _said(value: object) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(_said, value)) or "none"
        case _:
            return str(value)


def _settings(a: Run, b: Run) -> Iterator[str]:
    """All other settings; those of a search one by one."""
    before, after = a.file.run.config, b.file.run.config
    for name in sorted({*before, *after} - {*_NAMED_APART}):
        yield from _inside(name, before.get(name), after.get(name))


def _inside(name: str, a: object, b: object) -> Iterator[str]:
    if not isinstance(a, Mapping) or not isinstance(b, Mapping):
        yield from _plain(name, a, b)
        return
    for key in sorted({*a, *b}):
        yield from _plain(f"{name}, {key}", a.get(key), b.get(key))


def _names(what: str, a: Sequence[str], b: Sequence[str]) -> Iterator[str]:
    gone, new = sorted({*a} - {*b}), sorted({*b} - {*a})
    if gone:
        yield f"{what}: only in a {_listed(gone)}"
    if new:
        yield f"{what}: only in b {_listed(new)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _defined(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    changed = sorted(name for name in {*a} & {*b} if a[name] != b[name])
    if changed:
        yield f"definitions: changed of {_listed(changed)}"


def _data(a: Run, b: Run) -> Iterator[str]:
    before, after = ({str(each.get("instrument")): each for each in run.file.data} for run in (a, b))
    for name in sorted({*before} & {*after}):
        parts = [
            f"{key.replace('_', ' ')} {_said(old)} in a, {_said(new)} in b"
            for key in _DATA
            if (old := before[name].get(key)) != (new := after[name].get(key))
        ]
        if parts:
            yield f"data of {name}: {'; '.join(parts)}"
