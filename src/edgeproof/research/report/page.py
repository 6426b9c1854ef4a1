"""A page as one file: template, style, scripts and data put together.

The page asks for nothing: its content security policy allows the scripts that are in it, by their hashes, and no
connection at all. It is the same to the byte for the same run.
"""

import base64
import hashlib
import html
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

from edgeproof.research.report.packing import packed_document
from edgeproof.research.report.page_data import page_data
from edgeproof.research.report.sources import Sources

_SCRIPTS = ("vendor/lightweight-charts.js", "vendor/uplot.js")
_STYLES = ("vendor/uplot.css", "page/style.css")
_APP = (
    "format",
    "data",
    "state",
    "svg",
    "table",
    "edge",
    "overview",
    "trade_chart",
    "candles",
    "curves",
    "panels",
    "detail",
    "main",
)
"""The page's own scripts, in the order in which they build on one another."""


def build_page(sources: Sources) -> str:
    """The page of a run."""
    data = page_data(sources)
    return render(data, title=f"edgeproof report {data['run']['id']}", app=_APP)


def render(data: Mapping[str, Any], *, title: str, app: Sequence[str]) -> str:
    """The page that shows this data by the scripts of `app`, in the order in which they build on one another."""
    scripts = [*map(_asset, _SCRIPTS), _joined(app)]
    parts = {
        "policy": _policy(scripts),
        "title": html.escape(title),
        "style": "\n".join(map(_asset, _STYLES)),
        "data": packed_document(data),
        "scripts": "\n".join(f"<script>{script}</script>" for script in scripts),
    }
    return "".join(_filled(_asset("page/page.html"), parts))


def _filled(template: str, parts: Mapping[str, str]) -> Iterator[str]:
    """The template with every {{name}} replaced, in one pass: a part may say anything."""
    for number, piece in enumerate(template.replace("}}", "{{").split("{{")):
        yield piece if number % 2 == 0 else parts[piece]


def _joined(app: Sequence[str]) -> str:
    body = "\n".join(_asset(f"page/{name}.js") for name in app)
    return f'"use strict";\n(() => {{\n{body}\n}})();\n'


def _asset(name: str) -> str:
    text = resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script") if name.endswith(".js") else text


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "form-action 'none'; base-uri 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
