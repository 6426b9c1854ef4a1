"""`edgeproof status`: is a session running, what did the last one do, and what is known up to now."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.core.model.instrument import Instrument
    from edgeproof.core.model.journal import ParityRun, SessionBegan, SessionEnded
    from edgeproof.core.model.signal import Decision
    from edgeproof.ports import Journal
    from edgeproof.services.notifying.tally import ChannelTally
    from edgeproof.services.trading_view import TradingView

_LAST = 5


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a journal says of the sessions of its home. `today` is the UTC day of the last candle."""

    held_by: str | None
    began: "SessionBegan | None"
    ended: "SessionEnded | None"
    taken_until: "Mapping[Instrument, int]"
    today: Mapping[str, int]
    missed_today: int
    last: "Sequence[Decision]"
    parity: "ParityRun | None"
    trading: "TradingView | None" = None
    told: "Sequence[ChannelTally]" = ()

    @property
    def state(self) -> str:
        """In a word: running, ended, killed, or none."""
        if self.held_by is not None:
            return "running"
        if self.began is None:
            return "none"
        return "killed" if self.ended is None else "ended"


def status(context: Context) -> None:
    """Say whether a session runs, what it watches and took in, what became of today's signals, how trading stands."""
    # Heavy parts load when it runs.
    from edgeproof.bootstrap.asking import held_by, kept_journal, kept_trading  # noqa: PLC0415
    from edgeproof.bootstrap.live import system_clock  # noqa: PLC0415
    from edgeproof.services.notifying.tally import tally_of_day  # noqa: PLC0415

    with kept_journal(context.home, context.config) as journal:
        trading = kept_trading(journal, context.config)
        told = tally_of_day(journal, system_clock().now())
        answer = replace(look(journal, held_by(context.home)), trading=trading, told=told)
    if context.json:
        context.print_json(_document(answer))
    else:
        _print(context, answer)


def look(journal: "Journal", holder: str | None) -> Answer:
    """What a journal says."""
    from edgeproof.core.model.journal import CloseMissed, Decided, ParityRun, SessionBegan, SessionEnded  # noqa: PLC0415
    from edgeproof.core.model.time import DAY  # noqa: PLC0415

    began = next((each.record for each in journal.last(SessionBegan, 1)), None)
    ended = next((each.record for each in journal.last(SessionEnded, 1)), None)
    taken = journal.taken_until()
    last = [each.record.decision for each in journal.last(Decided, _LAST)]
    times = [*taken.values(), *(each.signal.time for each in last)]
    start = max(times, default=0) // DAY * DAY
    return Answer(
        held_by=holder,
        began=began,
        ended=ended if began is not None and ended is not None and ended.session == began.session else None,
        taken_until=taken,
        today=Counter(each.record.decision.fate.value for each in journal.read(Decided, start=start)),
        missed_today=sum(1 for _ in journal.read(CloseMissed, start=start)),
        last=last,
        parity=next((each.record for each in journal.last(ParityRun, 1)), None),
    )


def _document(answer: Answer) -> dict[str, Any]:
    from edgeproof.core.model.time import format_time  # noqa: PLC0415 - see above
    from edgeproof.services.signal_document import decision_document  # noqa: PLC0415
    from edgeproof.services.trading_document import trading_document  # noqa: PLC0415

    began, ended, parity = answer.began, answer.ended, answer.parity
    session = None
    if began is not None:
        session = {
            "id": began.session,
            "command": began.command,
            "venue": began.venue,
            "version": began.version,
            "began": format_time(began.at),
            "ended": None if ended is None else format_time(ended.at),
            "reason": None if ended is None else ended.reason,
            "hypotheses": len(began.hypotheses),
        }
    return {
        "state": answer.state,
        "held_by": answer.held_by,
        "session": session,
        "taken_until": {each.unified: format_time(time) for each, time in answer.taken_until.items()},
        "today": dict(answer.today),
        "missed_today": answer.missed_today,
        "last_signals": [decision_document(each) for each in answer.last],
        "parity": None
        if parity is None
        else {
            "at": format_time(parity.at),
            "start": format_time(parity.start),
            "end": format_time(parity.end),
            "unexplained": parity.unexplained,
        },
        "trading": None if answer.trading is None else trading_document(answer.trading),
        "notifications": [each.document() for each in answer.told],
    }


def _print(context: Context, answer: Answer) -> None:
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415

    from edgeproof.cli.positions import print_offers  # noqa: PLC0415
    from edgeproof.cli.scan_view import decision_lines  # noqa: PLC0415
    from edgeproof.cli.trading_lines import account_lines, exposure_lines  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, text in _lines(answer):
        table.add_row(Text(name, "dim"), Text(text))
    context.out.print(table)
    if answer.trading is not None:
        found = exposure_lines(answer.trading, context.out.width)
        heading = [] if found.heading is None else [found.heading]
        context.out.print()
        for line in [*account_lines(answer.trading, context.out.width), *heading, *(each[0] for each in found.entries)]:
            context.out.print(line)
        print_offers(context, answer.trading)
    if answer.last:
        context.out.print()
        context.out.print("the last signals (more of one: edgeproof why ID)", style="dim")
        names = {each.signal.instrument: each.signal.instrument.unified for each in answer.last}
        for line in decision_lines(answer.last, names, context.out.width):
            context.out.print(line)


def _lines(answer: Answer) -> list[tuple[str, str]]:
    from edgeproof.services.figures import moment_text  # noqa: PLC0415 - see above

    lines = [("session", _state_text(answer))]
    if (began := answer.began) is not None:
        lines.append(
            ("began", f"{moment_text(began.at)} UTC: {began.command} on {began.venue}, edgeproof {began.version}")
        )
        lines.append(("watches", f"{len(began.hypotheses)} hypotheses on {len(began.history)} instruments"))
    fates = ", ".join(f"{count:,} {fate}" for fate, count in sorted(answer.today.items()))
    lines.append(("today", fates or "no signal"))
    late = f"{answer.missed_today:,} late: edgeproof missed" if answer.missed_today else "every one in time"
    lines.append(("closes", late))
    lines += [(f"{each}", f"taken until {moment_text(time)} UTC") for each, time in answer.taken_until.items()]
    if (parity := answer.parity) is not None:
        span = f"{moment_text(parity.start)} to {moment_text(parity.end)}"
        lines.append(("parity", f"{parity.unexplained:,} unexplained differences, {span}"))
    return [*lines, *((f"told by {each.channel}", each.words) for each in answer.told)]


def _state_text(answer: Answer) -> str:
    from edgeproof.services.figures import moment_text  # noqa: PLC0415 - see above

    match answer.state:
        case "running":
            return f"running: {answer.held_by}"
        case "killed":
            name = "scan" if answer.began is None else answer.began.command
            return f"the last one was killed; nothing is lost: edgeproof {name} goes on where it was"
        case "ended":
            ended = answer.ended
            return "ended" if ended is None else f"ended {moment_text(ended.at)} UTC: {ended.reason}"
        case _:
            return "none yet: edgeproof scan begins one"
