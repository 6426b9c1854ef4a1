"""`edgeproof hypotheses`: what people and programs read, and the exit statuses."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from edgeproof.adapters.storage.library import load_library
from edgeproof.cli.definitions import first_sentence, hypothesis_table
from edgeproof.cli.hypotheses import app
from edgeproof.core.indicators import INDICATORS
from edgeproof.core.model.errors import InputError

MINE = """\
[[hypothesis]]
name = "Mine"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "because"
entry = ["close > ema({period})"]
stop = "close - atr(14)"
targets = [{ at = "1R", fraction = 0.25 }, { at = "bb_upper(20, 2)", fraction = 0.75 }]
vary = { period = [10, 50] }
"""


def _run(*words: str, home: Path) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)], env={"COLUMNS": "200"})


def _json(*words: str, home: Path) -> Any:
    result = _run(*words, "--json", home=home)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _own(home: Path, text: str = MINE) -> Path:
    path = home / "hypotheses" / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_check_of_the_shipped_library_is_all_good(tmp_path: Path) -> None:
    result = _run("check", home=tmp_path)
    assert result.exit_code == 0
    assert result.stdout == f"{len(load_library())} hypotheses in 13 files: all good\n"


def test_check_reads_own_files_and_named_files_once(tmp_path: Path) -> None:
    mine = _own(tmp_path)
    other = tmp_path / "other.toml"
    other.write_text(MINE.replace("Mine", "Other"), encoding="utf-8")
    found = _json("check", str(mine), str(other), home=tmp_path)
    assert found == {"hypotheses": len(load_library()) + 2, "files": 15, "errors": []}


def test_check_of_a_wrong_file_lists_every_error_with_its_place_and_exits_2(tmp_path: Path) -> None:
    path = _own(tmp_path, MINE.replace("ema(", "emma(").replace("atr(14)", "atr(14, 2)"))
    result = _run("check", home=tmp_path)
    assert result.exit_code == 2
    assert f'{path}, line 7, column 19: Mine: unknown name "emma"; did you mean "ema"?' in result.stderr
    assert f"{path}, line 8, column 17: Mine: atr takes at most 1 arguments, found 2" in result.stderr
    assert "2 errors" in result.stderr


def test_check_of_a_wrong_file_in_json_has_file_line_and_column(tmp_path: Path) -> None:
    path = _own(tmp_path, MINE.replace("ema(", "emma("))
    result = _run("check", "--json", home=tmp_path)
    assert result.exit_code == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert (error["file"], error["line"], error["column"]) == (str(path), 7, 19)


def test_own_hypothesis_with_the_name_of_a_shipped_one_takes_its_place(tmp_path: Path) -> None:
    _own(tmp_path, MINE.replace("Mine", "Double_Bottom_5m"))
    assert _json("check", home=tmp_path)["hypotheses"] == len(load_library())
    assert _json("show", "Double_Bottom_5m", home=tmp_path)["entry"] == ["close > ema({period})"]


def test_name_that_stands_in_two_own_files_is_refused(tmp_path: Path) -> None:
    mine = _own(tmp_path)
    other = tmp_path / "other.toml"
    other.write_text(MINE, encoding="utf-8")
    result = _run("check", str(other), home=tmp_path)
    assert result.exit_code == 2
    assert (
        f'{other}, line 2, column 1: Mine: expected each name once, found "Mine" also in {mine}, line 2'
        in result.stderr
    )


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    result = _run("check", str(tmp_path / "none.toml"), home=tmp_path)
    assert isinstance(result.exception, InputError)
    assert "none.toml, found none" in str(result.exception)


def test_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    _own(tmp_path).write_bytes(b"# \xff")
    result = _run("list", home=tmp_path)
    assert isinstance(result.exception, InputError)
    assert "expected UTF-8 text" in str(result.exception)


def test_list_names_every_hypothesis_in_full(tmp_path: Path) -> None:
    result = _run("list", home=tmp_path)
    assert result.exit_code == 0
    for hypothesis in load_library():
        assert f"{hypothesis.name} " in result.stdout


@pytest.mark.parametrize("width", [80, 100, 160])
def test_list_fits_the_terminal_and_cuts_no_name(width: int) -> None:
    from rich.console import Console  # noqa: PLC0415

    library = load_library()
    console = Console(width=width, file=io.StringIO(), highlight=False)
    console.print(hypothesis_table(library, width))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1 + len(library)
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines[1:]] == [hypothesis.name for hypothesis in library]


def test_list_by_family_and_timeframe_shows_only_those(tmp_path: Path) -> None:
    found = _json("list", "--family", "trend", "--timeframe", "30m", home=tmp_path)
    assert [each["name"] for each in found] == [
        "Moving_Average_Crossover_30m",
        "Moving_Average_Crossover_30m_Short",
    ]
    assert (found[0]["ladder"], found[0]["risk_reward"]) == ("3R", "3.0:1")


def test_list_of_an_unknown_family_names_the_known(tmp_path: Path) -> None:
    result = _run("list", "--family", "trendy", home=tmp_path)
    assert isinstance(result.exception, InputError)
    assert "mean_reversion, trend" in str(result.exception)


def test_show_prints_the_definition_and_the_history_it_needs(tmp_path: Path) -> None:
    _own(tmp_path)
    result = _run("show", "Mine", home=tmp_path)
    assert result.exit_code == 0
    for words in ("close > ema({period})", "25% at 1R", "75% at bb_upper(20, 2)", "period: 10, 50"):
        assert words in result.stdout
    assert "250m before the first signal" in result.stdout  # 50 candles of 5 minutes


def test_show_gives_long_histories_in_days(tmp_path: Path) -> None:
    result = _run("show", "TSMOM_7d_4h_Long", home=tmp_path)
    assert "50 days before the first signal" in result.stdout  # a simple average of 50 daily candles


def test_show_in_json_carries_the_whole_definition(tmp_path: Path) -> None:
    _own(tmp_path)
    found = _json("show", "Mine", home=tmp_path)
    assert found["targets"] == [{"at": "1R", "fraction": 0.25}, {"at": "bb_upper(20, 2)", "fraction": 0.75}]
    assert found["risk_reward"] is None  # the band's price is known at the signal only
    assert (found["ladder"], found["variants"], found["history_needed"]) == ("25% 1R, 75% level", 2, "250m")


def test_show_of_an_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    result = _run("show", "double_botom_5m", home=tmp_path)
    assert isinstance(result.exception, InputError)
    assert "did you mean Double_Bottom_5m" in str(result.exception)


def test_names_lists_every_word_of_the_language(tmp_path: Path) -> None:
    found = _json("names", home=tmp_path)
    assert {each["name"] for each in found} == set(INDICATORS)
    assert all(each["summary"] for each in found)
    result = _run("names", "supertrend", home=tmp_path)
    assert "supertrend_direction(period=10, multiplier=3.0)" in result.stdout


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("One. Two.", "One"),
        ("One: two.", "One: two"),
        ("Just one.", "Just one"),
        ("A 2.5 ATR stop. Yes.", "A 2.5 ATR stop"),
    ],
)
def test_first_sentence_ends_at_the_first_stop(text: str, first: str) -> None:
    assert first_sentence(text) == first
