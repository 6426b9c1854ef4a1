"""Hypothesis files: TOML text to hypotheses, with errors that name file, line and column.

1. `read_tables` finds the tables and where they stand.
2. `_Table.read` takes key by key; a key that is wrong leaves an error behind and the next one is read, so that a file
   is mended in one go.
3. Every expression is parsed once for every variant; the error points into the text as it was written.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.model.errors import ExpressionError, HypothesisError, HypothesisErrors, InputError
from edgeproof.core.model.time import MINUTE, parse_duration
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis, Regime, Target, variants
from edgeproof.core.signals.source import Span, read_tables

R_MULTIPLE = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*R\s*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_REQUIRED = ("name", "timeframe", "direction", "family", "reason", "entry", "stop")
_OPTIONAL = (
    *("confirm", "target", "targets", "exit", "max_hold", "trail", "break_even", "expires_after", "regimes"),
    *("slippage_bps", "vary", "also"),
)
_KNOWN = (*_REQUIRED, *_OPTIONAL)
_DIRECTIONS = {direction.word: direction for direction in Direction}
_FAMILIES = {family.value: family for family in Family}
_MOST_VARIANTS = 10_000
_CONDITION_KEYS = frozenset({"entry", "confirm", "exit"})

T = TypeVar("T")


def read_hypotheses(text: str, file: str) -> tuple[Hypothesis, ...]:
    """The hypotheses of a TOML text; `file` names it in errors.

    Raises
    ------
    HypothesisErrors
        Naming every problem, when there is any; nothing is returned then.
    """
    return read_library(((file, text),))


def read_library(files: Iterable[tuple[str, str]]) -> tuple[Hypothesis, ...]:
    """The hypotheses of several files, each given as (name, text); names are unique over all of them.

    Raises
    ------
    HypothesisErrors
        Naming every problem in every file.
    """
    read: list[Hypothesis] = []
    errors: list[HypothesisError] = []
    first: dict[str, _Table] = {}
    for file, text in files:
        found: list[HypothesisError] = []
        try:
            tables = [_Table(span, table, found) for span, table in read_tables(text, file)]
        except HypothesisError as error:
            errors.append(error)
            continue
        for table in tables:
            read.append(table.read())
            table.refuse_double(first)
        errors += sorted(found, key=lambda error: (error.line, error.column))
    if errors:
        raise HypothesisErrors(tuple(errors))
    return tuple(read)


def _nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{near[0]}"?' if near else ""


@dataclass(frozen=True, slots=True)
class _Table:
    """One [[hypothesis]] table being read; what is wrong is added to `errors`."""

    span: Span
    table: Mapping[str, Any]
    errors: list[HypothesisError]
    broken: set[str] = field(default_factory=set)

    def error(self, key: str, problem: str, **place: Any) -> HypothesisError:  # noqa: ANN401 - passed on as it is
        name = self.table.get("name")
        of = f"{name}: " if isinstance(name, str) else ""
        return self.span.error(f"{of}{problem}", key=key, **place)

    def take(self, key: str, read: Callable[[], T], otherwise: T) -> T:
        """What `read` gives; when that is an error, it is kept and `otherwise` stands in until the end."""
        try:
            return read()
        except HypothesisError as error:
            self.errors.append(error)
            self.broken.add(key)
            return otherwise

    def read(self) -> Hypothesis:
        self._check_keys()
        timeframe = self._optional_duration("timeframe") or MINUTE
        hypothesis = Hypothesis(
            name=self.take("name", self._name, "?"),
            timeframe=timeframe,
            direction=_DIRECTIONS[self._word("direction", list(_DIRECTIONS))],
            family=_FAMILIES[self._word("family", list(_FAMILIES))],
            reason=self._text_or_nothing("reason"),
            entry=self._texts("entry", least=1),
            confirm=self._texts("confirm"),
            stop=self._text_or_nothing("stop"),
            targets=self.take("targets", self._targets, ()),
            exit=self._texts("exit"),
            max_hold=self._optional_duration("max_hold"),
            trail=self._text_or_nothing("trail") or None,
            break_even=self.take("break_even", self._flag, False),
            expires_after=self._optional_duration("expires_after") or timeframe,
            regimes=self.take("regimes", self._regimes, ()),
            slippage_bps=self.take("slippage_bps", self._slippage, None),
            vary=self.take("vary", self._vary, ()),
            also=self.take("also", self._also, ()),
        )
        if "vary" not in self.broken:
            self._check_expressions(hypothesis)
        return hypothesis

    def refuse_double(self, first: dict[str, "_Table"]) -> None:
        """Keep which table has a name first; an error when another had it before."""
        name = self.table.get("name")
        if not isinstance(name, str):
            return
        other = first.setdefault(name, self)
        if other is not self:
            there = other.error("name", "")
            place = f"{there.file}, line {there.line}"
            problem = f'expected each name once, found "{name}" also in {place}; rename one'
            self.errors.append(self.error("name", problem))

    def _check_keys(self) -> None:
        hints = {key: _nearest(key, _KNOWN) for key in self.table if key not in _KNOWN}
        for key, hint in hints.items():
            known = f"; known are {', '.join(_KNOWN)}"
            self.errors.append(self.error(key, f'unknown key "{key}"{hint or known}'))
        for key in _REQUIRED:
            # A key that is there but misspelt has been named above.
            if key not in self.table and not any(f'"{key}"' in hint for hint in hints.values()):
                self.errors.append(self.error("name", f'expected a key "{key}", found none'))

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

    def _text_or_nothing(self, key: str) -> str:
        return self.take(key, lambda: self._text(key), "") if key in self.table else ""

    def _name(self) -> str:
        name = self._text("name") if "name" in self.table else "?"
        if "name" in self.table and _NAME.fullmatch(name) is None:
            raise self.error("name", f'expected a name of letters, digits and _ . -, found "{name}"')
        return name

    def _texts(self, key: str, least: int = 0) -> tuple[str, ...]:
        return self.take(key, lambda: self._list_of_texts(key, least), ()) if key in self.table else ()

    def _list_of_texts(self, key: str, least: int = 0) -> tuple[str, ...]:
        amount = "one or more " if least else ""
        values = self._of_type(key, list, f"a list of {amount}texts")
        if len(values) < least or not all(isinstance(value, str) for value in values):
            raise self.error(key, f"expected a list of {amount}texts for {key}, found {values!r}")
        return tuple(values)

    def _flag(self) -> bool:
        return bool(self._of_type("break_even", bool, "true or false")) if "break_even" in self.table else False

    def _optional_duration(self, key: str) -> int | None:
        if key not in self.table:
            return None
        return self.take(key, lambda: self._as_duration(key, self._text(key)), None)

    def _as_duration(self, key: str, text: str) -> int:
        try:
            return parse_duration(text)
        except InputError as error:
            raise self.error(key, str(error), needle=text) from None

    def _word(self, key: str, allowed: list[str]) -> str:
        if key not in self.table:
            return allowed[0]
        return self.take(key, lambda: self._one_of(key, allowed, self._text(key)), allowed[0])

    def _one_of(self, key: str, allowed: Iterable[str], value: str) -> str:
        words = list(allowed)
        if value not in words:
            problem = f'expected {key} to be one of {", ".join(words)}, found "{value}"{_nearest(value, words)}'
            raise self.error(key, problem, needle=value)
        return value

    def _regimes(self) -> tuple[Regime, ...]:
        words = self._list_of_texts("regimes") if "regimes" in self.table else ()
        return tuple(Regime(self._one_of("regimes", Regime, word)) for word in words)

    def _also(self) -> tuple[int, ...]:
        texts = self._list_of_texts("also") if "also" in self.table else ()
        return tuple(self._as_duration("also", text) for text in texts)

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
            raise self.error(
                "target", 'expected either target = "2R" or targets = [{ at = "1R", fraction = 0.5 }, ...]'
            )
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
        expressions = [(key, text) for key, text in hypothesis.expressions() if text]
        names = [name for name, _ in hypothesis.vary]
        unfilled = {text for key, text in expressions if self._has_unknown_placeholder(key, text, names)}
        for name in names:
            if not any(f"{{{name}}}" in text for _, text in expressions):
                problem = f'"{name}" stands in no expression; write {{{name}}} in one, or take it out of vary'
                self.errors.append(self.error("vary", problem))
        wrong: set[str] = set(unfilled)
        # Variants that share an expression need it checked once.
        distinct = dict.fromkeys(
            (key, written, text)
            for variant in variants(hypothesis)
            for (key, written), (_, text) in zip(hypothesis.expressions(), variant.expressions(), strict=True)
        )
        for key, written, text in distinct:
            # One error an expression: its other variants would mostly repeat it.
            if written and written not in wrong and not self._is_fine(key, written, text):
                wrong.add(written)

    def _has_unknown_placeholder(self, key: str, text: str, names: list[str]) -> bool:
        unknown = [name for name in _PLACEHOLDER.findall(text) if name not in names]
        for name in unknown:
            problem = f'"{{{name}}}" has no values; add vary = {{ {name} = [...] }}'
            column = text.index(f"{{{name}}}") + 1
            self.errors.append(self.error(self._key(key), problem, needle=text, column=column))
        return bool(unknown)

    def _key(self, key: str) -> str:
        return "target" if key == "targets" and "target" in self.table else key

    def _is_fine(self, key: str, written: str, text: str) -> bool:
        before = len(self.errors)
        self.take(key, lambda: self._check(key, written, text), None)
        return len(self.errors) == before

    def _check(self, key: str, written: str, text: str) -> None:
        if key == "targets" and (match := R_MULTIPLE.fullmatch(text)):
            if float(match[1]) <= 0:
                problem = f'expected a multiple of R above 0, found "{text}"'
                raise self.error(self._key(key), problem, needle=written)
            return
        read: Callable[[str], object] = parse_condition if key in _CONDITION_KEYS else parse_number
        try:
            read(text)
        except ExpressionError as error:
            raise self.error(
                self._key(key), error.message, needle=written, line=error.line, column=error.column
            ) from None
