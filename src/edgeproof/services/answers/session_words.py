"""What a session saw and decided, in lines for a phone."""

from collections import Counter
from collections.abc import Iterator, Sequence

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import CloseMissed, Decided, ParityRun, SessionBegan, SessionEnded
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, format_duration
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.ports import Journal, Report
from edgeproof.services.answers.phone import SHORT_ID, day_time, pairs, short, wrapped
from edgeproof.services.asking_first import offers_of, waits_text
from edgeproof.services.figures import money_text, price_text, quantity_text, rule_text, shortened
from edgeproof.services.signal_document import direction_word, risk_reward_text
from edgeproof.services.traded import Traded, traded_of

_NEWEST = 8
_NAME = 32


def status_lines(journal: Journal, holder: str | None) -> list[str]:
    """Whether a session runs, what it watches, and what became of today's signals. Today is that of the last candle."""
    began = next((each.record for each in journal.last(SessionBegan, 1)), None)
    ended = next((each.record for each in journal.last(SessionEnded, 1)), None)
    taken = journal.taken_until()
    last = max(taken.values(), default=0)
    start = last // DAY * DAY
    fates = Counter(each.record.decision.fate.value for each in journal.read(Decided, start=start))
    missed = sum(1 for _ in journal.read(CloseMissed, start=start))
    rows = [("Session", _state(began, ended, holder))]
    if began is not None:
        rows.append(("Watches", f"{len(began.hypotheses)} hypotheses on {len(began.history)} instruments"))
    rows.append(("Today", ", ".join(f"{count:,} {fate}" for fate, count in sorted(fates.items())) or "no signal"))
    rows.append(("Closes", f"{missed:,} late: /missed" if missed else "every one in time"))
    if taken:
        rows.append(("Candles", f"until {day_time(last)} UTC"))
    return pairs(rows)


def _state(began: SessionBegan | None, ended: SessionEnded | None, holder: str | None) -> str:
    if began is None:
        return "none yet"
    if holder is not None:
        return f"{began.command} runs on {began.venue} since {day_time(began.at)}"
    if ended is not None and ended.session == began.session:
        return f"ended {day_time(ended.at)}: {ended.reason}"
    return "the last one was killed; the next goes on where it was"


def signal_lines(journal: Journal) -> list[str]:
    """The newest signals and what became of them, the newest first."""
    found = [each.record.decision for each in journal.last(Decided, _NEWEST)]
    if not found:
        return ["no signal yet"]
    return [line for each in reversed(found) for line in _signal(each)] + ["/why ID says all about one"]


def _signal(decision: Decision) -> Iterator[str]:
    signal = decision.signal
    what = f"{direction_word(signal.direction)} {short(signal.instrument)} {format_duration(signal.timeframe)}"
    yield f"{day_time(signal.time)}  {what}"
    yield f"  {shortened(signal.hypothesis, _NAME)}"
    yield f"  {decision.fate.value}  {signal.id[:SHORT_ID]}"


def why_lines(journal: Journal, id_begins: str) -> list[str]:
    """What became of a signal, and why.

    Raises
    ------
    InputError
        No signal is called so, or more than one is.
    """
    decision = _only(journal, id_begins)
    signal, traded = decision.signal, traded_of(journal, decision.signal)
    way = f"{direction_word(signal.direction).upper()} {short(signal.instrument)} {format_duration(signal.timeframe)}"
    rows = [
        ("At", f"{day_time(signal.time)} UTC"),
        ("Fate", f"{decision.fate.value}: {rule_text(decision)}" if decision.rule else decision.fate.value),
        ("Entry", price_text(signal.reference_price)),
        ("Stop", price_text(signal.stop_loss)),
        ("Targets", ", ".join(map(price_text, signal.targets)) or "none"),
        ("Reward:risk", risk_reward_text(signal.risk_reward) or "-"),
        ("Record", _record(decision)),
    ]
    failed = [each.rule for each in decision.checks if not each.holds]
    if failed:
        rows.append(("Against it", ", ".join(failed)))
    rows += _of_trading(traded)
    if traded is None and signal.id in offers_of(journal):
        rows.append(("Waits", waits_text(journal, signal, "/take or /skip")))
    return [way, shortened(signal.hypothesis, _NAME), *pairs(rows), f"id {signal.id}"]


