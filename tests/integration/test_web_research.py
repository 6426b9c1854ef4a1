"""Runs over the API: whole, damaged, half written and of another version; their reports, and two of them."""

import os
from pathlib import Path

import pytest

from tests.support.calls import call
from tests.support.runs import analysis, damage, edge_file, keep, run_file
from tests.support.web import looking


def test_home_without_runs_has_none(tmp_path: Path) -> None:
    browser = looking(tmp_path / "nothing")
    assert browser.get("/api/runs").json() == {"runs": [], "unreadable": [], "left_out": 0}
    assert browser.get("/api/runs/abc").status_code == 404
    assert browser.get("/api/compare", params={"a": "x", "b": "y"}).status_code == 404


def test_runs_are_listed_the_newest_first_and_those_of_other_versions_say_so(tmp_path: Path) -> None:
    for number, name in enumerate(("aa", "bb")):
        os.utime(keep(tmp_path, run_file(name), edge_file(analysis())) / "run.json", (number, number))
    found = looking(tmp_path).get("/api/runs").json()
    assert [each["id"] for each in found["runs"]] == ["bb", "aa"]
    assert [each["at"] for each in found["runs"]] == ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:00.000Z"]
    assert all(each["other_version"] and each["has_edge"] for each in found["runs"])


def test_run_that_cannot_be_read_is_told_and_hides_no_other(tmp_path: Path) -> None:
    keep(tmp_path, run_file("aa"), edge_file(analysis()))
    damage(keep(tmp_path, run_file("bb"), edge_file(analysis())))
    (tmp_path / "runs" / "cc").mkdir()
    (tmp_path / "runs" / ".dd.123.tmp").mkdir()
    browser = looking(tmp_path)
    found = browser.get("/api/runs").json()
    assert [each["id"] for each in found["runs"]] == ["aa"]
    problems = {each["id"]: each["problem"] for each in found["unreadable"]}
    assert "edge.json cannot be read" in problems["bb"]
    assert "has no run.json" in problems["cc"]
    assert "half written" in problems["dd"]
    for path in ("/api/runs/bb", "/api/runs/bb/report", "/api/compare?a=aa&b=bb"):
        answer = browser.get(path)
        assert (answer.status_code, "cannot be read" in answer.json()["error"]) == (409, True), path


def test_run_that_is_made_anew_is_read_anew(tmp_path: Path) -> None:
    browser = looking(tmp_path)
    keep(tmp_path, run_file("aa"), edge_file(analysis()))
    assert browser.get("/api/runs").json()["runs"][0]["qualified"] == 0
    assert browser.get("/api/runs/aa").json()["analyses"][0]["state"] == "tested"
    keep(tmp_path, run_file("aa"), edge_file(analysis(state="qualified")))
    assert browser.get("/api/runs").json()["runs"][0]["qualified"] == 1
    assert browser.get("/api/runs/aa").json()["analyses"][0]["state"] == "qualified"


def test_two_runs_are_compared(tmp_path: Path) -> None:
    keep(tmp_path, run_file("aa"), edge_file(analysis()))
    keep(tmp_path, run_file("bb", version="0.2.0"), edge_file(analysis(win_rate=0.25)))
    keep(tmp_path, run_file("cc"))
    browser = looking(tmp_path)
    found = browser.get("/api/compare", params={"a": "aa", "b": "bb"}).json()
    assert found["differs"] == ["version: 0.1.0+aaa in a, 0.2.0 in b"]
    assert found["rows"][0]["change"]["win_rate"] == -0.25
    assert browser.get("/api/compare", params={"a": "aa", "b": "cc"}).status_code == 422
    assert browser.get("/api/compare", params={"a": "aa"}).status_code == 422


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fjournal", "%00", ".dd.123.tmp", "a" * 101, "🦀"])
def test_name_that_is_no_run_leads_nowhere(tmp_path: Path, name: str) -> None:
    keep(tmp_path, run_file("aa"))
    for path in (f"/api/runs/{name}", f"/api/runs/{name}/report"):
        assert looking(tmp_path).get(path).status_code in {404, 422}


def test_report_of_another_version_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    keep(tmp_path, run_file("aa"), edge_file(analysis()))
    answer = looking(tmp_path).get("/api/runs/aa/report")
    assert (answer.status_code, "its report cannot be made" in answer.json()["error"]) == (409, True)


def test_report_is_that_of_the_command_and_is_shut_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path)
    keep(tmp_path, {**run_file("aa"), "results": []})
    browser = looking(tmp_path)
    written = Path(call(["report", "aa", "--home", home], monkeypatch, capsys).out.strip())
    answer = browser.get("/api/runs/aa/report")
    assert answer.text == written.read_text(encoding="utf-8")
    policy = answer.headers["content-security-policy"]
    assert "sandbox allow-scripts" in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
