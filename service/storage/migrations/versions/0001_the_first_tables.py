"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "halls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halls")),
    )
    op.create_table(
        "rulebooks",
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rulebooks")),
    )
    op.create_table(
        "cameras",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hall", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["hall"], ["halls.id"], name=op.f("fk_cameras_hall")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cameras")),
    )
    op.create_table(
        "windows",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("hall", sa.String(length=40), nullable=False),
        sa.Column("camera", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["camera"], ["cameras.id"], name=op.f("fk_windows_camera")),
        sa.ForeignKeyConstraint(["hall"], ["halls.id"], name=op.f("fk_windows_hall")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_windows")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("window", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("rulebook", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("satisfied_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("repeat_of", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["rulebook"], ["rulebooks.version"], name=op.f("fk_events_rulebook")),
        sa.ForeignKeyConstraint(["window"], ["windows.id"], name=op.f("fk_events_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_rule_started", ["rule", "started_at", "id"], unique=False)
        batch_op.create_index("ix_events_started", ["started_at", "id"], unique=False)
        batch_op.create_index("ix_events_state_started", ["state", "started_at", "id"], unique=False)
        batch_op.create_index("ix_events_window_started", ["window", "started_at", "id"], unique=False)

    op.create_table(
        "zones",
        sa.Column("window", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["window"], ["windows.id"], name=op.f("fk_zones_window")),
        sa.PrimaryKeyConstraint("window", "version", name=op.f("pk_zones")),
    )
    op.create_table(
        "evidence",
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("folder", sa.String(length=200), nullable=False),
        sa.Column("manifest", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event"], ["events.id"], name=op.f("fk_evidence_event")),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_evidence")),
    )


def downgrade() -> None:
    op.drop_table("evidence")
    op.drop_table("zones")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index("ix_events_window_started")
        batch_op.drop_index("ix_events_state_started")
        batch_op.drop_index("ix_events_started")
        batch_op.drop_index("ix_events_rule_started")

    op.drop_table("events")
    op.drop_table("windows")
    op.drop_table("cameras")
    op.drop_table("rulebooks")
    op.drop_table("halls")
