"""Hypothesis files: TOML text to hypotheses, with errors that name file, line and column."""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.model.errors import ExpressionError, HypothesisError, InputError
from edgeproof.core.model.time import parse_duration
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis, Regime, Target, variants

R_MULTIPLE = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*R\s*")
_HEADER = re.compile(r"^\s*\[\[\s*hypothesis\s*\]\]", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_REQUIRED = ("name", "timeframe", "direction", "family", "reason", "entry", "stop")
_OPTIONAL = (
    *("confirm", "target", "targets", "exit", "max_hold", "trail", "break_even", "expires_after", "regimes"),
    *("slippage_bps", "vary", "also"),
)
_MOST_VARIANTS = 10_000


def read_hypotheses(text: str, file: str) -> tuple[Hypothesis, ...]:
    """The hypotheses of a TOML text; `file` names it in errors. Nothing is returned when anything is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HypothesisError(f"{file}: this is not TOML: {error}") from None
    for key in document:
        if key != "hypothesis":
            raise HypothesisError(f'{file}: expected only [[hypothesis]] tables, found "{key}"')
    tables = document.get("hypothesis", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise HypothesisError(f"{file}: expected each hypothesis under [[hypothesis]] (two brackets)")
    starts = [match.start() for match in _HEADER.finditer(text)]
    ends = [*starts[1:], len(text)]
    spans = list(zip(starts, ends, strict=False)) + [(0, len(text))] * (len(tables) - len(starts))
    read = tuple(_Table(file, text, *span, table).read() for span, table in zip(spans, tables, strict=False))
    _refuse_doubles(read, file)
    return read


def _refuse_doubles(hypotheses: tuple[Hypothesis, ...], file: str) -> None:
    seen: set[str] = set()
    for hypothesis in hypotheses:
        if hypothesis.name in seen:
            raise HypothesisError(f'{file}: expected each name once, found "{hypothesis.name}" twice; rename one')
        seen.add(hypothesis.name)


@dataclass(frozen=True, slots=True)
class _Table:
    """One [[hypothesis]] table and where it stands in its file, so that errors can point."""

    file: str
    text: str
    start: int
    end: int
    table: Mapping[str, Any]

    def error(self, key: str, problem: str, *, needle: str | None = None, line: int = 1, column: int = 1) -> HypothesisError:
        """An error at a key (or at `line` and `column` within the text `needle` under it)."""
        place = self._find(key, needle)
        before = self.text[:place]
        row, col = before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1
        if needle is not None:
            row, col = row + line - 1, (col if line == 1 else 1) + column - 1
        name = self.table.get("name")
        of = f'{name}: ' if isinstance(name, str) else ""
        return HypothesisError(f"{self.file}, line {row}, column {col}: {of}{problem}")

    def _find(self, key: str, needle: str | None) -> int:
        match = re.compile(rf"^[ \t]*\"?{re.escape(key)}\"?[ \t]*[.=]", re.MULTILINE).search(self.text, self.start, self.end)
        at_key = match.start() if match else self.start
        at_needle = self.text.find(needle, at_key, self.end) if needle else -1
        return at_needle if at_needle >= 0 else at_key + (len(match[0]) - len(match[0].lstrip()) if match else 0)

    def read(self) -> Hypothesis:
        self._known_keys()
        timeframe = self._duration("timeframe")
        vary = self._vary()
        hypothesis = Hypothesis(
            name=self._name(),
            timeframe=timeframe,
            direction=Direction[self._one_of("direction", [d.word for d in Direction]).upper()],
            family=Family(self._one_of("family", list(Family))),
            reason=self._text("reason"),
            entry=self._texts("entry", least=1),
            confirm=self._texts("confirm"),
            stop=self._text("stop"),
            targets=self._targets(),
            exit=self._texts("exit"),
            max_hold=self._duration("max_hold") if "max_hold" in self.table else None,
            trail=self._text("trail") if "trail" in self.table else None,
            break_even=self._flag("break_even"),
            expires_after=self._duration("expires_after") if "expires_after" in self.table else timeframe,
            regimes=tuple(Regime(self._one_of("regimes", list(Regime), word)) for word in self._texts("regimes")),
            slippage_bps=self._slippage(),
            vary=vary,
            also=tuple(self._as_duration("also", text) for text in self._texts("also")),
        )
        self._check_expressions(hypothesis)
        return hypothesis

    def _known_keys(self) -> None:
        known = (*_REQUIRED, *_OPTIONAL)
        for key in self.table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f'; did you mean "{near[0]}"?' if near else f"; known are {', '.join(known)}"
                raise self.error(key, f'unknown key "{key}"{hint}')
        for key in _REQUIRED:
            if key not in self.table:
                raise self.error("name", f'expected a key "{key}", found none')

    def _of_type(self, key: str, kinds: type | tuple[type, ...], expected: str) -> Any:  # noqa: ANN401 - TOML's value
        value = self.table[key]
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            raise self.error(key, f"expected {expected} for {key}, found {value!r}")
        return value

    def _text(self, key: str) -> str:
        text: str = self._of_type(key, str, "text in quotes")
        if not text.strip():
            raise self.error(key, f"expected text for {key}, found nothing")
        return text

    def _name(self) -> str:
        name = self._text("name")
        if _NAME.fullmatch(name) is None:
            raise self.error("name", f'expected a name of letters, digits and _ . -, found "{name}"')
        return name

    def _texts(self, key: str, least: int = 0) -> tuple[str, ...]:
        if key not in self.table:
            return ()
        values = self._of_type(key, list, "a list of texts")
        if len(values) < least or not all(isinstance(value, str) for value in values):
            raise self.error(key, f"expected a list of {'one or more ' if least else ''}texts for {key}, found {values!r}")
        return tuple(values)

    def _flag(self, key: str) -> bool:
        return bool(self._of_type(key, bool, "true or false")) if key in self.table else False

    def _duration(self, key: str) -> int:
        return self._as_duration(key, self._text(key))

    def _as_duration(self, key: str, text: str) -> int:
        try:
            return parse_duration(text)
        except InputError as error:
            raise self.error(key, str(error), needle=text) from None

    def _one_of(self, key: str, allowed: list[str], value: str | None = None) -> str:
        value = self._text(key) if value is None else value
        if value not in allowed:
            near = difflib.get_close_matches(value, allowed, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise self.error(key, f'expected {key} to be one of {", ".join(allowed)}, found "{value}"{hint}')
        return value

    def _slippage(self) -> float | None:
        if "slippage_bps" not in self.table:
            return None
        value = float(self._of_type("slippage_bps", (int, float), "a number of basis points"))
        if not 0 <= value <= 1_000:
            raise self.error("slippage_bps", f"expected 0 to 1,000 basis points, found {value:g}")
        return value

    def _vary(self) -> tuple[tuple[str, tuple[float, ...]], ...]:
        if "vary" not in self.table:
            return ()
        table = self._of_type("vary", dict, "a table such as { period = [7, 14] }")
        total = 1
        for name, values in table.items():
            is_list = isinstance(values, list) and bool(values)
            if not is_list or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
                raise self.error("vary", f"expected a list of numbers for {name} in vary, found {values!r}")
            if len(set(values)) != len(values):
                raise self.error("vary", f"expected each value of {name} in vary once, found {values!r}")
            total *= len(values)
        if total > _MOST_VARIANTS:
            raise self.error("vary", f"expected at most {_MOST_VARIANTS:,} variants, found {total:,}")
        return tuple((name, tuple(values)) for name, values in table.items())

    def _targets(self) -> tuple[Target, ...]:
        if ("target" in self.table) == ("targets" in self.table):
            raise self.error("target", 'expected either target = "2R" or targets = [{ at = "1R", fraction = 0.5 }, ...]')
        if "target" in self.table:
            return (Target(self._text("target"), 1.0),)
        rows = self._of_type("targets", list, "a list of { at, fraction }")
        if not rows:
            raise self.error("targets", "expected at least one target, found none")
        targets = tuple(self._target(row) for row in rows)
        total = sum(target.fraction for target in targets)
        if abs(total - 1.0) > 1e-9:
            raise self.error("targets", f"expected the fractions of the targets to sum to 1, found {total:g}")
        return targets

    def _target(self, row: Any) -> Target:  # noqa: ANN401 - TOML's value
        if not isinstance(row, dict) or set(row) != {"at", "fraction"} or not isinstance(row["at"], str):
            raise self.error("targets", f'expected {{ at = "1R", fraction = 0.5 }}, found {row!r}')
        fraction = row["fraction"]
        if isinstance(fraction, bool) or not isinstance(fraction, int | float) or not 0 < fraction <= 1:
            raise self.error("targets", f"expected a fraction above 0 and at most 1, found {fraction!r}")
        return Target(row["at"], float(fraction))

    def _check_expressions(self, hypothesis: Hypothesis) -> None:
        names = {name for name, _ in hypothesis.vary}
        for key, text in hypothesis.expressions():
            for name in re.findall(r"\{([^{}]*)\}", text):
                if name not in names:
                    raise self.error(key, f'"{{{name}}}" has no values; add vary = {{ {name} = [...] }}', needle=text)
        used = {name for name in names for _, text in hypothesis.expressions() if f"{{{name}}}" in text}
        for name in names - used:
            raise self.error("vary", f'"{name}" stands in no expression; write {{{name}}} in one, or take it out of vary')
        for variant in variants(hypothesis):
            pairs = zip(hypothesis.expressions(), variant.expressions(), strict=True)
            for (key, written), (_, text) in pairs:
                self._check(key, written, text)

    def _check(self, key: str, written: str, text: str) -> None:
        if key == "targets" and (match := R_MULTIPLE.fullmatch(text)):
            if float(match[1]) <= 0:
                raise self.error("target", f'expected a multiple of R above 0, found "{text}"', needle=written)
            return
        read: Callable[[str], object] = parse_condition if key in {"entry", "confirm", "exit"} else parse_number
        try:
            read(text)
        except ExpressionError as error:
            key = "target" if key == "targets" and "target" in self.table else key
            raise self.error(key, error.message, needle=written, line=error.line, column=error.column) from None
