"""The tables. Moments are stream time: microseconds of UTC, so that what is stored is what was judged."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, ForeignKey, Index, Integer, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from service.rules.event import EventState, VerdictWord

__all__ = [
    "Base",
    "Camera",
    "Event",
    "Evidence",
    "Hall",
    "Hold",
    "JournalRow",
    "Revision",
    "Rulebook",
    "Verdict",
    "Window",
    "Zones",
]


class Base(DeclarativeBase):
    # Named constraints, so that a migration can find them on SQLite and PostgreSQL alike.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Hall(Base):
    __tablename__ = "halls"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    time_zone: Mapped[str] = mapped_column(String(60))


class Camera(Base):
    """``source`` is the address without its password."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hall: Mapped[str] = mapped_column(ForeignKey("halls.id"))
    name: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(500))
    place: Mapped[int] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Window(Base):
    """``active`` is false for one that the configuration no longer names; its events stay."""

    __tablename__ = "windows"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hall: Mapped[str] = mapped_column(ForeignKey("halls.id"))
    camera: Mapped[str] = mapped_column(ForeignKey("cameras.id"))
    name: Mapped[str] = mapped_column(String(40))
    place: Mapped[int] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Zones(Base):
    """A version of a window's zones as drawn in the page: zone name to numbers."""

    __tablename__ = "zones"

    window: Mapped[str] = mapped_column(ForeignKey("windows.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    drawn: Mapped[dict[str, Any]] = mapped_column(JSON)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[int] = mapped_column(BigInteger)


class Rulebook(Base):
    """Every rulebook that an event names, whole, so that an old event can still be explained."""

    __tablename__ = "rulebooks"

    version: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (
        # Every list is newest first; the id settles the order of events that began in the same moment.
        Index("ix_events_started", "started_at", "id"),
        Index("ix_events_window_started", "window", "started_at", "id"),
        Index("ix_events_rule_started", "rule", "started_at", "id"),
        Index("ix_events_state_started", "state", "started_at", "id"),
        Index("ix_events_verdict_started", "verdict", "started_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    window: Mapped[str] = mapped_column(ForeignKey("windows.id"))
    rule: Mapped[str] = mapped_column(String(40))
    rulebook: Mapped[str] = mapped_column(ForeignKey("rulebooks.version"))
    state: Mapped[EventState] = mapped_column(String(12))
    started_at: Mapped[int] = mapped_column(BigInteger)
    satisfied_at: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int] = mapped_column(BigInteger)
    confidence: Mapped[float] = mapped_column(Float)
    repeat_of: Mapped[str | None] = mapped_column(String(36))
    verdict: Mapped[VerdictWord] = mapped_column(String(10), default="pending", server_default="pending")


class Evidence(Base):
    """The latest manifest of an event; ``folder`` is relative to the evidence folder.

    ``kept_since`` is when its event began while its files are there. Once retention has taken them it is None, and
    ``deleted_at`` and ``deleted_why`` say so; the manifest stays.
    """

    __tablename__ = "evidence"
    # What was deleted only grows: whoever looks for what may go walks along what is kept.
    __table_args__ = (
        Index(
            "ix_evidence_kept",
            "kept_since",
            sqlite_where=text("kept_since IS NOT NULL"),
            postgresql_where=text("kept_since IS NOT NULL"),
        ),
    )

    event: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(200))
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    kept_since: Mapped[int | None] = mapped_column(BigInteger)
    deleted_at: Mapped[int | None] = mapped_column(BigInteger)
    deleted_why: Mapped[str | None] = mapped_column(String(200))


class Verdict(Base):
    """Every verdict on an event, the latest last; ``Event.verdict`` is the one that holds."""

    __tablename__ = "verdicts"
    __table_args__ = (Index("ix_verdicts_event", "event", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(ForeignKey("events.id"))
    verdict: Mapped[VerdictWord] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(500))
    at: Mapped[int] = mapped_column(BigInteger)


class Hold(Base):
    """A legal hold: the evidence of this event is not deleted while the row is here."""

    __tablename__ = "holds"

    event: Mapped[str] = mapped_column(ForeignKey("events.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(500))
    at: Mapped[int] = mapped_column(BigInteger)


class JournalRow(Base):
    """A row of the chain over all that happened to evidence; rows are only ever added."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_event", "event", "n"),)

    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(20))
    event: Mapped[str | None] = mapped_column(String(36))
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class Revision(Base):
    """A version of a part of the site that is edited while it runs: its rules, duty, leave, roster or uniforms."""

    __tablename__ = "revisions"

    part: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(500))
    saved_at: Mapped[int] = mapped_column(BigInteger)
