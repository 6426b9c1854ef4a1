"""The names of the language, and how an indicator is declared.

An indicator is one Python function from its parameters to a node. Its signature is its declaration: the annotations
`Source`, `Condition`, `Period`, `Number` and `Text` say what the language may pass, defaults may be left out, and the
docstring's first line is the help. Values are checked here, once, for every indicator:

    @indicator(family="volatility", source="J. Welles Wilder, New Concepts in Technical Trading Systems, 1978")
    def atr(period: Period = 14) -> Node:
        '''Average true range: Wilder's smoothing of the true range.'''
        return rma(true_range(), period)
"""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

from edgeproof.core.indicators.node import Constant, Kind, Node
from edgeproof.core.model.errors import InputError

Source = Annotated[Node, "series"]
Condition = Annotated[Node, "condition"]
Period = Annotated[int, "whole number >= 1"]
Number = Annotated[float, "number"]
Text = Annotated[str, "text in quotes"]

Argument = Node | str
Value = Node | float | int | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an indicator: what it takes and its default (`inspect.Parameter.empty` when required)."""

    name: str
    takes: str
    default: Any

    @property
    def is_required(self) -> bool:
        """Whether it has no default."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Indicator:
    """A name of the language: how to call it, what it is, where it comes from."""

    name: str
    build: Callable[..., Node]
    parameters: tuple[Parameter, ...]
    family: str
    source: str
    summary: str

    @property
    def signature(self) -> str:
        """As users write it: `bb_lower(source=close, period=20, width=2.0)`."""
        return f"{self.name}({', '.join(_shown(parameter) for parameter in self.parameters)})"


def _shown(parameter: Parameter) -> str:
    if parameter.is_required:
        return parameter.name
    default = parameter.default
    return f"{parameter.name}={getattr(default, 'name', default)}"


_Build = TypeVar("_Build", bound=Callable[..., Node])

_REGISTRY: dict[str, Indicator] = {}
INDICATORS: Mapping[str, Indicator] = MappingProxyType(_REGISTRY)
"""Every indicator by name; filled by importing `edgeproof.core.indicators`."""


def indicator(*, family: str, source: str = "") -> Callable[[_Build], _Build]:
    """Enter the decorated function under its own name."""

    def enter(build: _Build) -> _Build:
        signature = inspect.signature(build)
        parameters = tuple(
            Parameter(p.name, p.annotation.__metadata__[0], p.default) for p in signature.parameters.values()
        )
        name = build.__name__.rstrip("_")
        if name in _REGISTRY:
            raise InputError(f'expected one indicator named "{name}", found a second')
        summary = (build.__doc__ or "").strip().splitlines()[0]
        _REGISTRY[name] = Indicator(name, build, parameters, family, source, summary)
        return build

    return enter


def call(entry: Indicator, arguments: tuple[Argument, ...], keywords: Mapping[str, Argument]) -> Node:
    """The node of an indicator called with arguments; an `InputError` names the one that does not fit."""
    values = dict(zip((p.name for p in _positions(entry, arguments)), arguments, strict=False))
    if len(arguments) > len(values):
        raise InputError(
            f"{entry.name} takes at most {len(entry.parameters)} arguments, found {len(arguments)}; "
            f"write {entry.signature}"
        )
    known = {parameter.name for parameter in entry.parameters}
    for name, value in keywords.items():
        if name not in known or name in values:
            problem = "given twice" if name in values else "not known"
            raise InputError(f'{entry.name} has an argument "{name}" that is {problem}; write {entry.signature}')
        values[name] = value
    given = {p.name: _checked(entry, p, values[p.name]) for p in entry.parameters if p.name in values}
    missing = [p.name for p in entry.parameters if p.is_required and p.name not in given]
    if missing:
        raise InputError(f"{entry.name} needs {' and '.join(missing)}; write {entry.signature}")
    return _built(entry.build, tuple(given.items()))


@lru_cache(maxsize=65536)
def _built(build: Callable[..., Node], given: tuple[tuple[str, Value], ...]) -> Node:
    return build(**dict(given))


def _positions(entry: Indicator, arguments: tuple[Argument, ...]) -> tuple[Parameter, ...]:
    """Which parameters the positional arguments fill: a leading source that has a default may be left out."""
    parameters = entry.parameters
    if not arguments or not parameters:
        return parameters
    first = parameters[0]
    leads_with_source = first.takes == "series" and not first.is_required
    if leads_with_source and isinstance(arguments[0], Constant):
        return parameters[1:]
    return parameters


def _checked(entry: Indicator, parameter: Parameter, value: Argument) -> Value:
    where = f"{parameter.name} of {entry.name}"
    match parameter.takes:
        case "text in quotes":
            if isinstance(value, str):
                return value
            raise InputError(f'expected text in quotes for {where}, such as "1h"')
        case "series" | "condition" as takes:
            kind = Kind.NUMBER if takes == "series" else Kind.CONDITION
            if not isinstance(value, str) and value.kind is kind:
                return value
            found = f'text "{value}"' if isinstance(value, str) else f"a {value.kind}"
            raise InputError(f"expected a {kind} for {where}, found {found}")
        case _:
            return _checked_number(parameter, value, where)


def _checked_number(parameter: Parameter, value: Argument, where: str) -> float | int:
    if not isinstance(value, Constant) or not math.isfinite(value.value):
        raise InputError(f"expected a {parameter.takes} written out for {where}")
    if parameter.takes == "number":
        return value.value
    if value.value != int(value.value) or not 1 <= value.value <= 1_000_000:
        raise InputError(f"expected a {parameter.takes} (at most 1,000,000) for {where}, found {value.value:g}")
    return int(value.value)
