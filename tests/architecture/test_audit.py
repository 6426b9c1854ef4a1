"""`make audit` tells "nothing is known" from "nobody could be asked"."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.data import REPOSITORY

CLEAN = {"dependencies": [{"name": "numpy", "version": "2", "vulns": []}]}
UNSURE = {"dependencies": [*CLEAN["dependencies"], {"name": "polars", "skip_reason": "not found"}]}
KNOWN = {
    "dependencies": [{"name": "numpy", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}],
}
NPM_CLEAN = {"vulnerabilities": {}, "metadata": {"dependencies": {"prod": 38}}}
NPM_KNOWN = {**NPM_CLEAN, "vulnerabilities": {"react": {"severity": "high", "range": "<19"}}}
NPM_AWAY = {"message": "405 Method Not Allowed", "error": {}}


def _program(path: Path, said: object) -> Path:
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(said)}\nEND\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("python", "npm", "status", "words"),
    [
        (CLEAN, NPM_CLEAN, 0, "npm: 38 packages were asked for"),
        (KNOWN, NPM_CLEAN, 1, "numpy 2: PYSEC-1, mended in 3"),
        (CLEAN, NPM_KNOWN, 1, "react: high, in <19"),
        (UNSURE, NPM_CLEAN, 2, "Python: 1 packages could not be asked for"),
        ({}, NPM_CLEAN, 2, "Python: all packages could not be asked for"),
        (CLEAN, NPM_AWAY, 2, "npm: no package could be asked for"),
        (KNOWN, NPM_AWAY, 1, "PYSEC-1"),
    ],
)
def test_audit_tells_what_came_of_it(tmp_path: Path, python: Any, npm: Any, status: int, words: str) -> None:
    uvx, _ = _program(tmp_path / "uvx", python), _program(tmp_path / "npm", npm)
    done = subprocess.run(
        [sys.executable, ".ci/audit", tmp_path / "requirements.txt", uvx], cwd=REPOSITORY, capture_output=True,
        text=True, check=False, env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert words in done.stdout
