"""Every table, once. ``migrations/`` is how an existing database gets here; a test compares the two.

Times are aware UTC. ``None`` is "not known", never zero. Durations are whole milliseconds except ``turn.duration_s``
and ``turn.sent_s``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
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
    "batch",
    "bill_check",
    "bill_drift",
    "budget",
    "budget_hold",
    "budget_period",
    "clip",
    "conversation",
    "entry",
    "insert_once",
    "installation",
    "line",
    "made",
    "metadata",
    "model_switch",
    "notice",
    "notice_letter",
    "notice_seen",
    "part",
    "person",
    "preference",
    "presumed_cost",
    "programme",
    "prompt",
    "rate",
    "receipt",
    "recording",
    "retention",
    "segment",
    "sighting",
    "source",
    "tally_day",
    "tally_latency",
    "tally_month",
    "tally_sound",
    "tally_zone",
    "token",
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
    team: Named[str | None] = Column(Words)
    issuer: Named[str | None] = Column(Words)
    subject: Named[str | None] = Column(Words)
    email: Named[str | None] = Column(Words)
    role: Named[str] = Column(Words, server_default="member")
    is_role_fixed: Named[bool] = Column(Boolean, server_default=false())
    is_blocked: Named[bool] = Column(Boolean, server_default=false())
    seen_at: Named[datetime | None] = Column(Instant)
    signed_out_at: Named[datetime | None] = Column(Instant)


person: Final = Table(
    "person",
    metadata,
    _Person,
    UniqueConstraint("issuer", "subject"),
    CheckConstraint("role IN ('viewer', 'member', 'admin')", name="role"),
)


class _Token(TypedColumns):
    """What a program shows in place of signing in. ``digest`` is the SHA-256 of the token, which is kept nowhere."""

    id: Named[str] = Column(Words, primary_key=True)
    person_id: Named[str] = Column(Words, ForeignKey("person.id"))
    name: Named[str] = Column(Words)
    digest: Named[str] = Column(Words)
    scopes: Named[str] = Column(Words)
    created_at: Named[datetime] = Column(Instant)
    expires_at: Named[datetime | None] = Column(Instant)
    last_used_at: Named[datetime | None] = Column(Instant)
    revoked_at: Named[datetime | None] = Column(Instant)


token: Final = Table("token", metadata, _Token, UniqueConstraint("digest"), Index(None, "person_id"))


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


class _Batch(TypedColumns):
    """Recordings that were given together. ``reserved_nanousd`` is held for calls under way, below the cap."""

    id: Named[str] = Column(Words, primary_key=True)
    person_id: Named[str] = Column(Words, ForeignKey("person.id"))
    title: Named[str] = Column(Words)
    options: Named[Any | None] = Column(JsonText)
    low_nanousd: Named[int | None] = Column(BigInteger)
    high_nanousd: Named[int | None] = Column(BigInteger)
    cap_nanousd: Named[int | None] = Column(BigInteger)
    spent_nanousd: Named[int] = Column(BigInteger, server_default="0")
    reserved_nanousd: Named[int] = Column(BigInteger, server_default="0")
    created_at: Named[datetime] = Column(Instant)
    updated_at: Named[datetime] = Column(Instant)


batch: Final = Table("batch", metadata, _Batch, Index(None, "person_id", "updated_at"))


class _Recording(TypedColumns):
    """A recording of a batch: as it came, as it is listened to, and what is said of the whole of it.

    ``clip_digest`` is the prepared sound, on whose clock all times are; ``spans`` are where there is speech in it, and
    ``form`` is how its parts are sent.
    ``strip``, ``n_contrasts`` and ``turning_point`` are of its segments, for a table of recordings.
    ``reserved_nanousd`` is its part of what the batch holds.
    """

    id: Named[str] = Column(Words, primary_key=True)
    batch_id: Named[str] = Column(Words, ForeignKey("batch.id", ondelete="CASCADE"))
    position: Named[int] = Column(Integer)
    name: Named[str] = Column(Words)
    state: Named[str] = Column(Words)
    trouble: Named[str | None] = Column(Words)
    job_id: Named[str | None] = Column(Words)
    reserved_nanousd: Named[int] = Column(BigInteger, server_default="0")
    original_digest: Named[str] = Column(Words)
    clip_digest: Named[str | None] = Column(Words)
    clip_media_type: Named[str | None] = Column(Words)
    duration_s: Named[float | None] = Column(Double)
    peaks: Named[Any | None] = Column(JsonText)
    spans: Named[Any | None] = Column(JsonText)
    form: Named[Any | None] = Column(JsonText)
    plan: Named[str | None] = Column(Words)
    notes: Named[Any | None] = Column(JsonText)
    language: Named[str | None] = Column(Words)
    speakers: Named[Any | None] = Column(JsonText)
    whole: Named[Any | None] = Column(JsonText)
    strip: Named[Any | None] = Column(JsonText)
    n_contrasts: Named[int] = Column(Integer, server_default="0")
    turning_point: Named[str | None] = Column(Words)
    created_at: Named[datetime] = Column(Instant)
    updated_at: Named[datetime] = Column(Instant)


recording: Final = Table(
    "recording",
    metadata,
    _Recording,
    Index(None, "batch_id", "position"),
    Index(None, "original_digest"),
    Index(None, "clip_digest"),
)


class _Part(TypedColumns):
    """A part of a recording that is sent by itself, and what was recognised in it; parts may overlap."""

    recording_id: Named[str] = Column(Words, ForeignKey("recording.id", ondelete="CASCADE"), primary_key=True)
    position: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    start_s: Named[float] = Column(Double)
    end_s: Named[float] = Column(Double)
    heard: Named[str | None] = Column(Words)


part: Final = Table("part", metadata, _Part)


class _Segment(TypedColumns):
    """What one speaker says in one stretch, and each reading of it in a column of its own: none overwrites another."""

    id: Named[str] = Column(Words, primary_key=True)
    recording_id: Named[str] = Column(Words, ForeignKey("recording.id", ondelete="CASCADE"))
    position: Named[int] = Column(Integer)
    start_s: Named[float] = Column(Double)
    end_s: Named[float] = Column(Double)
    speaker: Named[int] = Column(Integer)
    text: Named[str] = Column(Words)
    heard: Named[str | None] = Column(Words)
    words: Named[Any | None] = Column(JsonText)
    measured: Named[Any | None] = Column(JsonText)
    by_words: Named[Any | None] = Column(JsonText)
    first: Named[Any | None] = Column(JsonText)
    second: Named[Any | None] = Column(JsonText)
    again: Named[Any | None] = Column(JsonText)
    correction: Named[Any | None] = Column(JsonText)


segment: Final = Table("segment", metadata, _Segment, Index(None, "recording_id", "position"))


class _Entry(TypedColumns):
    """The ledger, append-only. No foreign keys: what was spent stays known when a conversation is deleted.

    A correction names the entry that it ``corrects``; what it counts is added to that. ``again_for`` is the model whose
    saying of a line was not as written, so that this call says it again.
    """

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
    history_in_tokens: Named[int | None] = Column(Integer)
    history_in_ms: Named[int | None] = Column(Integer)
    cached_text_in_tokens: Named[int | None] = Column(Integer)
    cached_audio_in_tokens: Named[int | None] = Column(Integer)
    cache_write_in_tokens: Named[int | None] = Column(Integer)
    billed_ms: Named[int | None] = Column(Integer)
    cost_audio_in_nanousd: Named[int | None] = Column(BigInteger)
    cost_audio_out_nanousd: Named[int | None] = Column(BigInteger)
    cost_text_nanousd: Named[int | None] = Column(BigInteger)
    cost_cached_nanousd: Named[int | None] = Column(BigInteger)
    corrects: Named[str | None] = Column(Words)
    makes_known: Named[bool] = Column(Boolean, server_default=false())
    saved_silence_nanousd: Named[int | None] = Column(BigInteger)
    saved_history_nanousd: Named[int | None] = Column(BigInteger)
    in_sound_ms: Named[int | None] = Column(Integer)
    in_speech_ms: Named[int | None] = Column(Integer)
    in_clipped_ratio: Named[float | None] = Column(Double)
    in_loudness_lufs: Named[float | None] = Column(Double)
    in_snr_db: Named[float | None] = Column(Double)
    in_bandwidth_hz: Named[int | None] = Column(Integer)
    out_sound_ms: Named[int | None] = Column(Integer)
    out_speech_ms: Named[int | None] = Column(Integer)
    out_clipped_ratio: Named[float | None] = Column(Double)
    out_loudness_lufs: Named[float | None] = Column(Double)
    out_snr_db: Named[float | None] = Column(Double)
    out_bandwidth_hz: Named[int | None] = Column(Integer)
    again_for: Named[str | None] = Column(Words)


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
_REFUSED, _CORRECTS = entry.c.outcome == "refused", entry.c.corrects.is_not(None)
Index("ix_entry_corrects", entry.c.corrects, sqlite_where=_CORRECTS, postgresql_where=_CORRECTS)
Index(
    "ix_entry_refused",
    entry.c.at,
    entry.c.page,
    entry.c.model_asked,
    sqlite_where=_REFUSED,
    postgresql_where=_REFUSED,
)
Index("ix_entry_refused_person_id", entry.c.person_id, entry.c.at, sqlite_where=_REFUSED, postgresql_where=_REFUSED)


class _Tally(TypedColumns):
    """The ledger added up by day, or by month, whose first day it is then, in the transaction that writes the entry.

    ``who`` is a person, or empty for everybody together. Everybody's rows are by page and model. A person has these as
    well, and one row of all together, whose page and model are empty. What an entry does not know adds nothing, but
    ``n_unknown`` counts the calls whose cost is not known. What may be None is so where no entry knows it.
    """

    who: Named[str] = Column(Words, primary_key=True)
    page: Named[str] = Column(Words, primary_key=True)
    model: Named[str] = Column(Words, primary_key=True)
    day: Named[date] = Column(Date, primary_key=True)
    n_calls: Named[int] = Column(BigInteger)
    n_failed: Named[int] = Column(BigInteger)
    n_refused: Named[int] = Column(BigInteger)
    n_cached: Named[int] = Column(BigInteger)
    n_unknown: Named[int] = Column(BigInteger)
    cost_nanousd: Named[int] = Column(BigInteger)
    cost_audio_in_nanousd: Named[int] = Column(BigInteger)
    cost_audio_out_nanousd: Named[int] = Column(BigInteger)
    cost_text_nanousd: Named[int] = Column(BigInteger)
    cost_cached_nanousd: Named[int] = Column(BigInteger)
    saved_nanousd: Named[int] = Column(BigInteger)
    input_ms: Named[int] = Column(BigInteger)
    history_in_ms: Named[int] = Column(BigInteger)
    output_ms: Named[int] = Column(BigInteger)
    text_in_tokens: Named[int] = Column(BigInteger)
    audio_in_tokens: Named[int] = Column(BigInteger)
    history_in_tokens: Named[int] = Column(BigInteger)
    cached_in_tokens: Named[int] = Column(BigInteger)
    text_out_tokens: Named[int] = Column(BigInteger)
    audio_out_tokens: Named[int] = Column(BigInteger)
    characters: Named[int] = Column(BigInteger)
    saved_silence_nanousd: Named[int | None] = Column(BigInteger)
    saved_history_nanousd: Named[int | None] = Column(BigInteger)


tally_day: Final = Table("tally_day", metadata, _Tally, Index(None, "day"), sqlite_with_rowid=False)
tally_month: Final = Table("tally_month", metadata, _Tally, Index(None, "day"), sqlite_with_rowid=False)


tally_latency: Final = Table(
    # How many of everybody's calls took how long, a column for each bucket of time, from the shortest on;
    # ``measure`` is ``first`` (sound) or ``total``.
    "tally_latency",
    metadata,
    Column("grain", Words, primary_key=True),
    Column("page", Words, primary_key=True),
    Column("model", Words, primary_key=True),
    Column("measure", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    *(Column(f"n{number:02}", Integer, nullable=False, server_default="0") for number in range(51)),
    Index(None, "day"),
    sqlite_with_rowid=False,
)


tally_sound: Final = Table(
    # What everybody's sounds are like: ``direction`` is ``in`` or ``out``. How many were so loud (``l``), so far above
    # their noise (``s``) and so wide (``b``), a column for each bucket, from the least on. ``n_again`` counts what this
    # model said and another call had to say again.
    "tally_sound",
    metadata,
    Column("grain", Words, primary_key=True),
    Column("page", Words, primary_key=True),
    Column("model", Words, primary_key=True),
    Column("direction", Words, primary_key=True),
    Column("day", Date, primary_key=True),
    *(
        Column(name, BigInteger, nullable=False, server_default="0")
        for name in ("n_sounds", "n_clipped", "n_again", "sound_ms", "speech_ms")
    ),
    *(
        Column(f"{of}{number:02}", Integer, nullable=False, server_default="0")
        for of, n_buckets in (("l", 15), ("s", 12), ("b", 7))
        for number in range(n_buckets)
    ),
    Index(None, "day"),
    sqlite_with_rowid=False,
)


class _TallyZone(TypedColumns):
    """The time zone whose days the tallies have; one row, and none before there is a tally."""

    id: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    zone: Named[str] = Column(Words)


tally_zone: Final = Table("tally_zone", metadata, _TallyZone)


class _Budget(TypedColumns):
    """So much for a scope in each period; ``zone`` is the time zone by which what is spent was last counted."""

    id: Named[str] = Column(Words, primary_key=True)
    scope_kind: Named[str] = Column(Words)
    scope_id: Named[str] = Column(Words)
    period: Named[str] = Column(Words)
    limit_nanousd: Named[int] = Column(BigInteger)
    is_hard: Named[bool] = Column(Boolean)
    zone: Named[str] = Column(Words)
    updated_at: Named[datetime] = Column(Instant)


budget: Final = Table(
    "budget",
    metadata,
    _Budget,
    UniqueConstraint("scope_kind", "scope_id", "period"),
    CheckConstraint("scope_kind IN ('installation', 'team', 'person', 'page', 'model')", name="scope_kind"),
    CheckConstraint("period IN ('day', 'week', 'month')", name="period"),
)


class _BudgetPeriod(TypedColumns):
    """How a budget stands in the period that began on a day; ``told_percent`` is the threshold last told of.

    No foreign key, here and for holds: an entry must never fail because its budget was just taken away.
    """

    budget_id: Named[str] = Column(Words, primary_key=True)
    starts_on: Named[date] = Column(Date, primary_key=True)
    spent_nanousd: Named[int] = Column(BigInteger, server_default="0")
    presumed_nanousd: Named[int] = Column(BigInteger, server_default="0")
    n_unknown: Named[int] = Column(Integer, server_default="0")
    held_nanousd: Named[int] = Column(BigInteger, server_default="0")
    told_percent: Named[int] = Column(Integer, server_default="0")


budget_period: Final = Table("budget_period", metadata, _BudgetPeriod)


class _BudgetHold(TypedColumns):
    """What one call under way holds of one budget; one row for each budget that applies to it."""

    id: Named[str] = Column(Words, primary_key=True)
    budget_id: Named[str] = Column(Words, primary_key=True)
    starts_on: Named[date] = Column(Date)
    amount_nanousd: Named[int] = Column(BigInteger)
    expires_at: Named[datetime] = Column(Instant)


budget_hold: Final = Table("budget_hold", metadata, _BudgetHold, Index(None, "expires_at"))


class _PresumedCost(TypedColumns):
    """What an entry counts as in budgets whose cost nobody knows: what it was expected to cost."""

    entry_id: Named[str] = Column(Words, primary_key=True)
    amount_nanousd: Named[int] = Column(BigInteger)


presumed_cost: Final = Table("presumed_cost", metadata, _PresumedCost)


class _Notice(TypedColumns):
    """A threshold that was crossed: once for each limit in a period. No foreign key: a notice outlives its budget."""

    id: Named[str] = Column(Words, primary_key=True)
    scope_kind: Named[str] = Column(Words)
    scope_id: Named[str] = Column(Words)
    period: Named[str] = Column(Words)
    starts_on: Named[date] = Column(Date)
    percent: Named[int] = Column(Integer)
    spent_nanousd: Named[int] = Column(BigInteger)
    limit_nanousd: Named[int] = Column(BigInteger)
    at: Named[datetime] = Column(Instant)


notice: Final = Table("notice", metadata, _Notice, Index(None, "at"))


class _NoticeLetter(TypedColumns):
    """A notice on its way out of the house, by webhook or by e-mail."""

    notice_id: Named[str] = Column(Words, ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    way: Named[str] = Column(Words, primary_key=True)
    state: Named[str] = Column(Words)
    n_tries: Named[int] = Column(Integer, server_default="0")
    due_at: Named[datetime] = Column(Instant)
    trouble: Named[str | None] = Column(Words)


notice_letter: Final = Table(
    "notice_letter",
    metadata,
    _NoticeLetter,
    Index(None, "state", "due_at"),
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'given up')", name="state"),
)


class _NoticeSeen(TypedColumns):
    """Which person has put which notice away."""

    notice_id: Named[str] = Column(Words, ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    person_id: Named[str] = Column(Words, primary_key=True)


notice_seen: Final = Table("notice_seen", metadata, _NoticeSeen)


class _BillCheck(TypedColumns):
    """Each time that the ledger was held against the provider's bill; ``trouble`` is why it could not be."""

    id: Named[str] = Column(Words, primary_key=True)
    at: Named[datetime] = Column(Instant)
    first_day: Named[date] = Column(Date)
    last_day: Named[date] = Column(Date)
    state: Named[str] = Column(Words)
    trouble: Named[str | None] = Column(Words)


