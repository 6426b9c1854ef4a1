"""Draw `scan.svg` and `why.svg`: what `edgeproof scan` and `edgeproof why` show of an invented session.

Prices, signals and records are made up (`tests/support/sessions.py`): the picture says what stands where, not what the
market did. `PYTHONPATH=. python docs/images/draw_scan.py`.
"""

import io
from pathlib import Path

from draw_demo import cleaned
from rich.console import Console, RenderableType

from edgeproof.cli.decision_view import decision_view
from edgeproof.cli.scan_view import Size, picture
from tests.support.sessions import decisions, standing

SIZE = Size(120, 60)
WHY_WIDTH = 100


def draw(name: str, words: str, title: str, view: RenderableType, width: int) -> None:
    """Keep a picture of a terminal that shows a view."""
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(f"[bold]$ {words}[/]\n")
    console.print(view)
    drawn = cleaned(console.export_svg(title=title, unique_id=name))
    (Path(__file__).parent / f"{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    draw(
        "scan",
        "edgeproof scan --all",
        "edgeproof scan: an invented session",
        picture(standing(), 10.0, SIZE),
        SIZE.width,
    )
    asked = decisions()[3]
    explained = decision_view(asked, WHY_WIDTH)
    draw("why", f"edgeproof why {asked.signal.id[:6]}", "edgeproof why: an invented signal", explained, WHY_WIDTH)
