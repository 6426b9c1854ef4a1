"""`edgeproof data`: bring history in, list it, and certify it."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli import download
from edgeproof.cli.context import Context, command, new_app
from edgeproof.core.model.errors import InputError

if TYPE_CHECKING:
    from edgeproof.adapters.storage.importing.into_store import Imported
    from edgeproof.core.candles.quality import Certificate
    from edgeproof.core.model.instrument import Instrument
    from edgeproof.ports import CandleStore, Holding

_WIDE = 120
"""Columns of a terminal from which on sources and minutes are shown."""

app = new_app("Candles, funding and market trades: bring them in, list them, certify them.")
download.enter(app)

NO = 3
"""Exit status of a check that ran and whose answer is no."""


class FileKind(StrEnum):
    """What a file holds."""

    CANDLES = "candles"
    FUNDING = "funding"
    TRADES = "trades"


def open_store(home: Path) -> "CandleStore":
    """The candle store of a home folder."""
    from edgeproof.adapters.storage.parquet import ParquetStore  # noqa: PLC0415 - polars, which --help need not load

    if home.exists() and not home.is_dir():
        raise InputError(f"expected --home to be a folder, found a file: {home}")
    return ParquetStore(home / "data")


@command(app, "import")
def import_(
    context: Context,
    file: Annotated[Path, typer.Argument(help="A .csv or .parquet file.", show_default=False)],
    instrument: Annotated[str, typer.Option(help="BTC/USD:USD, PF_XBTUSD or BTCUSDT.P.", show_default=False)],
    kind: Annotated[FileKind, typer.Option(help="What the file holds.")] = FileKind.CANDLES,
    timeframe: Annotated[str, typer.Option(help="Of the candles in the file, or to make from its trades.")] = "1m",
    replace: Annotated[
        bool, typer.Option("--replace", help="Where rows contradict stored ones, take the new.")
    ] = False,
) -> None:
    """Bring a file into the store: bad rows are refused by line, importing twice changes nothing.

    Columns and time units are recognised. Rows need not be in time order. Candles made from market trades leave out
    the first and the last period, which the file may not cover entirely.
    """
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415
    from edgeproof.core.model.time import parse_duration  # noqa: PLC0415

    length = parse_duration(timeframe)
    named = parse_instrument(instrument)
    imported = import_file(open_store(context.home), file, named, FileKind(kind), length, replace=replace)
    if context.json:
        context.print_json({"imported": _import_document(imported)})
        return
    context.out.print(_import_text(imported), soft_wrap=True)


def import_file(  # noqa: PLR0913 - the words of the command, one by one
    store: "CandleStore", file: Path, instrument: "Instrument", kind: FileKind, timeframe: int, *, replace: bool = False
) -> "Imported":
    """Bring a file of any kind into a store."""
    from edgeproof.adapters.storage.importing import into_store  # noqa: PLC0415

    match kind:
        case FileKind.CANDLES:
            return into_store.import_candles(store, file, instrument, timeframe, replace=replace)
        case FileKind.FUNDING:
            return into_store.import_funding(store, file, instrument, replace=replace)
        case FileKind.TRADES:
            return into_store.import_trades(store, file, instrument, timeframe, replace=replace)


def _import_document(imported: "Imported") -> dict[str, object]:
    from edgeproof.cli.saved import saved_document  # noqa: PLC0415

    document: dict[str, object] = {
        "instrument": imported.instrument.unified,
        "kind": imported.kind,
        "rows": imported.rows,
        **saved_document(imported.saved),
    }
    return document if imported.candles is None else document | {"candles": saved_document(imported.candles)}


def _import_text(imported: "Imported") -> str:
    from edgeproof.cli.saved import saved_text  # noqa: PLC0415

    text = f"{imported.instrument} {imported.kind}: {imported.rows:,} rows read, {saved_text(imported.saved)}"
    return text if imported.candles is None else f"{text}; candles made of them: {saved_text(imported.candles)}"


@command(app, "list")
def list_(context: Context) -> None:
    """What the store holds."""
    holdings = open_store(context.home).holdings()
    if context.json:
        context.print_json({"series": [_holding_document(held) for held in holdings]})
        return
    if not holdings:
        context.out.print(f"No history in {context.home}: bring some in with edgeproof data import FILE --instrument I")
        return
    from rich.table import Table  # noqa: PLC0415

    is_wide = context.out.width >= _WIDE
    table = Table(box=None, pad_edge=False)
    for title in ("instrument", "what", "from", "to"):
        table.add_column(title, no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("coverage", justify="right", no_wrap=True)
    if is_wide:
        table.add_column("source", overflow="fold")
    for held in holdings:
        coverage = _coverage(held)
        cells = [
            held.instrument.unified,
            f"{held.kind} {_length(held)}".strip(),
            _moment(held.first)[: 16 if is_wide else 10],
            _moment(held.last)[: 16 if is_wide else 10],
            f"{held.rows:,}",
            "" if coverage is None else f"{coverage:.1%}",
        ]
        table.add_row(*cells, *([", ".join(held.sources)] if is_wide else []))
    context.out.print(table)


def _length(held: "Holding") -> str:
    from edgeproof.core.model.time import format_duration  # noqa: PLC0415

    return "" if held.timeframe is None else format_duration(held.timeframe)


def _moment(milliseconds: int) -> str:
    """A time for people: to the minute, UTC."""
    from edgeproof.core.model.time import format_time  # noqa: PLC0415

    return format_time(milliseconds)[:16].replace("T", " ")


def _coverage(held: "Holding") -> float | None:
    """Stored candles as a share of the grid from the first to the last."""
    return None if held.timeframe is None else held.rows / ((held.last - held.first) // held.timeframe + 1)


def _holding_document(held: "Holding") -> dict[str, object]:
    from edgeproof.core.model.time import format_time  # noqa: PLC0415

    return {
        "instrument": held.instrument.unified,
        "kind": held.kind,
        "timeframe": _length(held) or None,
        "rows": held.rows,
        "first": format_time(held.first),
        "last": format_time(held.last),
        "coverage": _coverage(held),
        "sources": list(held.sources),
    }


@command(app)
def check(
    context: Context,
    instrument: Annotated[
        str | None, typer.Argument(help="One instrument; all without it.", show_default=False)
    ] = None,
) -> None:
    """The data certificate: coverage, gaps, filled share, outliers, funding.

    Exit status 3 when a history is unfit: coverage below 95 %, fewer than two candles, or a price that never changes.
    """
    from edgeproof.core.candles.quality import certificate_document  # noqa: PLC0415

    certificates = certify(open_store(context.home), instrument)
    if context.json:
        context.print_json({"data": [certificate_document(each) for each in certificates]})
    else:
        for certificate in certificates:
            _print_certificate(context, certificate)
    if any(certificate.objections for certificate in certificates):
        raise typer.Exit(NO)


def certify(store: "CandleStore", instrument: str | None) -> list["Certificate"]:
    """The certificates of one instrument or all, each over its finest candles."""
    from edgeproof.core.candles.quality import make_certificate  # noqa: PLC0415
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415

    chosen = store.instruments() if instrument is None else (parse_instrument(instrument),)
    if not chosen:
        raise InputError("expected candles to check, found none: bring some in with edgeproof data import")
    certificates = []
    for each in chosen:
        candles = store.load_candles(each)
        held = [one for one in store.holdings() if one.instrument == each and one.timeframe == candles.timeframe]
        sources = held[0].sources if held else ()
        certificates.append(make_certificate(each.unified, candles, store.load_funding(each), sources=sources))
    return certificates


def _print_certificate(context: Context, certificate: "Certificate") -> None:
    from rich.table import Table  # noqa: PLC0415

    from edgeproof.core.model.time import format_duration  # noqa: PLC0415

    table = Table(show_header=False, title=certificate.instrument, title_justify="left")
    for name, value in _certificate_rows(certificate):
        table.add_row(name, value)
    context.out.print(table)
    if certificate.gaps:
        gaps = Table("longest gaps: from", "to", title_justify="left")
        gaps.add_column("candle to candle", justify="right")
        gaps.add_column("candles missing", justify="right")
        for gap in certificate.gaps[:5]:
            gaps.add_row(_moment(gap.start), _moment(gap.end), format_duration(gap.between), f"{gap.missing:,}")
        context.out.print(gaps)
    if certificate.outliers:
        outliers = Table("largest flash moves: candle")
        outliers.add_column("furthest", justify="right")
        outliers.add_column("close", justify="right")
        for each in sorted(certificate.outliers, key=lambda outlier: -abs(outlier.reach))[:5]:
            outliers.add_row(_moment(each.time), f"{each.reach:+.1%}", f"{each.change:+.1%}")
        context.out.print(outliers)
    for objection in certificate.objections:
        context.out.print(f"[red]unfit:[/red] {objection}", soft_wrap=True)


def _certificate_rows(certificate: "Certificate") -> list[tuple[str, str]]:
    from edgeproof.core.model.time import format_duration  # noqa: PLC0415

    return [
        ("source", ", ".join(certificate.sources)),
        ("base timeframe", format_duration(certificate.timeframe)),
        ("range", f"{_moment(certificate.start)} to {_moment(certificate.end)} UTC"),
        ("candles", f"{certificate.candles:,}"),
        ("missing", f"{certificate.missing:,} in {certificate.gap_count:,} gaps"),
        ("coverage", f"{certificate.coverage:.1%} (filled share {certificate.filled_share:.1%})"),
        ("zero volume", f"{certificate.zero_volume_share:.1%} of the candles"),
        ("flash moves", f"{certificate.outlier_count:,}"),
        ("funding", f"{certificate.funding}: {certificate.funding_reason}"),
    ]