bill_check: Final = Table(
    "bill_check",
    metadata,
    _BillCheck,
    Index(None, "at"),
    CheckConstraint("state IN ('under way', 'done', 'failed')", name="state"),
)


class _BillDrift(TypedColumns):
    """Ledger and bill of a day (UTC) and model, as last compared."""

    day: Named[date] = Column(Date, primary_key=True)
    model: Named[str] = Column(Words, primary_key=True)
    check_id: Named[str] = Column(Words, ForeignKey("bill_check.id"))
    booked: Named[Any] = Column(JsonText)
    billed: Named[Any | None] = Column(JsonText)
    charged_nanousd: Named[int | None] = Column(BigInteger)
    causes: Named[Any] = Column(JsonText)


bill_drift: Final = Table("bill_drift", metadata, _BillDrift)


class _ModelSwitch(TypedColumns):
    """Which model is asked in place of another; ``person_id`` is empty where that holds for everybody."""

    person_id: Named[str] = Column(Words, primary_key=True)
    old_model: Named[str] = Column(Words, primary_key=True)
    new_model: Named[str] = Column(Words)
    at: Named[datetime] = Column(Instant)


model_switch: Final = Table("model_switch", metadata, _ModelSwitch)


class _Sighting(TypedColumns):
    """The audit log, append-only: who did what to whose. No foreign keys: it outlives what it tells of."""

    id: Named[str] = Column(Words, primary_key=True)
    at: Named[datetime] = Column(Instant)
    actor_id: Named[str] = Column(Words)
    action: Named[str] = Column(Words)
    person_id: Named[str | None] = Column(Words)
    subject_kind: Named[str | None] = Column(Words)
    subject_id: Named[str | None] = Column(Words)
    detail: Named[Any | None] = Column(JsonText)


