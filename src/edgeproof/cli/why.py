"""`edgeproof why`: what became of a signal, by which rule, and all that was looked at."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgeproof.core.model.signal import Decision
    from edgeproof.services.explained import Explained

NEWEST = 20


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(why)


def why(
    context: Context,
    id_: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", help="Of a signal, or the beginning of it [default: list the newest]", show_default=False
        ),
    ] = None,
) -> None:
    """Say why a signal met its fate: every rule with value and limit, every condition, candles, market, record.

    And what trading made of it: its size, the orders, the result with its costs. Without an ID the newest decisions are
    listed.
    """
    from edgeproof.bootstrap.asking import kept_journal  # noqa: PLC0415 - heavy parts load when a command runs

    with kept_journal(context.home, context.config) as journal:
        from edgeproof.core.model.journal import Decided  # noqa: PLC0415
        from edgeproof.services.explained import decisions_called, explained, the_only  # noqa: PLC0415

        if id_ is None:
            return _list(context, [each.record.decision for each in journal.last(Decided, NEWEST)])
        found = explained(journal, the_only(id_, decisions_called(journal, id_)))
    return _explain(context, found)


def _explain(context: Context, found: "Explained") -> None:
    if context.json:
        context.print_json(found.document())
        return
    from edgeproof.cli.decision_view import decision_view  # noqa: PLC0415 - see above
    from edgeproof.cli.traded_view import traded_view  # noqa: PLC0415

    context.out.print(decision_view(found.decision, context.out.width))
    for part in [] if found.traded is None else traded_view(found.traded, context.out.width):
        context.out.print(part)
    if found.waits is not None:
        context.out.print(f"\nwaits {found.waits}", soft_wrap=True)
    if found.told:
        context.out.print("\ntold", style="dim")
    for each in found.told:
        context.out.print(f"  {_told_line(each)}", soft_wrap=True, markup=False)


def _told_line(told: "Mapping[str, Any]") -> str:
    from edgeproof.services.figures import span_text  # noqa: PLC0415 - see above

    latency, reason = told["latency_ms"], told["reason"]
    when = "" if latency is None else f", {span_text(latency)} after the close"
    why_ = "" if reason is None else f": {reason}"
    return f"{told['channel']}  {told['title']}: {told['fate'].replace('_', ' ')}{when}{why_}"


def _list(context: Context, decisions: "Sequence[Decision]") -> None:
    if context.json:
        from edgeproof.services.signal_document import decision_document  # noqa: PLC0415

        context.print_json({"decisions": [decision_document(each) for each in decisions]})
        return
    from edgeproof.cli.scan_view import decision_lines  # noqa: PLC0415

    if not decisions:
        context.out.print("nothing was decided yet; edgeproof scan watches for signals")
        return
    names = {each.signal.instrument: each.signal.instrument.unified for each in decisions}
    for line in decision_lines(decisions, names, context.out.width):
        context.out.print(line)
    context.out.print("All about one of them: edgeproof why ID (the beginning of it is enough)", style="dim")