def trading_fate(journal: Journal, signal_id: str) -> str | None:
    """What trading made of a signal, in a few words; None where nothing is traded."""
    decision = _only(journal, signal_id)
    traded = traded_of(journal, decision.signal)
    if traded is not None:
        return _fate(traded.decided.decided)
    return "expired" if signal_id in offers_of(journal) else None


def _only(journal: Journal, id_begins: str) -> Decision:
    if not id_begins:
        raise InputError("expected the ID of a signal, or the beginning of it: /why ID; /signals lists the newest")
    found = [each.record.decision for each in journal.decisions(id_begins.strip().lower())]
    if not found:
        raise InputError(f'no signal has an id that begins with "{id_begins}"; /signals lists the newest')
    if len(found) > 1:
        ids = ", ".join(each.signal.id for each in found[-5:])
        raise InputError(f'{len(found)} signals have an id that begins with "{id_begins}"; say more of it: {ids}')
    return found[0]


def _record(decision: Decision) -> str:
    record = decision.evidence.get("backtest") or {}
    n, rate = record.get("n"), record.get("win_rate")
    if n is None or rate is None:
        return decision.state
    sure = "" if decision.confidence is None else f", {decision.confidence:.0%} at least"
    return f"{decision.state}: won {rate:.0%} of {n}{sure}"


def _of_trading(traded: Traded | None) -> Iterator[tuple[str, str]]:
    if traded is None:
        return
    decided = traded.decided.decided
    yield "Traded", _fate(decided)
    if decided.sizing:
        yield "Size", decided.sizing
    if traded.closed is not None:
        trade = traded.closed.trade
        yield "Left by", trade.reason
        yield "Result", f"{money_text(trade.net_pnl, signed=True)} ({trade.r_multiple:+.2f} R)"
    elif traded.never_filled:
        yield "Result", "its entry was not filled"
    elif decided.fate is TradeFate.TAKEN:
        yield "Result", "open, or waits for its entry: /positions"


def _fate(decided: FateDecided) -> str:
    if decided.quantity is not None and decided.fate is TradeFate.TAKEN:
        return f"taken, {quantity_text(decided.quantity)}"
    return f"{decided.fate.value}: {rule_text(decided)}" if decided.rule else decided.fate.value


def missed_lines(journal: Journal) -> list[str]:
    """Closes of the last day that were evaluated late, by reason, with their signals."""
    last = max(journal.taken_until().values(), default=0)
    found = [each.record for each in journal.read(CloseMissed, start=last - DAY)]
    if not found:
        return wrapped("every close of the last 24 h was evaluated in time")
    counts = Counter(each.reason.replace("_", " ") for each in found)
    signals = [signal for each in found for signal in each.signals]
    rows = [(reason, f"{count:,} close{'s' * (count > 1)}") for reason, count in counts.most_common()]
    rows.append(("signals", f"{len(signals)} on them"))
    newest = [f"  {each[:SHORT_ID]}: /why {each[:SHORT_ID]}" for each in signals[-_NEWEST:]]
    return ["late in the last 24 h", *pairs(rows), *newest]


def parity_lines(journal: Journal) -> list[str]:
    """How live agreed with the backtest when that was last looked at."""
    run = next((each.record for each in journal.last(ParityRun, 1)), None)
    if run is None:
        return wrapped("live was not compared with the backtest yet")
    problem = run.document.get("problem")
    verdict = f"{run.unexplained:,} differences that nothing explains" if run.unexplained else "all agrees"
    rows = [("Parity", str(problem or verdict)), ("From", day_time(run.start)), ("To", day_time(run.end))]
    return pairs(rows)


def health_lines(report: Report | None, holder: str | None) -> list[str]:
    """Whether the session is well, and what is not."""
    if report is None:
        return wrapped("a session runs, and does not say how it is" if holder else "no session runs")
    if report.is_well:
        return ["all is well"]
    return [line for each in report.problems for line in _item(each)]


def _item(words: str) -> Sequence[str]:
    first, *more = wrapped(words, "  ") or [""]
    return [f"- {first[2:]}", *more]
