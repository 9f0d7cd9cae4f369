"""Every table, once. ``migrations/`` is how an existing database gets here; a test compares the two.

Times are aware UTC. ``None`` is "not known", never zero. Durations are whole milliseconds except ``turn.duration_s``
and ``turn.sent_s``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    Table,
    TypedColumns,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from audiokit.store.columns import Instant, JsonText, Words

__all__ = [
    "clip",
    "conversation",
    "entry",
    "insert_once",
    "line",
    "made",
    "metadata",
    "person",
    "preference",
    "programme",
    "prompt",
    "source",
    "turn",
]

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class _Person(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    name: Named[str] = Column(Words)
    created_at: Named[datetime] = Column(Instant)


person: Final = Table("person", metadata, _Person)


class _Conversation(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    person_id: Named[str] = Column(Words, ForeignKey("person.id"))
    title: Named[str] = Column(Words)
    voice: Named[str] = Column(Words)
    tier: Named[str] = Column(Words)
    instructions: Named[str | None] = Column(Words)
    created_at: Named[datetime] = Column(Instant)
    updated_at: Named[datetime] = Column(Instant)
    model: Named[str | None] = Column(Words)
    answer_with: Named[str] = Column(Words, server_default="sound")
    language: Named[str | None] = Column(Words)
    translates: Named[bool] = Column(Boolean, server_default=false())
    memory: Named[str] = Column(Words, server_default="balanced")
    uses_tools: Named[bool] = Column(Boolean, server_default=true())
    branched_from: Named[str | None] = Column(Words)
    digest: Named[str | None] = Column(Words)
    digest_until: Named[int | None] = Column(Integer)


conversation: Final = Table("conversation", metadata, _Conversation, Index(None, "person_id", "updated_at"))


class _Turn(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    conversation_id: Named[str] = Column(Words, ForeignKey("conversation.id", ondelete="CASCADE"))
    position: Named[int] = Column(Integer)
    speaker: Named[str] = Column(Words)
    state: Named[str] = Column(Words)
    words: Named[str | None] = Column(Words)
    clip_digest: Named[str | None] = Column(Words)
    clip_media_type: Named[str | None] = Column(Words)
    duration_s: Named[float | None] = Column(Double)
    peaks: Named[Any | None] = Column(JsonText)
    audio_id: Named[str | None] = Column(Words)
    audio_expires_at: Named[datetime | None] = Column(Instant)
    endpoint: Named[str | None] = Column(Words)
    model: Named[str | None] = Column(Words)
    first_sound_ms: Named[int | None] = Column(Integer)
    total_ms: Named[int | None] = Column(Integer)
    failure: Named[str | None] = Column(Words)
    notes: Named[Any | None] = Column(JsonText)
    created_at: Named[datetime] = Column(Instant)
    sent_s: Named[float | None] = Column(Double)
    changes: Named[Any | None] = Column(JsonText)
    typed: Named[str | None] = Column(Words)
    timings: Named[Any | None] = Column(JsonText)
    calls: Named[Any | None] = Column(JsonText)
    levels: Named[Any | None] = Column(JsonText)
    in_words: Named[bool] = Column(Boolean, server_default=false())


turn: Final = Table(
    "turn",
    metadata,
    _Turn,
    UniqueConstraint("conversation_id", "position"),
    CheckConstraint("speaker IN ('person', 'model')", name="speaker"),
    CheckConstraint("state IN ('recorded', 'sending', 'answered', 'failed', 'unusable')", name="state"),
)


class _Clip(TypedColumns):
    """Which person owns which blob: the same bytes from two people are two rows and one blob."""

    digest: Named[str] = Column(Words, primary_key=True)
    person_id: Named[str] = Column(Words, ForeignKey("person.id"), primary_key=True)
    media_type: Named[str] = Column(Words)
    size_bytes: Named[int] = Column(BigInteger)
    created_at: Named[datetime] = Column(Instant)
    kind: Named[str] = Column(Words)
    waveform: Named[bytes | None] = Column(LargeBinary)


clip: Final = Table("clip", metadata, _Clip)


class _Preference(TypedColumns):
    """What a person has chosen or measured once, such as their room; one row for each name."""

    person_id: Named[str] = Column(Words, ForeignKey("person.id"), primary_key=True)
    name: Named[str] = Column(Words, primary_key=True)
    value: Named[Any | None] = Column(JsonText)


preference: Final = Table("preference", metadata, _Preference)


class _Prompt(TypedColumns):
    """What was said once and made into a finished prompt, with what each stage made of it."""

    id: Named[str] = Column(Words, primary_key=True)
    person_id: Named[str] = Column(Words, ForeignKey("person.id"))
    title: Named[str] = Column(Words)
    style: Named[str] = Column(Words)
    clip_digest: Named[str | None] = Column(Words)
    clip_media_type: Named[str | None] = Column(Words)
    cleaned_digest: Named[str | None] = Column(Words)
    transcript: Named[str | None] = Column(Words)
    refined: Named[str | None] = Column(Words)
    stages: Named[Any | None] = Column(JsonText)
    created_at: Named[datetime] = Column(Instant)
    updated_at: Named[datetime] = Column(Instant)


prompt: Final = Table("prompt", metadata, _Prompt, Index(None, "person_id", "updated_at"))


class _Programme(TypedColumns):
    """Documents on their way to a recording. ``reserved_nanousd`` is held for calls under way, below the cap."""

    id: Named[str] = Column(Words, primary_key=True)
    person_id: Named[str] = Column(Words, ForeignKey("person.id"))
    title: Named[str] = Column(Words)
    shape: Named[Any | None] = Column(JsonText)
    state: Named[str] = Column(Words)
    chapters: Named[Any | None] = Column(JsonText)
    notes: Named[Any | None] = Column(JsonText)
    job_id: Named[str | None] = Column(Words)
    goes_on: Named[bool] = Column(Boolean, server_default=false())
    low_nanousd: Named[int | None] = Column(BigInteger)
    high_nanousd: Named[int | None] = Column(BigInteger)
    cap_nanousd: Named[int | None] = Column(BigInteger)
    spent_nanousd: Named[int] = Column(BigInteger, server_default="0")
    reserved_nanousd: Named[int] = Column(BigInteger, server_default="0")
    trouble: Named[str | None] = Column(Words)
    clip_digest: Named[str | None] = Column(Words)
    clip_media_type: Named[str | None] = Column(Words)
    duration_s: Named[float | None] = Column(Double)
    peaks: Named[Any | None] = Column(JsonText)
    marks: Named[Any | None] = Column(JsonText)
    created_at: Named[datetime] = Column(Instant)
    updated_at: Named[datetime] = Column(Instant)


programme: Final = Table("programme", metadata, _Programme, Index(None, "person_id", "updated_at"))


class _Source(TypedColumns):
    """A document of a programme: as read, or why it could not be read."""

    id: Named[str] = Column(Words, primary_key=True)
    programme_id: Named[str] = Column(Words, ForeignKey("programme.id", ondelete="CASCADE"))
    position: Named[int] = Column(Integer)
    name: Named[str] = Column(Words)
    kind: Named[str | None] = Column(Words)
    title: Named[str] = Column(Words)
    n_words: Named[int] = Column(Integer)
    digest: Named[str | None] = Column(Words)
    notes: Named[Any | None] = Column(JsonText)
    trouble: Named[str | None] = Column(Words)
    taking: Named[str] = Column(Words)


source: Final = Table("source", metadata, _Source, Index(None, "programme_id"), Index(None, "digest"))


class _Line(TypedColumns):
    """A line of a script, with its sound once there is some."""

    id: Named[str] = Column(Words, primary_key=True)
    programme_id: Named[str] = Column(Words, ForeignKey("programme.id", ondelete="CASCADE"))
    position: Named[int] = Column(Integer)
    chapter: Named[int] = Column(Integer)
    speaker: Named[int] = Column(Integer)
    text: Named[str] = Column(Words)
    support: Named[Any | None] = Column(JsonText)
    is_starred: Named[bool] = Column(Boolean)
    state: Named[str] = Column(Words)
    key: Named[str | None] = Column(Words)
    clip_digest: Named[str | None] = Column(Words)
    duration_s: Named[float | None] = Column(Double)
    heard: Named[str | None] = Column(Words)
    n_tries: Named[int] = Column(Integer, server_default="0")
    trouble: Named[str | None] = Column(Words)
    timings: Named[Any | None] = Column(JsonText)


line: Final = Table(
    "line",
    metadata,
    _Line,
    Index(None, "programme_id", "position"),
    Index(None, "clip_digest"),
    CheckConstraint("state IN ('written', 'spoken', 'wrong', 'failed')", name="state"),
)


class _Made(TypedColumns):
    """Sound that was generated once: by the digest of what it was made of, the blob that came of it."""

    key: Named[str] = Column(Words, primary_key=True)
    digest: Named[str] = Column(Words)
    media_type: Named[str] = Column(Words)
    duration_s: Named[float] = Column(Double)
    n_words: Named[int] = Column(Integer)
    heard: Named[str | None] = Column(Words)
    voice: Named[str] = Column(Words)
    model: Named[str] = Column(Words)
    cost_nanousd: Named[int | None] = Column(BigInteger)
    timings: Named[Any | None] = Column(JsonText)
    created_at: Named[datetime] = Column(Instant)


made: Final = Table("made", metadata, _Made, Index(None, "voice", "model"), Index(None, "digest"))


class _Entry(TypedColumns):
    """The ledger, append-only. No foreign keys: what was spent stays known when a conversation is deleted."""

    id: Named[str] = Column(Words, primary_key=True)
    at: Named[datetime] = Column(Instant)
    person_id: Named[str] = Column(Words)
    page: Named[str] = Column(Words)
    turn_id: Named[str | None] = Column(Words)
    conversation_id: Named[str | None] = Column(Words)
    endpoint: Named[str] = Column(Words)
    kind: Named[str] = Column(Words)
    model_asked: Named[str] = Column(Words)
    model_used: Named[str | None] = Column(Words)
    text_in_tokens: Named[int | None] = Column(Integer)
    audio_in_tokens: Named[int | None] = Column(Integer)
    cached_in_tokens: Named[int | None] = Column(Integer)
    text_out_tokens: Named[int | None] = Column(Integer)
    audio_out_tokens: Named[int | None] = Column(Integer)
    characters: Named[int | None] = Column(Integer)
    input_ms: Named[int | None] = Column(Integer)
    output_ms: Named[int | None] = Column(Integer)
    price_id: Named[str | None] = Column(Words)
    cost_nanousd: Named[int | None] = Column(BigInteger)
    first_byte_ms: Named[int | None] = Column(Integer)
    total_ms: Named[int] = Column(Integer)
    outcome: Named[str] = Column(Words)
    error: Named[str | None] = Column(Words)
    request_id: Named[str | None] = Column(Words)
    cached: Named[bool] = Column(Boolean)
    saved_nanousd: Named[int | None] = Column(BigInteger)


entry: Final = Table(
    "entry",
    metadata,
    _Entry,
    Index(None, "person_id", "at"),
    Index(None, "at"),
    Index(None, "turn_id"),
    Index(None, "conversation_id"),
    CheckConstraint("outcome IN ('answered', 'failed', 'cut', 'refused')", name="outcome"),
)


def insert_once(table: Table) -> dict[str, Insert]:
    """Return, by the name of the dialect, the insert that leaves a row alone whose primary key is there already.

    Build it once, at module level: building takes longer than running it.
    """
    names = [column.name for column in table.primary_key]
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=names),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=names),
    }
