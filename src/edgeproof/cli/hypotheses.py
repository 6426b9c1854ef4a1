"""`edgeproof hypotheses`: look at the library, check files, list the words of the language."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgeproof.cli.context import Context, command, new_app

if TYPE_CHECKING:
    from edgeproof.core.indicators.registry import Indicator
    from edgeproof.core.model.errors import HypothesisError
    from edgeproof.core.signals.hypothesis import Hypothesis

app = new_app("The hypothesis library: what is tested, and the language it is written in.")

_FILES = Annotated[list[Path] | None, typer.Option("--hypotheses", help="Further hypothesis files.")]


def _library(context: Context, files: Sequence[Path] | None = None) -> "tuple[Hypothesis, ...]":
    from edgeproof.adapters.storage.library import load_library  # noqa: PLC0415 - compiles numba's part of the core

    return load_library(context.home, files or ())


@command(app, "list")
def list_(
    context: Context,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    timeframe: Annotated[str | None, typer.Option("--timeframe", help='Only this timeframe, such as "5m".')] = None,
    hypotheses: _FILES = None,
) -> None:
    """Every hypothesis there is, shipped and your own."""
    from edgeproof.cli.definitions import hypothesis_table  # noqa: PLC0415

    _require_family(family)
    chosen = [each for each in _library(context, hypotheses) if _is_chosen(each, family, timeframe)]
    states = _states(context, chosen)
    if context.json:
        context.print_json([_summary(each) | {"state": states[each.name]} for each in chosen])
        return
    context.out.print(hypothesis_table(chosen, context.out.width, states))
    context.out.print(f"{len(chosen)} hypotheses. `edgeproof hypotheses show NAME` prints one in full.")


def _states(context: Context, hypotheses: "Sequence[Hypothesis]") -> dict[str, str]:
    """How far each hypothesis has come, by name: killed or on probation by its live trades, else what discovery found.

    It is a draft where it was not tested as it stands.
    """
    from edgeproof.adapters.storage.states import LIVE, read_states  # noqa: PLC0415
    from edgeproof.core.signals.hypothesis import variants  # noqa: PLC0415
    from edgeproof.research.trials import state_key  # noqa: PLC0415
    from edgeproof.research.verdict import overall  # noqa: PLC0415

    kept = read_states(context.home)
    states: dict[str, str] = {}
    for each in hypotheses:
        found = [kept.get(state_key(variant), {}) for variant in variants(each)]
        scopes = [one for of in found for one in of.get("scopes", {}).values()]
        live = [str(of[LIVE]["state"]) for of in found if of.get(LIVE, {}).get("state")]
        states[each.name] = live[0] if live else overall([one["state"] for one in scopes]).value
    return states


def _is_chosen(hypothesis: "Hypothesis", family: str | None, timeframe: str | None) -> bool:
    from edgeproof.core.model.time import parse_duration  # noqa: PLC0415

    if family is not None and hypothesis.family != family:
        return False
    return timeframe is None or hypothesis.timeframe == parse_duration(timeframe)


def _require_family(family: str | None) -> None:
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415
    from edgeproof.core.signals.hypothesis import Family  # noqa: PLC0415

    if family is not None and family not in list(Family):
        raise InputError(f'--family: expected one of {", ".join(Family)}, found "{family}"')


@command(app)
def show(
    context: Context,
    name: Annotated[str, typer.Argument(help="A hypothesis' name.")],
    hypotheses: _FILES = None,
) -> None:
    """One hypothesis in full, and the history it needs."""
    from edgeproof.cli.definitions import definition  # noqa: PLC0415

    hypothesis = _find(_library(context, hypotheses), name)
    if context.json:
        context.print_json(_full(hypothesis))
        return
    context.out.print(definition(hypothesis))


def _find(library: "Sequence[Hypothesis]", name: str) -> "Hypothesis":
    import difflib  # noqa: PLC0415

    from edgeproof.core.model.errors import InputError  # noqa: PLC0415

    for hypothesis in library:
        if hypothesis.name == name:
            return hypothesis
    known = {hypothesis.name.lower(): hypothesis.name for hypothesis in library}
    near = difflib.get_close_matches(name.lower(), list(known), n=3)
    hint = f"; did you mean {', '.join(known[each] for each in near)}?" if near else ""
    raise InputError(f'expected the name of a hypothesis, found "{name}"{hint or "; see `edgeproof hypotheses list`"}')


@command(app)
def check(
    context: Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Files to check beside the library.")] = None,
) -> None:
    """Read the library, your own files and those named; list every error with file, line and column."""
    from edgeproof.adapters.storage.library import load_library, own_files, packaged_files  # noqa: PLC0415
    from edgeproof.core.model.errors import HypothesisErrors  # noqa: PLC0415

    try:
        library = load_library(context.home, files or ())
    except HypothesisErrors as found:
        _say_errors(context, found.errors)
        raise typer.Exit(2) from None
    n_files = len(packaged_files()) + len(own_files(context.home, files or ()))
    if context.json:
        context.print_json({"hypotheses": len(library), "files": n_files, "errors": []})
        return
    context.out.print(f"{len(library)} hypotheses in {n_files} files: all good")


def _say_errors(context: Context, errors: "Sequence[HypothesisError]") -> None:
    if context.json:
        keys = ("file", "line", "column", "message")
        context.print_json({"errors": [{key: getattr(error, key) for key in keys} for error in errors]})
        return
    for error in errors:
        sys.stderr.write(f"{error}\n")
    sys.stderr.write(f"{len(errors)} {'error' if len(errors) == 1 else 'errors'}; nothing was changed\n")


@command(app)
def revive(
    context: Context,
    name: Annotated[str, typer.Argument(help="A hypothesis that was killed.")],
    hypotheses: _FILES = None,
) -> None:
    """Put a killed hypothesis on probation: it trades on paper, and must show itself anew."""
    from edgeproof.bootstrap import drift  # noqa: PLC0415
    from edgeproof.core.signals.hypothesis import variants  # noqa: PLC0415

    library = [variant for each in _library(context, hypotheses) for variant in variants(each)]
    hypothesis = _find(library, name)
    words = drift.revive(context.home, hypothesis)
    if context.json:
        context.print_json({"hypothesis": name, "state": drift.live_states(context.home, [hypothesis])[name]})
        return
    context.out.print(words)


@command(app)
def names(
    context: Context,
    name: Annotated[str | None, typer.Argument(help="Only the names that contain this.")] = None,
) -> None:
    """Every word a condition can use: its signature, what it is, where it comes from."""
    from edgeproof.cli.definitions import name_table  # noqa: PLC0415
    from edgeproof.core.indicators import INDICATORS  # noqa: PLC0415

    chosen = [each for key, each in sorted(INDICATORS.items()) if name is None or name in key]
    if context.json:
        context.print_json([_word(each) for each in chosen])
        return
    context.out.print(name_table(chosen))
    context.out.print(f"{len(chosen)} names, and the columns open, high, low, close, volume.")


def _word(indicator: "Indicator") -> dict[str, str]:
    return {
        "name": indicator.name,
        "signature": indicator.signature,
        "family": indicator.family,
        "summary": indicator.summary,
        "source": indicator.source,
    }


def _summary(hypothesis: "Hypothesis") -> dict[str, Any]:
    from edgeproof.cli.definitions import ladder_words, risk_reward_words  # noqa: PLC0415
    from edgeproof.core.model.time import format_duration  # noqa: PLC0415

    return {
        "name": hypothesis.name,
        "timeframe": format_duration(hypothesis.timeframe),
        "direction": hypothesis.direction.word,
        "family": str(hypothesis.family),
        "ladder": ladder_words(hypothesis),
        "risk_reward": risk_reward_words(hypothesis),
        "max_hold": None if hypothesis.max_hold is None else format_duration(hypothesis.max_hold),
        "reason": hypothesis.reason,
    }


def _full(hypothesis: "Hypothesis") -> dict[str, Any]:
    from edgeproof.core.model.time import format_duration  # noqa: PLC0415
    from edgeproof.core.signals.generate import warm_up  # noqa: PLC0415
    from edgeproof.core.signals.hypothesis import variants  # noqa: PLC0415

    return _summary(hypothesis) | {
        "entry": list(hypothesis.entry),
        "confirm": list(hypothesis.confirm),
        "stop": hypothesis.stop,
        "targets": [{"at": target.at, "fraction": target.fraction} for target in hypothesis.targets],
        "exit": list(hypothesis.exit),
        "trail": hypothesis.trail,
        "break_even": hypothesis.break_even,
        "expires_after": format_duration(hypothesis.expires_after),
        "regimes": [str(regime) for regime in hypothesis.regimes],
        "slippage_bps": hypothesis.slippage_bps,
        "also": [format_duration(each) for each in hypothesis.also],
        "vary": {name: list(values) for name, values in hypothesis.vary},
        "variants": len(variants(hypothesis)),
        "history_needed": format_duration(max(warm_up(variant) for variant in variants(hypothesis))),
    }
