"""The page of sessions as one file, by the scripts and the style of the page of a run."""

from edgeproof.research.report.page import render
from edgeproof.research.report.session.page_data import session_data
from edgeproof.research.report.session.sources import SessionSources

_APP = (
    "format", "data", "state", "svg", "trade_chart", "curves",
    "session/overview", "session/equity", "session/trades", "session/causes", "session/main",
)  # fmt: skip


def build_session_page(sources: SessionSources) -> str:
    """The page."""
    data = session_data(sources)
    return render(data, title=f"edgeproof {data['about']['title']}", app=_APP)
