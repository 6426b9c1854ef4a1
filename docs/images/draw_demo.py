"""Draw demo.svg: what `edgeproof demo` prints, run here and now. `python docs/images/draw_demo.py`."""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 100
ROWS = 6


def demo() -> str:
    """What the demo prints before it goes live, with its colours."""
    with tempfile.TemporaryDirectory() as home:
        words = [sys.executable, "-m", "edgeproof", "demo", "--home", home, "--top", str(ROWS), "--speed", "1e6"]
        settings = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
        ran = subprocess.run(words, env=os.environ | settings, capture_output=True, text=True, check=True)
    return ran.stdout.split("Live")[0].rsplit("\n", 1)[0].rstrip()


def picture(printed: str) -> str:
    """The picture of a terminal that shows the text; fonts are those of the reader, none is fetched."""
    console = Console(width=COLUMNS, record=True, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ make demo[/]")
    console.print(Text.from_ansi(printed))
    return cleaned(console.export_svg(title="edgeproof demo: a market with planted edges", unique_id="demo"))


def cleaned(drawn: str) -> str:
    """A drawing without the fonts it would fetch."""
    drawn = re.sub(r"@font-face\s*\{.*?\}", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"\s*<!--.*?-->", "", drawn, flags=re.DOTALL)
    return "\n".join(line.rstrip() for line in drawn.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    (Path(__file__).parent / "demo.svg").write_text(picture(demo()), encoding="utf-8")
