"""Settings: `edgeproof.toml` to one frozen value, validated once.

Every setting has a default, so that no file is needed. A key nobody knows is an error with the nearest known name:
a misspelt cost must not quietly become the default.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from edgeproof.core.model.errors import InputError

Fraction = Annotated[float, Field(ge=0, lt=1)]


def _limit(value: object) -> float | None:
    if value is None or value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ValueError(f"expected a number above 0, or false to switch the limit off, found {value!r}")
    return float(value)


Limit = Annotated[float | None, BeforeValidator(_limit)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class CostSettings(_Section):
    """Fees as fractions of notional. Slippage has its table by timeframe; a hypothesis may state its own."""

    taker: Fraction = 0.0005
    maker: Annotated[float, Field(gt=-0.01, lt=1)] = 0.0002


class ValidationSettings(_Section):
    """What a signal may not exceed to be told. False switches a limit off.

    `max_cost_r`: costs of a round trip in R. `min_stop_bps`: the distance of the stop, `max_spread_bps`: the quoted
    spread, both in basis points of price. `max_funding`: the rate against the position, a fraction a funding period.
    `max_quiet`: the share of the last hour's minutes without a trade. `within_regimes`: only in the regimes a
    hypothesis declares.
    """

    max_cost_r: Limit = 0.5
    min_stop_bps: Limit = 5.0
    max_spread_bps: Limit = 20.0
    max_funding: Limit = 0.0005
    max_quiet: Limit = 0.5
    within_regimes: bool = False


class JournalSettings(_Section):
    """Where sessions write down what they did: journal.db in the home, unless a URL names another place.

    `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`; secret because of the password.
    """

    url: SecretStr | None = None


class Settings(_Section):
    """Everything a user can set."""

    costs: CostSettings = CostSettings()
    validation: ValidationSettings = ValidationSettings()
    journal: JournalSettings = JournalSettings()


def load_settings(path: Path) -> Settings:
    """The settings of a TOML file; the defaults when there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: this is not TOML: {error}") from None
    except ValidationError as error:
        problems = (_problem(each["loc"], each["msg"], text) for each in error.errors())
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems)) from None


def _problem(place: tuple[int | str, ...], message: str, text: str) -> str:
    key = ".".join(str(part) for part in place)
    line = _line_of(str(place[-1]), text)
    if "Extra inputs" not in message:
        return f"line {line}: {key}: {message}"
    near = difflib.get_close_matches(key, _known_keys(Settings), n=1, cutoff=0.4)
    hint = f'; did you mean "{near[0]}"?' if near else f"; known are {', '.join(_known_keys(Settings))}"
    return f'line {line}: unknown key "{key}"{hint}'


def _known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        inner: object = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys += _known_keys(inner, f"{prefix}{name}.")
        else:
            keys.append(f"{prefix}{name}")
    return keys


def _line_of(key: str, text: str) -> int:
    lines = text.splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip().lstrip("[").startswith(key)), 1)
