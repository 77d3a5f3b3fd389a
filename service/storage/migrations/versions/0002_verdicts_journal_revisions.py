"""Verdicts, legal holds, the journal of evidence, and what is edited while the site runs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("verdict", sa.String(length=10), nullable=False, server_default="pending"))
        batch_op.create_index("ix_events_verdict_started", ["verdict", "started_at", "id"], unique=False)
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("deleted_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("deleted_why", sa.String(length=200), nullable=True))
    op.execute("UPDATE evidence SET kept_since = (SELECT started_at FROM events WHERE events.id = evidence.event)")
    kept = sa.text("kept_since IS NOT NULL")
    op.create_index("ix_evidence_kept", "evidence", ["kept_since"], sqlite_where=kept, postgresql_where=kept)
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_verdicts_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.create_index("ix_verdicts_event", ["event", "id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_holds_event")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_holds")),
    )
    op.create_table(
        "journal",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_event", ["event", "n"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("part", "version", name=op.f("pk_revisions")),
    )


def downgrade() -> None:
    for table in ("revisions", "journal", "holds", "verdicts"):
        op.drop_table(table)
    op.drop_index("ix_evidence_kept", "evidence")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("kept_since")
        batch_op.drop_column("deleted_why")
        batch_op.drop_column("deleted_at")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_verdict_started")
        batch_op.drop_column("verdict")
