"""Reads and writes programmes; every call names the person, and finds only what is theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from audiokit.errors import InputError, NotFound
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import entry as entry_table
from audiokit.store.tables import line as line_table
from audiokit.store.tables import programme as programme_table
from audiokit.store.tables import source as source_table
from audiokit.summaries.kept import Heading, KeptProgramme, Placed, Progress, Recording
from audiokit.summaries.script import KeptLine, Line, LineState, Support
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source, Taking
from audiokit.usage.purse import Money, n_unknown_where
from audiokit.words.word_times import Word

__all__ = ["WORKED_ON", "Programmes", "at_rest", "fingerprint_of"]

WORKED_ON = "This programme is being worked on. Pause or cancel that first."

_SHAPE = TypeAdapter(Shape)
_SUPPORT = TypeAdapter(tuple[Support, ...])
_WORDS = TypeAdapter(tuple[Word, ...])
_MARKS = TypeAdapter(tuple[Placed, ...])
_MOST_HEADINGS = 2_000
_OF_A_HEADING = [
    column
    for column in programme_table.c
    if column.name not in {"person_id", "chapters", "notes", "peaks", "marks", "trouble"}
]
_GONE = "This programme is not here any more. Choose another one, or begin a new one."


def fingerprint_of(lines: Sequence[KeptLine]) -> str:
    """Return a short name for what a recording is made of: which clips, in which order, in which chapters."""
    text = "\x1f".join(f"{line.clip_digest}/{line.line.chapter}/{line.line.speaker}" for line in lines)
    return sha256(text.encode()).hexdigest()[:16]


def at_rest(programme: KeptProgramme) -> Progress:
    """Return where a programme stands while nobody works on it: made, if its recording is of its script as it is."""
    if programme.recording is not None and programme.recording.of == fingerprint_of(programme.lines):
        return Progress.MADE
    return Progress.WRITTEN if programme.lines else Progress.DRAFT


@dataclass(frozen=True, slots=True)
class Programmes:
    """One database; see the module. Scripts are edited in :mod:`audiokit.summaries.scripts`."""

    database: Database
    now: Callable[[], datetime] = utc_now

    def add(self, person_id: str, shape: Shape, *, title: str = "", sources: Sequence[Source] = ()) -> KeptProgramme:
        """Begin a programme."""
        at = self.now()
        row = {
            "id": new_id(),
            "person_id": person_id,
            "title": title,
            "shape": _SHAPE.dump_python(shape, mode="json"),
            "state": Progress.DRAFT.value,
            "created_at": at,
            "updated_at": at,
        }
        with self.database.write() as connection:
            connection.execute(insert(programme_table), row)
            _put_sources(connection, str(row["id"]), sources)
            return _one(connection, person_id, str(row["id"]))

    def open(self, person_id: str, programme_id: str) -> KeptProgramme:
        """Return one programme with its sources and lines.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.read() as connection:
            return _one(connection, person_id, programme_id)

    def headings(self, person_id: str, *, search: str = "", limit: int = _MOST_HEADINGS) -> tuple[Heading, ...]:
        """Return this person's programmes, the latest first; those whose title, sources or lines hold ``search``."""
        table = programme_table.c
        of_it = line_table.c.programme_id == table.id
        n_lines = select(func.count()).where(of_it).scalar_subquery()
        n_spoken = select(func.count()).where(of_it, line_table.c.clip_digest.is_not(None)).scalar_subquery()
        n_unknown = n_unknown_where(entry_table.c.conversation_id == table.id)
        counts = n_lines.label("n_lines"), n_spoken.label("n_spoken"), n_unknown.label("n_unknown")
        query: Select[Any] = select(*_OF_A_HEADING, *counts)  # marks and peaks of all would be megabytes
        query = query.where(table.person_id == person_id)
        if words := search.strip():
            named = source_table.c.programme_id == table.id, _holds(source_table.c.name, words)
            said = of_it, _holds(line_table.c.text, words)
            query = query.where(
                or_(_holds(table.title, words), select(1).where(*named).exists(), select(1).where(*said).exists())
            )
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(table.updated_at.desc(), table.id.desc()).limit(limit))
            return tuple(_heading(row) for row in rows)

    def shape(self, person_id: str, programme_id: str) -> Shape:
        """Return what a programme is to be, without reading the rest of it.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        mine = (programme_table.c.id == programme_id) & (programme_table.c.person_id == person_id)
        with self.database.read() as connection:
            row = connection.execute(select(programme_table.c.shape).where(mine)).one_or_none()
        if row is None:
            raise NotFound(_GONE)
        return _SHAPE.validate_python(row.shape)

    def experience(self, limit: int = 20) -> tuple[tuple[int, int], ...]:
        """Return what the last programmes that were made cost, beside the middle of what had been quoted for them.

        What was there already, and saved, counts as if it had been paid: the next programme may find nothing there. One
        of which it is not all known what it cost teaches nothing.
        """
        table = programme_table.c
        of_it = select(func.coalesce(func.sum(entry_table.c.saved_nanousd), 0))
        saved = of_it.where(entry_table.c.conversation_id == table.id).scalar_subquery()
        quoted = (table.low_nanousd + table.high_nanousd) / 2
        cost = (table.spent_nanousd + saved).label("cost")
        query = select(cost, quoted.label("quoted")).where(
            table.state == Progress.MADE.value,
            table.low_nanousd > 0,
            table.spent_nanousd > 0,
            n_unknown_where(entry_table.c.conversation_id == table.id) == 0,
        )
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(table.updated_at.desc()).limit(limit))
            return tuple((int(row.cost), int(row.quoted)) for row in rows)

    def unfinished(self) -> tuple[tuple[str, str], ...]:
        """Return ``(person_id, programme_id)`` of every programme that is being worked on, whoever's it is."""
        table = programme_table.c
        states = [state.value for state in Progress if state.is_under_way]
        with self.database.read() as connection:
            rows = connection.execute(select(table.person_id, table.id).where(table.state.in_(states)))
            return tuple((row.person_id, row.id) for row in rows)

    def change(self, person_id: str, programme_id: str, **values: Any) -> KeptProgramme:
        """Change columns of a programme; ``shape`` and ``state`` as our values.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        if "shape" in values:
            values["shape"] = _SHAPE.dump_python(values["shape"], mode="json")
        with self.database.write() as connection:
            connection.execute(_update(person_id, programme_id).values(updated_at=self.now(), **values))
            return _one(connection, person_id, programme_id)

    def claim(
        self, person_id: str, programme_id: str, *, to: Progress, among: frozenset[Progress], **values: Any
    ) -> KeptProgramme | None:
        """Go to a state from one of ``among``; None if it is in another one: of two who ask at once, one gets it.

        Raises:
            NotFound: the programme is gone.
        """
        with self.database.write() as connection:
            hold(connection, programme_id)
            if _one(connection, person_id, programme_id).state not in among:
                return None
            begun = {"state": to.value, "trouble": None, "updated_at": self.now()} | values
            connection.execute(_update(person_id, programme_id).values(**begun))
            return _one(connection, person_id, programme_id)

    def put_sources(self, person_id: str, programme_id: str, sources: Sequence[Source]) -> KeptProgramme:
        """Put sources in the place of those that were there."""
        return self.edit_sources(person_id, programme_id, lambda _: sources)

    def edit_sources(
        self, person_id: str, programme_id: str, edited: Callable[[tuple[Source, ...]], Sequence[Source]]
    ) -> KeptProgramme:
        """Put what ``edited`` makes of the sources in their place: whoever else edits them meanwhile loses nothing.

        Raises:
            NotFound: there is none of this id that is this person's.
            InputError: it is being worked on; and whatever ``edited`` raises.
        """
        with self.database.write() as connection:
            hold(connection, programme_id)
            programme = _one(connection, person_id, programme_id)
            if programme.state.is_under_way:
                raise InputError(WORKED_ON)
            sources = edited(programme.sources)
            connection.execute(delete(source_table).where(source_table.c.programme_id == programme_id))
            _put_sources(connection, programme_id, sources)
            return _one(connection, person_id, programme_id)

    def keep_recording(self, person_id: str, programme_id: str, recording: Recording) -> None:
        """Keep the whole as one clip; the programme is made, unless its script was edited meanwhile.

        Raises:
            NotFound: it is gone.
        """
        values = {
            "clip_digest": recording.clip_digest,
            "clip_media_type": recording.media_type,
            "duration_s": recording.duration_s,
            "peaks": list(recording.peaks),
            "marks": {"of": recording.of, "lines": _MARKS.dump_python(recording.marks, mode="json")},
        }
        with self.database.write() as connection:
            hold(connection, programme_id)
            recorded = replace(_one(connection, person_id, programme_id), recording=recording)
            state, at = at_rest(recorded).value, self.now()
            connection.execute(_update(person_id, programme_id).values(state=state, updated_at=at, **values))

    def remove(self, person_id: str, programme_id: str) -> frozenset[str]:
        """Remove a programme; return the names of the clips that it had, which are the caller's to forget.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.write() as connection:
            hold(connection, programme_id)
            programme = _one(connection, person_id, programme_id)
            connection.execute(delete(programme_table).where(programme_table.c.id == programme_id))
        clips = {line.clip_digest for line in programme.lines} | {source.digest for source in programme.sources}
        if programme.recording:
            clips.add(programme.recording.clip_digest)
        return frozenset(digest for digest in clips if digest)


