"""Spans of time, of all instruments or of one, and sessions are found without reading what lies between."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("journal_kind_at", "journal", ["kind", "at"])
    op.create_index("journal_kind_instrument_at", "journal", ["kind", "instrument", "at"])
    op.create_index("journal_kind_session", "journal", ["kind", "session"])
