"""The journal as a file: migrated, damaged, full, killed."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from edgeproof.adapters.storage.journal.migrate import newest_revision, revisions, upgrade
from edgeproof.adapters.storage.journal.place import Place, place_of, sqlite_url, store_error, writing_engine
from edgeproof.adapters.storage.journal.rows import row_of
from edgeproof.adapters.storage.journal.schema import JOURNAL, entries
from edgeproof.adapters.storage.journal.sql import SqlJournal
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings, load_settings
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.journal import CandleTaken, Decided, Noticed, Record
from tests.support.journals import BTC, candle_taken, decided, noticed, records

FILE = "journal.db"


def written(home: Path, batch: list[Record]) -> Path:
    """A journal that was written and closed."""
    journal = open_journal(home, JournalSettings(), writing=True)
    journal.append(batch)
    journal.close()
    return home / FILE


def of_first_revision(home: Path, batch: list[Record]) -> Path:
    """A journal as the first revision left it."""
    place = place_of(sqlite_url(home / FILE))
    engine = writing_engine(place)
    with engine.begin() as connection:
        upgrade(connection, place, until="0001")
        rows = [row_of(record)._asdict() | {"seq": seq} for seq, record in enumerate(batch, 1)]
        if rows:
            connection.execute(sa.insert(JOURNAL), rows)
    engine.dispose()
    return home / FILE


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM journal_revision").fetchone()[0])


def test_journal_of_the_first_revision_is_migrated_with_nothing_lost_and_a_copy_kept(tmp_path: Path) -> None:
    batch: list[Record] = [*(candle_taken(minute) for minute in range(50)), decided(3), noticed(4)]
    path = of_first_revision(tmp_path, batch)
    journal = open_journal(tmp_path, JournalSettings(), writing=True)
    assert records(list(journal.read(CandleTaken, Decided, Noticed))) == batch
    journal.append([decided(3), decided(4)])
    assert len(journal.decisions("")) == 2
    journal.close()
    copy = path.with_name("journal.db.before-0002")
    assert (revision(path), revision(copy)) == ("0002", "0001")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (52,)


def test_second_copy_of_a_migration_leaves_the_first(tmp_path: Path) -> None:
    of_first_revision(tmp_path, [candle_taken()])
    copy = tmp_path / "journal.db.before-0002"
    copy.write_bytes(b"of an earlier try")
    open_journal(tmp_path, JournalSettings(), writing=True).close()
    assert copy.read_bytes() == b"of an earlier try"
    assert revision(tmp_path / "journal.db.before-0002-2") == "0001"


def test_empty_journal_of_the_first_revision_is_migrated_without_a_copy(tmp_path: Path) -> None:
    of_first_revision(tmp_path, [])
    open_journal(tmp_path, JournalSettings(), writing=True).close()
    assert list(tmp_path.glob("*before*")) == []


def test_reading_a_journal_of_the_first_revision_migrates_nothing(tmp_path: Path) -> None:
    path = of_first_revision(tmp_path, [candle_taken()])
    journal = open_journal(tmp_path, JournalSettings())
    assert records(list(journal.read(CandleTaken))) == [candle_taken()]
    journal.close()
    assert revision(path) == "0001"


@pytest.mark.parametrize("writing", [True, False])
def test_journal_of_a_later_revision_is_refused_and_left_as_it_is(tmp_path: Path, writing: bool) -> None:
    path = written(tmp_path, [candle_taken()])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE journal_revision SET version_num = '0099'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"has revision 0099, this edgeproof knows 0001, 0002: .* use that one"):
        open_journal(tmp_path, JournalSettings(), writing=writing)
    assert path.read_bytes() == before


def test_revisions_make_the_table_that_is_used(tmp_path: Path) -> None:
    path = written(tmp_path, [])
    engine = sa.create_engine(sqlite_url(path))
    with engine.connect() as connection:
        found = {column["name"]: bool(column["nullable"]) for column in sa.inspect(connection).get_columns("journal")}
    engine.dispose()
    assert found == {column.name: bool(column.nullable) for column in JOURNAL.columns}
    assert [each.revision for each in revisions()][-1] == newest_revision() == revision(path)


@pytest.mark.parametrize(
    ("bounds", "index"),
    [
        ({}, "journal_kind_seq"),
        ({"start": 5, "end": 9}, "journal_kind_at"),
        ({"instrument": BTC.unified}, "journal_kind_instrument_at"),
        ({"instrument": BTC.unified, "start": 5}, "journal_kind_instrument_at"),
        ({"session": "s1"}, "journal_kind_session"),
    ],
)
def test_bounds_of_a_read_are_found_by_an_index(tmp_path: Path, bounds: dict[str, object], index: str) -> None:
    path = written(tmp_path, [])
    all_bounds = {"instrument": None, "start": None, "end": None, "session": None} | bounds
    engine = sa.create_engine(sqlite_url(path))
    wanted = str(
        entries("candle", **all_bounds).compile(engine, compile_kwargs={"literal_binds": True})  # type: ignore[arg-type]
    )
    with engine.connect() as connection:
        plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted}"))
    engine.dispose()
    assert f"USING INDEX {index} " in plan


@pytest.mark.parametrize("writing", [True, False])
def test_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, writing: bool) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"these are my notes, not a database\n" * 200)
    with pytest.raises(StoreError, match=r"is damaged \(file is not a database\) and is left as it is: put back"):
        open_journal(tmp_path, JournalSettings(), writing=writing)
    assert path.read_bytes() == b"these are my notes, not a database\n" * 200


def test_torn_page_is_found_on_opening_to_write(tmp_path: Path) -> None:
    path = written(tmp_path, [candle_taken(minute) for minute in range(3_000)])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = os.urandom(4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged \(.*put back a copy .* signals\.jsonl still has every signal"):
        open_journal(tmp_path, JournalSettings(), writing=True)
    assert path.read_bytes() == bytes(content)


def test_file_cut_off_is_found_on_opening_to_write(tmp_path: Path) -> None:
    path = written(tmp_path, [candle_taken(minute) for minute in range(3_000)])
    os.truncate(path, path.stat().st_size * 2 // 3)
    with pytest.raises(StoreError, match="is damaged"):
        open_journal(tmp_path, JournalSettings(), writing=True)


def test_body_that_cannot_be_understood_says_which_entry(tmp_path: Path) -> None:
    path = written(tmp_path, [noticed(), noticed()])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE journal SET body = x'c1' WHERE seq = 2")
    journal = open_journal(tmp_path, JournalSettings())
    with pytest.raises(StoreError, match=r"entry 2 of the journal \(noticed\) cannot be understood"):
        list(journal.read(Noticed))
    journal.close()


def test_database_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database but no journal"):
        open_journal(tmp_path, JournalSettings(), writing=True)
    assert path.read_bytes() == before


def test_home_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"check --home"):
        open_journal(tmp_path / "file" / "home", JournalSettings(), writing=True)


def test_absent_journal_is_read_as_an_empty_one_and_nothing_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert list(open_journal(home, JournalSettings()).read(CandleTaken)) == []
    assert not home.exists()


def test_journal_of_a_killed_session_is_read_without_writing(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, JournalSettings(), writing=True)
    journal.append([candle_taken()])
    other = tmp_path / "other"  # as a kill leaves it: with what is not yet in the file itself
    other.mkdir()
    for path in tmp_path.glob("journal.db*"):
        shutil.copy(path, other)
    journal.close()
    before = (other / FILE).read_bytes()
    reader = open_journal(other, JournalSettings())
    assert records(list(reader.read(CandleTaken))) == [candle_taken()]
    reader.close()
    assert (other / FILE).read_bytes() == before


_FILLS = """
import resource, signal, sys
from pathlib import Path
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.errors import StoreError
from tests.support.journals import candle_taken
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = open_journal(Path(sys.argv[1]), JournalSettings(), writing=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    for minute in range(10_000):
        journal.append([candle_taken(minute)] * 3)
        print(minute, flush=True)
except StoreError as error:
    print(error, file=sys.stderr)
"""


def test_full_disk_keeps_what_was_acknowledged_and_says_so(tmp_path: Path) -> None:
    assert hasattr(resource, "RLIMIT_FSIZE")
    ran = subprocess.run(
        [sys.executable, "-c", _FILLS, tmp_path], capture_output=True, text=True, check=False, timeout=60
    )
    kept = len(ran.stdout.split())
    assert "nothing of this was kept: " in ran.stderr, ran.stderr
    journal = open_journal(tmp_path, JournalSettings(), writing=True)
    assert 0 < kept < 10_000
    assert sum(1 for _ in journal.read(CandleTaken)) == 3 * kept
    journal.close()


_WRITES = """
import sys
from pathlib import Path
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings
from tests.support.journals import candle_taken, decided
journal = open_journal(Path(sys.argv[1]), JournalSettings(), writing=True)
minute = int(sys.argv[2])
print("ready", flush=True)
while True:
    journal.append([*[candle_taken(minute)] * 20, decided(minute), *[candle_taken(minute)] * 20])
    print(minute, flush=True)
    minute += 1
"""


def test_writer_killed_at_any_moment_leaves_every_acknowledged_batch_whole(tmp_path: Path) -> None:
    acknowledged: set[int] = set()
    for attempt, moment_s in enumerate((0.0, 0.003, 0.011, 0.037, 0.09)):
        words = [sys.executable, "-c", _WRITES, str(tmp_path), str(1_000_000 * attempt)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(moment_s)
        process.kill()
        acknowledged |= {int(line) for line in process.communicate(timeout=60)[0].split("\n")[:-1]}
    journal = open_journal(tmp_path, JournalSettings(), writing=True)
    minutes = [entry.record.at for entry in journal.read(CandleTaken)]
    decisions = {entry.record.at for entry in journal.decisions("")}
    journal.close()
    assert {decided(minute).at for minute in acknowledged} <= decisions
    assert {at: minutes.count(at) for at in set(minutes)} == {at + 60_000: 40 for at in decisions}
    assert acknowledged


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("attempt to write a readonly database", "check the permissions"),
        ("database is locked", "another program holds it"),
        ("database or disk is full", "make room"),
        ("unable to open database file", "check that the folder is there"),
        ("disk I/O error", "check the disk"),
        ("something new", "check the disk and the permissions"),
        ("database disk image is malformed", "put back a copy"),
    ],
)
def test_problem_of_a_database_says_what_to_do(tmp_path: Path, words: str, what: str) -> None:
    place = place_of(sqlite_url(tmp_path / FILE))
    assert what in str(store_error(place, sqlite3.OperationalError(words)))


def test_password_of_a_url_is_never_told(tmp_path: Path) -> None:
    url = "postgresql://ann:sesame@localhost:1/trading?connect_timeout=1"
    settings = JournalSettings.model_validate({"url": url})
    with pytest.raises(StoreError) as raised:
        open_journal(tmp_path, settings, writing=True)
    assert "postgresql://ann@localhost:1/trading" in str(raised.value)
    told = f"{raised.value} {settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert "sesame" not in told
    place = place_of(url)
    assert "sesame" not in str(store_error(Place(place.url, None), OSError("no entry for sesame")))


@pytest.mark.parametrize("url", ["sesame", "mysql://u:sesame@h/d", "sqlite://", "postgresql://u:sesame@h:port/d", ""])
def test_url_that_names_no_place_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(InputError, match=r"\[journal\] url: expected sqlite:///FILE or postgresql") as raised:
        SqlJournal(url)
    assert "sesame" not in str(raised.value)


def test_settings_name_another_place(tmp_path: Path) -> None:
    file = tmp_path / "edgeproof.toml"
    file.write_text(f'[journal]\nurl = "{sqlite_url(tmp_path / "elsewhere.db")}"\n', encoding="utf-8")
    settings = load_settings(file)
    journal = open_journal(tmp_path / "home", settings.journal, writing=True)
    journal.append([candle_taken()])
    journal.close()
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "home").exists()


def test_misspelt_setting_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "edgeproof.toml"
    file.write_text('[journal]\nulr = "x"\n', encoding="utf-8")
    with pytest.raises(InputError, match='did you mean "journal.url"'):
        load_settings(file)
