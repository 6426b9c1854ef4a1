"""A hypothesis as the TOML it could have been read from."""

import json
from collections.abc import Iterable, Iterator, Sequence

from edgeproof.core.model.time import format_duration
from edgeproof.core.signals.hypothesis import Hypothesis, Target


def hypotheses_toml(hypotheses: Iterable[Hypothesis]) -> str:
    """A hypothesis file: reading it gives equal hypotheses."""
    return "\n".join(hypothesis_toml(hypothesis) for hypothesis in hypotheses)


def hypothesis_toml(hypothesis: Hypothesis) -> str:
    """One [[hypothesis]] table; what has its default is left out."""
    return "[[hypothesis]]\n" + "".join(f"{key} = {value}\n" for key, value in _pairs(hypothesis))


def _pairs(hypothesis: Hypothesis) -> Iterator[tuple[str, str]]:
    yield "name", _text(hypothesis.name)
    yield "timeframe", _duration(hypothesis.timeframe)
    yield "direction", _text(hypothesis.direction.word)
    yield "family", _text(hypothesis.family.value)
    yield "reason", _text(hypothesis.reason)
    yield "entry", _texts(hypothesis.entry)
    if hypothesis.confirm:
        yield "confirm", _texts(hypothesis.confirm)
    yield "stop", _text(hypothesis.stop)
    yield _targets(hypothesis.targets)
    if hypothesis.exit:
        yield "exit", _texts(hypothesis.exit)
    if hypothesis.max_hold is not None:
        yield "max_hold", _duration(hypothesis.max_hold)
    if hypothesis.trail is not None:
        yield "trail", _text(hypothesis.trail)
    yield from _rare_pairs(hypothesis)


def _rare_pairs(hypothesis: Hypothesis) -> Iterator[tuple[str, str]]:
    if hypothesis.break_even:
        yield "break_even", "true"
    if hypothesis.expires_after != hypothesis.timeframe:
        yield "expires_after", _duration(hypothesis.expires_after)
    if hypothesis.regimes:
        yield "regimes", _texts([regime.value for regime in hypothesis.regimes])
    if hypothesis.slippage_bps is not None:
        yield "slippage_bps", repr(hypothesis.slippage_bps)
    if hypothesis.vary:
        rows = [f"{name} = [{', '.join(map(repr, values))}]" for name, values in hypothesis.vary]
        yield "vary", f"{{ {', '.join(rows)} }}"
    if hypothesis.also:
        yield "also", _texts([format_duration(each) for each in hypothesis.also])


def _targets(targets: Sequence[Target]) -> tuple[str, str]:
    if len(targets) == 1 and targets[0].fraction == 1.0:
        return "target", _text(targets[0].at)
    rows = [f"{{ at = {_text(target.at)}, fraction = {target.fraction!r} }}" for target in targets]
    return "targets", f"[{', '.join(rows)}]"


def _duration(milliseconds: int) -> str:
    return _text(format_duration(milliseconds))


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """In single quotes where the text itself has double ones, for people; else as TOML's escaped string."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    # JSON's escapes are TOML's; the one control character it leaves as it is must be escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
