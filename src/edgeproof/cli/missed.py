"""`edgeproof missed`: the closes that were not evaluated in time, why, and which signals fired on them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.core.model.instrument import Instrument
    from edgeproof.core.model.journal import CloseMissed

SHOWN = 20


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(missed)


def missed(
    context: Context,
    since: Annotated[
        str | None,
        typer.Option("--since", help="A time (UTC), or how long ago, such as 24h [default: all].", show_default=False),
    ] = None,
) -> None:
    """List closes that were evaluated too late, by reason, with the signals that fired on them; and what is untold.

    Each of them was evaluated all the same, and its signals have their fates: edgeproof why ID.
    """
    from edgeproof.bootstrap.asking import kept_journal  # noqa: PLC0415 - heavy parts load when a command runs
    from edgeproof.core.model.journal import CloseMissed  # noqa: PLC0415
    from edgeproof.services.notifying.outbox import waiting_in  # noqa: PLC0415

    with kept_journal(context.home, context.config) as journal:
        start = None if since is None else _moment(since, journal.taken_until())
        found = [each.record for each in journal.read(CloseMissed, start=start)]
        untold = waiting_in(journal)
    if context.json:
        waits = [{"channel": each.channel, "title": each.message.title, "because": each.because} for each in untold]
        context.print_json({**_document(found), "untold": waits})
        return
    _print(context, found)
    for each in untold:
        why = f": {each.because}" if each.because else ""
        context.out.print(f"not told yet by {each.channel}: {each.message.title}{why}", soft_wrap=True, markup=False)


def _moment(text: str, taken: "Mapping[Instrument, int]") -> int:
    """The time that is meant; how long ago counts from the last candle taken in, which is the venue's time."""
    from edgeproof.bootstrap.live import system_clock  # noqa: PLC0415
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415
    from edgeproof.core.model.time import parse_duration, parse_time  # noqa: PLC0415

    try:
        return max(taken.values(), default=system_clock().now()) - parse_duration(text)
    except InputError:
        pass
    try:
        return parse_time(text)
    except InputError:
        raise InputError(
            f'--since: expected how long ago, such as 24h, or a time such as 2025-05-01T10:30Z, found "{text}"'
        ) from None


def _document(found: "Sequence[CloseMissed]") -> dict[str, Any]:
    from edgeproof.core.model.time import format_time  # noqa: PLC0415 - see above

    return {
        "closes": len(found),
        "by_reason": dict(Counter(each.reason for each in found)),
        "signals": sum(len(each.signals) for each in found),
        "missed": [
            {
                "close_time": format_time(each.at),
                "instrument": each.instrument.unified,
                "reason": each.reason,
                "evaluated_at": format_time(each.evaluated_at),
                "signals": each.signals,
            }
            for each in found
        ],
    }


def _print(context: Context, found: "Sequence[CloseMissed]") -> None:
    from rich.table import Table  # noqa: PLC0415 - see above

    from edgeproof.cli.stretches import stretches  # noqa: PLC0415
    from edgeproof.services.figures import (  # noqa: PLC0415
        clock_text,
        moment_text,
        span_text,  # noqa: PLC0415
    )
    from edgeproof.services.record_words import LATE_REASONS  # noqa: PLC0415

    if not found:
        context.out.print("every close was evaluated in time")
        return
    for reason, count in Counter(each.reason for each in found).most_common():
        context.out.print(f"{count:,} {reason}: {LATE_REASONS.get(reason, reason)}")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("closes", "instrument", "count", "reason", "late by", "signals"):
        table.add_column(title, no_wrap=title != "signals", overflow="fold")
    together = stretches(found)
    for each in together[-SHOWN:]:
        last = f" to {clock_text(each.last.at)[:5]}" if each.closes > 1 else ""
        late = span_text(max(0, each.first.evaluated_at - each.first.at))
        when = f"{moment_text(each.first.at)[5:16]}{last}"
        signals = " ".join(signal[:6] for signal in each.signals)
        table.add_row(when, each.first.instrument.unified, f"{each.closes:,}", each.first.reason, late, signals)
    context.out.print()
    context.out.print(table)
    if len(together) > SHOWN:
        context.out.print(f"and {len(together) - SHOWN} earlier; all of them: --json", style="dim")