def _holds(column: Any, words: str) -> Any:
    return func.lower(column).contains(words.lower(), autoescape=True)


def _update(person_id: str, programme_id: str) -> Any:
    mine = (programme_table.c.id == programme_id) & (programme_table.c.person_id == person_id)
    return update(programme_table).where(mine)


def _put_sources(connection: Connection, programme_id: str, sources: Sequence[Source]) -> None:
    rows = [
        {
            "id": source.id,
            "programme_id": programme_id,
            "position": position,
            "name": source.name,
            "kind": source.kind,
            "title": source.title,
            "n_words": source.n_words,
            "digest": source.digest,
            "notes": list(source.notes),
            "trouble": source.trouble,
            "taking": source.taking.value,
        }
        for position, source in enumerate(sources)
    ]
    if rows:
        connection.execute(insert(source_table), rows)


def _one(connection: Connection, person_id: str, programme_id: str) -> KeptProgramme:
    mine = (programme_table.c.id == programme_id) & (programme_table.c.person_id == person_id)
    row = connection.execute(select(programme_table).where(mine)).one_or_none()
    if row is None:
        raise NotFound(_GONE)
    of_sources = select(source_table).where(source_table.c.programme_id == programme_id)
    of_lines = select(line_table).where(line_table.c.programme_id == programme_id)
    sources = connection.execute(of_sources.order_by(source_table.c.position))
    lines = connection.execute(of_lines.order_by(line_table.c.position))
    n_unknown = connection.execute(select(n_unknown_where(entry_table.c.conversation_id == programme_id))).scalar_one()
    return _programme(
        row._mapping,  # noqa: SLF001 - SQLAlchemy's documented way to a mapping
        tuple(_source(source) for source in sources),
        tuple(kept_line(line) for line in lines),
        int(n_unknown),
    )


