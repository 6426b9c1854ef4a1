"""Settings: `edgeproof.toml` to one frozen value, validated once.

Every setting has a default, so that no file is needed. A key nobody knows is an error with the nearest known name:
a misspelt cost must not quietly become the default.
"""

import difflib
import os
import tomllib
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError

from edgeproof.config.lines import line_of
from edgeproof.config.notify import NotifySettings
from edgeproof.config.secrecy import check_mode
from edgeproof.config.values import (
    OR_OFF,
    Fraction,
    Instruments,
    Limit,
    Number,
    Ratio,
    Section,
    UpToADay,
    UpToAMonth,
    Whole,
    number,
    whole,
    wrong,
)
from edgeproof.config.web import WebSettings
from edgeproof.core.model.errors import InputError
from edgeproof.core.risk.limits import RiskLimits


class CostSettings(Section):
    """Fees as fractions of notional. Slippage has its table by timeframe; a hypothesis may state its own."""

    taker: Fraction = 0.0005
    maker: Annotated[float, Field(gt=-0.01, lt=1)] = 0.0002


class ValidationSettings(Section):
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


_LIMITS = RiskLimits()


class RiskSettings(Section):
    """The limits of risk by their names (core/risk/limits.py says what each is). False switches one off, where it can.

    Fractions are fractions (0.02), spans of time are words ("4h"), the whitelist takes any spelling of an instrument.
    """

    risk_fraction: Number = _LIMITS.risk_fraction
    max_open_risk: Annotated[Number | None, OR_OFF] = _LIMITS.max_open_risk
    max_positions: Annotated[Whole | None, OR_OFF] = _LIMITS.max_positions
    max_signals_per_position: Annotated[Whole | None, OR_OFF] = _LIMITS.max_signals_per_position
    may_oppose: bool = _LIMITS.may_oppose
    whitelist: Annotated[Instruments | None, OR_OFF] = _LIMITS.whitelist
    min_size_share: Annotated[Number | None, OR_OFF] = _LIMITS.min_size_share
    max_notional: Annotated[Number | None, OR_OFF] = _LIMITS.max_notional
    max_leverage: Annotated[Number | None, OR_OFF] = _LIMITS.max_leverage
    max_margin_share: Annotated[Number | None, OR_OFF] = _LIMITS.max_margin_share
    max_btc_beta: Annotated[Number | None, OR_OFF] = _LIMITS.max_btc_beta
    max_correlation: Annotated[Ratio | None, OR_OFF] = _LIMITS.max_correlation
    halve_correlation: Annotated[Ratio | None, OR_OFF] = _LIMITS.halve_correlation
    correlation_window: Whole = _LIMITS.correlation_window
    min_observations: Whole = _LIMITS.min_observations
    warn_loss: Annotated[Number | None, OR_OFF] = _LIMITS.warn_loss
    no_entries_loss: Annotated[Number | None, OR_OFF] = _LIMITS.no_entries_loss
    flatten_loss: Annotated[Number | None, OR_OFF] = _LIMITS.flatten_loss
    reset_hour: Whole = _LIMITS.reset_hour
    max_drawdown: Annotated[Number | None, OR_OFF] = _LIMITS.max_drawdown
    loss_streak: Annotated[Whole | None, OR_OFF] = _LIMITS.loss_streak
    cooldown: UpToAMonth = _LIMITS.cooldown
    max_orders_a_minute: Annotated[Whole | None, OR_OFF] = _LIMITS.max_orders_a_minute
    max_price_age: Annotated[UpToADay | None, OR_OFF] = _LIMITS.max_price_age
    kelly_multiplier: Annotated[Ratio | None, OR_OFF] = _LIMITS.kelly_multiplier

    def limits(self) -> RiskLimits:
        """The limits; an `InputError` with a line a problem where they cannot be meant."""
        return RiskLimits(**{name: getattr(self, name) for name in type(self).model_fields})


def _within(value: object, is_within: Callable[[Decimal], bool], expected: str) -> Decimal:
    found = number(value)
    if not is_within(found):
        raise wrong(expected, value)
    return found


class PaperSettings(Section):
    """What paper trading begins with (USD), how long an order takes to the venue, and the spread it assumes.

    `spread` is a fraction of price, used where no book is subscribed.
    """

    equity: Annotated[
        Decimal, BeforeValidator(lambda value: _within(value, lambda number: number > 0, "a number above 0"))
    ] = Decimal(10_000)
    latency_ms: Annotated[
        int,
        BeforeValidator(
            lambda value: _within(whole(value), lambda number: 0 <= number <= 60_000, "a whole number from 0 to 60000")
        ),
    ] = 150
    spread: Annotated[
        float,
        BeforeValidator(
            lambda value: float(_within(value, lambda number: 0 <= number < 1, "a number from 0 to below 1"))
        ),
    ] = 0.0005


class JournalSettings(Section):
    """Where sessions write down what they did: journal.db in the home, unless a URL names another place.

    `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/DATABASE`; secret because of the password.
    """

    url: SecretStr | None = None


class Settings(Section):
    """Everything a user can set."""

    costs: CostSettings = CostSettings()
    validation: ValidationSettings = ValidationSettings()
    risk: RiskSettings = RiskSettings()
    paper: PaperSettings = PaperSettings()
    journal: JournalSettings = JournalSettings()
    notify: NotifySettings = NotifySettings()
    web: WebSettings = WebSettings()


def load_settings(path: Path) -> Settings:
    """The settings of a TOML file; the defaults when there is none.

    Raises
    ------
    InputError
        It cannot be read, says what cannot be meant, or holds a password and is not its owner's alone.
    """
    try:
        with path.open(encoding="utf-8") as file:
            # Held open, so that what is checked is what is read.
            found, text = os.fstat(file.fileno()), file.read()
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    try:
        settings = Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: this is not TOML: {error}") from None
    except ValidationError as error:
        problems = (_problem(each["loc"], each["msg"], each["input"], text) for each in error.errors())
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems)) from None
    try:
        settings.risk.limits()
    except InputError as error:
        raise risk_error(path, error) from None
    url = settings.journal.url
    check_mode(path, found, None if url is None else url.get_secret_value())
    return settings


def risk_error(path: Path, error: InputError) -> InputError:
    """What is wrong with limits of risk, each problem with the line of the settings file that says it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    found = []
    for problem in str(error).splitlines():
        name, _, words = problem.partition(": ")
        found.append(f"{path}: line {line_of(('risk', name), text)}: risk.{name}: {words}")
    return InputError("\n".join(found))


def _problem(place: tuple[int | str, ...], message: str, found: object, text: str) -> str:
    key = ".".join(str(part) for part in place)
    line = line_of(place, text)
    if "Extra inputs" not in message:
        said = "" if "found" in message or may_be_secret(place) else f", found {found!r}"
        return f"line {line}: {key}: {message.removeprefix('Value error, ')}{said}"
    near = difflib.get_close_matches(key, _known_keys(Settings), n=1, cutoff=0.4)
    hint = f'; did you mean "{near[0]}"?' if near else f"; known are {', '.join(_known_keys(Settings))}"
    return f'line {line}: unknown key "{key}"{hint}'


def may_be_secret(place: Sequence[int | str]) -> bool:
    """Whether what stands at a place of the settings may be a secret, or hold one: it is never repeated."""
    return place[0] == "journal" or bool(_SECRET & set(place))


_SECRET = {"token", "url", "urls", "secret", "password"}


def _known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        inner: object = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            keys += _known_keys(inner, f"{prefix}{name}.")
        else:
            keys.append(f"{prefix}{name}")
    return keys
