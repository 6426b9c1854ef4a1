"""Who may import whom, and what asking for help costs."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.data import REPOSITORY

_SOURCES = REPOSITORY / "src" / "edgeproof"
_HEAVY = ("numba", "llvmlite", "polars", "pandas", "sqlalchemy")


def test_import_contracts_of_the_package_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([program, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_help_of_the_command_imports_no_heavy_library() -> None:
    program = f"""
import sys
from edgeproof.cli.main import main
sys.argv = ["edgeproof", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
loaded = sorted(set(sys.modules) & set({_HEAVY!r}))
assert not loaded, loaded
"""
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr
    assert "backtest" in asked.stdout


def _modules_with_exports() -> list[str]:
    found = []
    for path in sorted(_SOURCES.rglob("*.py")):
        names = (
            target.id
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        )
        if "__all__" in names:
            parts = path.relative_to(_SOURCES.parent).with_suffix("").parts
            found.append(".".join(part for part in parts if part != "__init__"))
    return found


@pytest.mark.parametrize("module", _modules_with_exports())
def test_exports_of_a_module_exist_and_appear_once(module: str) -> None:
    loaded = importlib.import_module(module)
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []
    assert len(loaded.__all__) == len(set(loaded.__all__))