def _programme(
    row: Mapping[Any, Any], sources: tuple[Source, ...], lines: tuple[KeptLine, ...], n_unknown: int
) -> KeptProgramme:
    return KeptProgramme(
        id=row["id"],
        person_id=row["person_id"],
        title=row["title"],
        shape=_SHAPE.validate_python(row["shape"]),
        state=Progress(row["state"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        sources=sources,
        chapters=tuple(row["chapters"] or ()),
        lines=lines,
        notes=tuple(row["notes"] or ()),
        money=_money(row, n_unknown),
        job_id=row["job_id"],
        goes_on=row["goes_on"],
        trouble=row["trouble"],
        recording=_recording(row),
    )


def _money(row: Mapping[Any, Any], n_unknown: int) -> Money:
    return Money(
        low_nanousd=row["low_nanousd"],
        high_nanousd=row["high_nanousd"],
        cap_nanousd=row["cap_nanousd"],
        spent_nanousd=row["spent_nanousd"],
        n_unknown=n_unknown,
    )


def _recording(row: Mapping[Any, Any]) -> Recording | None:
    if row["clip_digest"] is None:
        return None
    marks = row["marks"] or {}
    return Recording(
        clip_digest=row["clip_digest"],
        media_type=row["clip_media_type"],
        duration_s=row["duration_s"],
        peaks=tuple(row["peaks"] or ()),
        marks=_MARKS.validate_python(marks.get("lines", ())),
        of=marks.get("of", ""),
    )


def _source(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        name=row.name,
        kind=row.kind,
        title=row.title,
        n_words=row.n_words,
        digest=row.digest,
        notes=tuple(row.notes or ()),
        trouble=row.trouble,
        taking=Taking(row.taking),
    )


def kept_line(row: Row[Any]) -> KeptLine:
    """Return a row of the table as a value."""
    return KeptLine(
        id=row.id,
        line=Line(
            text=row.text,
            chapter=row.chapter,
            speaker=row.speaker,
            support=_SUPPORT.validate_python(row.support or ()),
            is_starred=row.is_starred,
        ),
        state=LineState(row.state),
        key=row.key,
        clip_digest=row.clip_digest,
        duration_s=row.duration_s,
        heard=row.heard,
        n_tries=row.n_tries,
        trouble=row.trouble,
        timings=_WORDS.validate_python(row.timings or ()),
    )


def _heading(row: Row[Any]) -> Heading:
    return Heading(
        id=row.id,
        title=row.title,
        state=Progress(row.state),
        format=_SHAPE.validate_python(row.shape).format,
        duration_s=row.duration_s,
        n_lines=row.n_lines,
        n_spoken=row.n_spoken,
        spent=_money(row._mapping, int(row.n_unknown)),  # noqa: SLF001 - as above
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
