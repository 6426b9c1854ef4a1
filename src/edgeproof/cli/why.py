"""`edgeproof why`: what became of a signal, by which rule, and all that was looked at."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgeproof.core.model.signal import Decision
    from edgeproof.ports import Journal
    from edgeproof.services.traded import Traded

NEWEST = 20
_CANDIDATES = 10


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
        from edgeproof.services.notifying.tally import deliveries_of  # noqa: PLC0415
        from edgeproof.services.traded import traded_of  # noqa: PLC0415

        if id_ is None:
            return _list(context, [each.record.decision for each in journal.last(Decided, NEWEST)])
        found = [each.record.decision for each in journal.decisions(id_.strip().lower())]
        decision = _only(id_, found)
        traded = traded_of(journal, decision.signal)
        told = deliveries_of(journal, decision.signal.id, decision.signal.time)
        waits = _waits(journal, decision) if traded is None else None
    return _explain(context, decision, traded, told, waits)


def _only(begins: str, found: "Sequence[Decision]") -> "Decision":
    from edgeproof.cli.scan_lines import moment_text  # noqa: PLC0415
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415

    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f'no signal has an id that begins with "{begins}"; edgeproof why lists the newest')
    lines = [
        f"  {each.signal.id}  {moment_text(each.signal.time)}  {each.signal.instrument}  {each.signal.hypothesis}"
        for each in found[-_CANDIDATES:]
    ]
    more = f"\n  and {len(found) - _CANDIDATES} older" if len(found) > _CANDIDATES else ""
    words = "\n".join(reversed(lines))
    raise InputError(f'{len(found)} signals have an id that begins with "{begins}"; say more of it:\n{words}{more}')


def _explain(
    context: Context,
    decision: "Decision",
    traded: "Traded | None",
    told: "Sequence[Mapping[str, Any]]",
    waits: str | None,
) -> None:
    if context.json:
        from edgeproof.services.signal_document import decision_document  # noqa: PLC0415
        from edgeproof.services.trading_document import traded_document  # noqa: PLC0415

        trading = None if traded is None else traded_document(traded)
        context.print_json({**decision_document(decision), "trading": trading, "waits": waits, "notifications": told})
        return
    from edgeproof.cli.decision_view import decision_view  # noqa: PLC0415
    from edgeproof.cli.traded_view import traded_view  # noqa: PLC0415

    context.out.print(decision_view(decision, context.out.width))
    for part in [] if traded is None else traded_view(traded, context.out.width):
        context.out.print(part)
    if waits is not None:
        context.out.print(f"\nwaits {waits}", soft_wrap=True)
    if told:
        context.out.print("\ntold", style="dim")
    for each in told:
        context.out.print(f"  {_told_line(each)}", soft_wrap=True, markup=False)


def _waits(journal: "Journal", decision: "Decision") -> str | None:
    from edgeproof.services.asking_first import offers_of, waits_text  # noqa: PLC0415 - see above

    signal = decision.signal
    if signal.id not in offers_of(journal):
        return None
    return waits_text(journal, signal, f"edgeproof take {signal.id[:8]}, or edgeproof skip {signal.id[:8]}")


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