sighting: Final = Table("sighting", metadata, _Sighting, Index(None, "at"), Index(None, "person_id", "at"))


class _Retention(TypedColumns):
    """How long one kind of thing is kept here; no row and no days: for good."""

    kind: Named[str] = Column(Words, primary_key=True)
    days: Named[int | None] = Column(Integer)
    updated_at: Named[datetime] = Column(Instant)


retention: Final = Table("retention", metadata, _Retention)


class _Receipt(TypedColumns):
    """What was deleted for good, item by item, and why. No foreign keys: it outlives whom it was deleted for."""

    id: Named[str] = Column(Words, primary_key=True)
    at: Named[datetime] = Column(Instant)
    person_id: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)
    items: Named[Any] = Column(JsonText)  # type: ignore[assignment]  # nobody asks for the columns' own items()
    n_items: Named[int] = Column(Integer)
    n_bytes: Named[int] = Column(BigInteger)


receipt: Final = Table("receipt", metadata, _Receipt, Index(None, "person_id", "at"))


class _Rate(TypedColumns):
    """The state of one token bucket, shared by all processes."""

    key: Named[str] = Column(Words, primary_key=True)
    state: Named[Any | None] = Column(JsonText)
    expires_at: Named[datetime | None] = Column(Instant)


rate: Final = Table("rate", metadata, _Rate, Index(None, "expires_at"))


class _Installation(TypedColumns):
    """What all machines of an installation must agree on; one row for each name."""

    name: Named[str] = Column(Words, primary_key=True)
    value: Named[Any | None] = Column(JsonText)


installation: Final = Table("installation", metadata, _Installation)


def insert_once(table: Table) -> dict[str, Insert]:
    """Return, by the name of the dialect, the insert that leaves a row alone whose primary key is there already.

    Build it once, at module level: building takes longer than running it.
    """
    names = [column.name for column in table.primary_key]
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=names),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=names),
    }
