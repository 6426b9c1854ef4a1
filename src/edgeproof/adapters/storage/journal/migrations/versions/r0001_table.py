"""The table: one row a record."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table, the order of each kind, and the key that keeps a signal from having two fates."""
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("session", _TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("instrument", _TEXT, nullable=True),
        sa.Column("key", _TEXT, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("journal_kind_seq", "journal", ["kind", "seq"])
    has_key = sa.text("key IS NOT NULL")
    op.create_index("journal_key", "journal", ["key"], unique=True, sqlite_where=has_key, postgresql_where=has_key)
