"""`positions`, `close`, `stop` and `resume`: asked of a journal, and of a session that answers or does not."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from edgeproof.adapters.storage.session_lock import Holder, hold
from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.bootstrap.asking import leave_wish, traded_by
from edgeproof.core.model.journal import ASKS_FIRST, Asked, Entry, Record
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.trading import StateCause, TradingState, TradingStatus
from edgeproof.ports.wishes import Wish
from tests.support.asked import ListJournal, ask
from tests.support.calls import Outcome, call
from tests.support.sessions import BITCOIN, NOW, SESSION
from tests.support.trading import (
    LONG,
    SHORT,
    WAITING,
    account,
    began,
    book,
    candles,
    decided,
    records,
    signal_of,
    whole,
)

R = TypeVar("R", bound=Record)
Asks = Callable[..., Outcome]

HOLDER = '"edgeproof paper" (kraken), process 7 on here, since 2026-02-03T00:00:00.000Z'


class AnsweringJournal(ListJournal):
    """The journal of a session that grants each wish as soon as somebody looks."""

    def __init__(self, home: Path, records_: Sequence[Record]) -> None:
        super().__init__(records_)
        self._wishes = FolderWishes(home)

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        for each in self._wishes.waiting():
            self.records.append(granted(each))
            self._wishes.granted(each)
        return super().last(kind, count)


def granted(wish: Wish) -> Asked:
    return Asked(
        session=SESSION,
        at=NOW,
        id=wish.id,
        wish=wish.wish,
        target=wish.target,
        by=wish.by,
        why=wish.why,
        outcome=f"{wish.wish} {wish.target}".strip() + ": done",
    )


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Asks:
    monkeypatch.setattr("edgeproof.bootstrap.asking.PATIENCE_S", 0.2)
    monkeypatch.setattr("getpass.getuser", lambda: "ann")

    def run(
        *words: str,
        of: list[Record] | None = None,
        holder: str | None = None,
        answers: bool = True,
        columns: int = 200,
        home: Path = tmp_path,
    ) -> Outcome:
        found = records() if of is None else of
        journal = AnsweringJournal(tmp_path, found) if holder is not None and answers else ListJournal(found)
        ask(monkeypatch, journal, holder=holder)
        return call([*words, "--home", str(home)], monkeypatch, capsys, columns=columns)

    return run


def waiting(tmp_path: Path) -> list[tuple[str, str, str, str]]:
    return [(each.wish, each.target, each.by, each.why) for each in FolderWishes(tmp_path).waiting()]


# --- positions ---


def test_positions_shows_the_account_and_what_is_open(asks: Asks) -> None:
    found = asks("positions", holder=HOLDER, columns=80)
    assert found.status == 0
    assert found.out.startswith("ACTIVE  equity 10,405.38")
    assert "LONG  BTC      0.2" in found.out
    assert found.out.endswith("at 2026-02-03 10:31:18 UTC, at the last closes\n")
    assert max(map(len, found.out.splitlines())) <= 80


def test_positions_without_a_session_says_that_nothing_moves(asks: Asks) -> None:
    assert "no session trades: nothing moves until edgeproof paper runs again" in asks("positions").out


def test_positions_as_json_has_every_figure(asks: Asks) -> None:
    found = asks("positions", "--json", holder=HOLDER).document
    trading = found["trading"]
    assert (found["held_by"], found["wishes"]) == (HOLDER, [])
    assert (trading["equity"], trading["open_risk"], trading["status"]["state"]) == (10405.38, 180.0, "active")
    assert trading["day"]["levels"][0] == {"level": "warn", "limit": 0.015, "left": 524.845, "is_reached": False}
    long, short = trading["positions"]
    assert (long["id"], long["symbol"], long["direction"], long["net_r"]) == (LONG.id, "BTC/USD:USD", "long", 2.1931)
    assert (long["stop_kind"], long["protection"], long["targets"][0]["is_done"]) == ("break_even", "resting", True)
    assert (short["instrument"], short["stop"], short["liquidation_price"]) == ("ETHUSDT.P", 2440.0, None)
    assert (trading["resting"][0]["id"], trading["resting"][0]["expires_at"]) == (
        WAITING.id,
        "2026-02-03T10:44:59.000Z",
    )


def test_positions_where_nothing_was_traded_says_so(asks: Asks) -> None:
    assert asks("positions", of=[]).out == "nothing was traded yet; edgeproof paper trades on paper\n"
    assert asks("positions", "--json", of=[]).document == {"held_by": None, "trading": None, "wishes": []}


def test_positions_tells_what_was_asked_and_is_not_granted_yet(asks: Asks) -> None:
    asks("stop", "--why", "holidays")
    assert "asked and not granted yet: no new entries, by ann at" in asks("positions").out
    [wish] = asks("positions", "--json").document["wishes"]
    assert (wish["wish"], wish["by"], wish["why"], wish["target"]) == ("stop", "ann", "holidays", None)


# --- close, stop, resume ---


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        (("close", SHORT.id[:6]), ("close", SHORT.id, "ann", "")),
        (("close", SHORT.id.upper(), "--why", " news "), ("close", SHORT.id, "ann", "news")),
        (("close", WAITING.id), ("close", WAITING.id, "ann", "")),
        (("close", "BTC/USD:USD"), ("close", "BTC/USD:USD", "ann", "")),
        (("close", "ETHUSDT.P"), ("close", "ETH/USD:USD", "ann", "")),
        (("close", "pf_xbtusd"), ("close", "BTC/USD:USD", "ann", "")),
        (("close", "sol"), ("close", "SOL/USD:USD", "ann", "")),
        (("close", "--all"), ("close_all", "", "ann", "")),
        (("stop",), ("stop", "", "ann", "")),
        (("stop", "--close", "--why", "news"), ("halt", "", "ann", "news")),
        (("resume",), ("resume", "", "ann", "")),
    ],
)
def test_wish_is_kept_where_no_session_trades(asks: Asks, tmp_path: Path, words: tuple[str, ...], wish: object) -> None:
    found = asks(*words)
    assert (found.status, found.err) == (0, "")
    assert "no session trades: the wish is kept, and granted when the next edgeproof paper begins" in found.out
    assert waiting(tmp_path) == [wish]


def test_answer_of_the_session_is_awaited_and_told(asks: Asks, tmp_path: Path) -> None:
    found = asks("close", "ETH", holder=HOLDER)
    assert found.status == 0
    assert found.out == "asked: close ETH/USD:USD\ngranted: close ETH/USD:USD: done\n"
    assert waiting(tmp_path) == []


def test_answer_as_json(asks: Asks) -> None:
    found = asks("stop", "--close", "--json", "--why", "news", holder=HOLDER).document
    assert (found["state"], found["outcome"], found["held_by"]) == ("granted", "halt: done", HOLDER)
    assert (found["wish"]["wish"], found["wish"]["by"], found["wish"]["why"]) == ("halt", "ann", "news")
    kept = asks("resume", "--json").document
    assert (kept["state"], kept["outcome"], kept["held_by"]) == ("kept", None, None)


def test_session_that_does_not_answer_is_said_with_status_1_and_the_wish_is_kept(asks: Asks, tmp_path: Path) -> None:
    found = asks("close", "--all", "--json", holder=HOLDER, answers=False)
    assert (found.status, found.document["state"]) == (1, "unanswered")
    assert "the session has not answered within 0.2 s" in found.err
    assert len(waiting(tmp_path)) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("close",), "expected the ID of a signal, an INSTRUMENT or --all, found none; what is open or waits:"),
        (("close", "  "), "expected the ID of a signal"),
        (("close", "ADA/USD:USD"), 'nothing that is open or waits is called "ADA/USD:USD"; what is open or waits:'),
        (("close", "zz"), 'nothing that is open or waits is called "zz"'),
        (("close", "BTC", "--all"), "expected either an ID or INSTRUMENT or --all, found both"),
    ],
)
def test_wrong_target_is_refused_with_what_there_is_and_nothing_is_asked(
    asks: Asks, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    found = asks(*words)
    assert (found.status, found.out) == (2, "")
    assert said in found.err
    assert waiting(tmp_path) == []
    if "what is open" in said:
        assert f"  {SHORT.id}  short  ETH/USD:USD  {SHORT.hypothesis}" in found.err


def test_beginning_that_is_shared_is_refused_with_the_candidates(asks: Asks, tmp_path: Path) -> None:
    twin = signal_of("Twin", BITCOIN, (45_000, 44_000, 47_000), time=LONG.time)
    number = next(n for n in range(10_000) if replace(twin, hypothesis=f"Twin_{n}").id[0] == LONG.id[0])
    twin = replace(twin, hypothesis=f"Twin_{number}")
    of = book()
    trade = replace(of.trades[WAITING.id], signal=twin)
    found = asks("close", LONG.id[0], of=[whole(replace(of, trades={**of.trades, twin.id: trade})), *candles()])
    assert found.status == 2
    assert "say more of it; what is open or waits:" in found.err
    assert twin.id in found.err
    assert waiting(tmp_path) == []


def test_close_where_nothing_is_open_and_no_session_trades_is_refused(asks: Asks) -> None:
    flat: list[Record] = [whole(book(trades={}, positions={}))]
    assert "there is nothing to close" in asks("close", "--all", of=flat).err
    assert "nothing is open, nothing waits" in asks("close", "BTC", of=flat).err
    assert "nothing was traded in this home yet" in asks("close", "BTC", of=[]).err


def test_close_of_a_session_that_is_beginning_takes_an_instrument_or_a_whole_id(asks: Asks) -> None:
    assert "granted: close BTC/USD:USD: done" in asks("close", "BTCUSDT.P", of=[], holder=HOLDER).out
    assert f"granted: close {LONG.id}: done" in asks("close", LONG.id, of=[], holder=HOLDER).out
    assert asks("close", "abc", of=[], holder=HOLDER).status == 2


def test_bytes_of_a_terminal_that_are_no_text_are_replaced(asks: Asks, tmp_path: Path) -> None:
    asks("stop", "--why", "no\udcff")
    assert waiting(tmp_path) == [("stop", "", "ann", "no?")]


def test_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    wish = leave_wish(tmp_path, "stop")
    assert wish.by == f"user {os.getuid()}"
    assert f"Z-{os.getpid()}-" in wish.id
    assert len(wish.id.partition("-")[0]) == len("20260203T103118000Z")


def test_session_that_only_watches_grants_nothing(tmp_path: Path) -> None:
    assert traded_by(tmp_path) is None
    holder = Holder(pid=7, host="here", command="edgeproof scan", venue="kraken", since=NOW)
    claim = hold(tmp_path, holder)
    assert traded_by(tmp_path) is None
    claim.release()
    claim = hold(tmp_path, replace(holder, command="edgeproof paper"))
    assert traded_by(tmp_path) == HOLDER.replace("00:00:00.000", "10:31:18.000")
    claim.release()


def test_state_a_person_led_to_is_told_with_the_reason(asks: Asks) -> None:
    halted = TradingStatus(
        state=TradingState.HALTED, cause=StateCause.PERSON_HALTS, since=NOW, by="ann", why="exchange is down"
    )
    of: list[Record] = [whole(book(account=replace(account(), status=halted))), *candles()]
    assert asks("positions", of=of).out.startswith('HALTED since 10:31 by ann ("exchange is down")')
    status = asks("positions", "--json", of=of).document["trading"]["status"]
    assert (status["cause"], status["by"], status["why"]) == ("person_halts", "ann", "exchange is down")


@pytest.mark.parametrize("words", [("stop",), ("stop", "--close"), ("resume",), ("close", "--all"), ("close", "BTC")])
def test_home_that_is_misspelt_is_refused_and_not_made(asks: Asks, tmp_path: Path, words: tuple[str, ...]) -> None:
    found = asks(*words, home=tmp_path / "misspelt")
    assert (found.status, found.out) == (2, "")
    assert "expected the home of a session, found no folder at" in found.err
    assert not (tmp_path / "misspelt").exists()


# --- take and skip ---


def offered(*signals: Signal) -> list[Record]:
    """A session that asks, and what it has told."""
    asking = replace(began(), settings={ASKS_FIRST: True})
    return [asking, whole(), *candles(), *(replace(decided(each), session=asking.session) for each in signals)]


@pytest.mark.parametrize("word", ["take", "skip"])
def test_take_and_skip_name_the_signal_by_the_beginning_of_its_id(asks: Asks, tmp_path: Path, word: str) -> None:
    found = asks(word, WAITING.id[:5], "--why", "news", of=offered(WAITING))
    assert waiting(tmp_path) == [(word, WAITING.id, "ann", "news")]
    assert found.out.startswith(f"asked: {word} {WAITING.id}\n")


def test_take_without_an_id_lists_what_waits(asks: Asks, tmp_path: Path) -> None:
    found = asks("take", of=offered(WAITING))
    assert found.status == 2
    assert "what waits for you:" in found.err
    assert WAITING.id in found.err
    assert waiting(tmp_path) == []


def test_take_of_what_does_not_wait_asks_for_nothing(asks: Asks, tmp_path: Path) -> None:
    assert 'no "zz" waits' in asks("take", "zz", of=offered(WAITING)).err
    assert "no signal waits for you" in asks("take", WAITING.id).err
    assert "no signal waits for you" in asks("take", LONG.id, of=offered(LONG)).err  # it has expired
    assert waiting(tmp_path) == []


def test_positions_and_status_show_what_waits(asks: Asks) -> None:
    for word in ("positions", "status"):
        shown = asks(word, of=offered(WAITING)).out
        assert "signals that wait for you: edgeproof take ID" in shown
        assert WAITING.id[:6] in shown
    document = asks("positions", "--json", of=offered(WAITING)).document
    assert [each["id"] for each in document["trading"]["offers"]] == [WAITING.id]
    assert asks("positions", "--json").document["trading"]["offers"] == []
