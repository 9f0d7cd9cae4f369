"""Edits scripts, and keeps what was spoken of them. A line whose words and voice stay keeps its sound."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select, update

from audiokit.errors import InputError, NotFound
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import line as line_table
from audiokit.store.tables import programme as programme_table
from audiokit.summaries.kept import Progress
from audiokit.summaries.programmes import WORKED_ON, kept_line
from audiokit.summaries.script import KeptLine, Line, Support, state_of
from audiokit.words.word_times import Word

__all__ = ["ScriptChanged", "Scripts"]

_SUPPORT = TypeAdapter(tuple[Support, ...])
_WORDS = TypeAdapter(tuple[Word, ...])
_GONE = "This programme is not here any more. Choose another one, or begin a new one."


class ScriptChanged(InputError):
    """Somebody else has edited the script since it was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "This script has been changed in another window meanwhile. Yours is still here: choose which of the two "
            "is to be kept."
        )


@dataclass(frozen=True, slots=True)
class Scripts:
    """The lines of programmes; every call names the person."""

    database: Database
    now: Callable[[], datetime] = utc_now

    def put(
        self,
        person_id: str,
        programme_id: str,
        lines: Sequence[tuple[str | None, Line]],
        *,
        follows: Collection[str] | None = None,
        unless: Collection[Progress] = (),
        **values: Any,
    ) -> frozenset[str]:
        """Put a script in the place of the one that was there, in this order; ``values`` go to the programme.

        A line that is there under its id keeps its sound if it says the same in the same voice; one with an id that is
        not there, or that a line before it has, or None, is new. ``follows`` are the states (:func:`state_of`) that it
        was edited from, ``unless`` states of the programme in which nothing is edited. Returns the names of clips that
        no line has any more, for the caller to forget.

        Raises:
            NotFound: there is no such programme, or not this person's.
            ScriptChanged: the script is in none of the states that it ``follows``; nothing was changed.
            InputError: the programme is in one of the other states; nothing was changed.
        """
        with self.database.write() as connection:
            hold(connection, programme_id)
            progress, chapters = _about(connection, person_id, programme_id)
            if progress in unless:
                raise InputError(WORKED_ON)
            were = _lines(connection, programme_id)
            if follows is not None and state_of(were, chapters) not in follows:
                raise ScriptChanged
            now = _edited(were, lines)
            connection.execute(delete(line_table).where(line_table.c.programme_id == programme_id))
            _insert(connection, programme_id, now)
            mine = programme_table.c.id == programme_id
            connection.execute(update(programme_table).where(mine).values(updated_at=self.now(), **values))
        kept = {line.clip_digest for line in now}
        return frozenset(line.clip_digest for line in were if line.clip_digest) - kept

    def put_chapter(self, person_id: str, programme_id: str, chapter: int, lines: Sequence[Line]) -> None:
        """Put a chapter behind those before it, in the place of what was written of it and of all after it."""
        with self.database.write() as connection:
            hold(connection, programme_id)
            _about(connection, person_id, programme_id)
            of_it = line_table.c.programme_id == programme_id
            connection.execute(delete(line_table).where(of_it, line_table.c.chapter >= chapter))
            n_before = len(_lines(connection, programme_id))
            _insert(connection, programme_id, [_new(replace(line, chapter=chapter)) for line in lines], n_before)
            mine = programme_table.c.id == programme_id
            connection.execute(update(programme_table).where(mine).values(updated_at=self.now()))

    def line(self, programme_id: str, line_id: str) -> KeptLine | None:
        """Return one line, or None where it is not in the script any more."""
        this = (line_table.c.id == line_id) & (line_table.c.programme_id == programme_id)
        with self.database.read() as connection:
            row = connection.execute(select(line_table).where(this)).one_or_none()
        return None if row is None else kept_line(row)

    def keep_sound(self, programme_id: str, line: KeptLine) -> bool:
        """Keep what was spoken of a line; False, and nothing kept, if its words or voice have changed meanwhile."""
        table = line_table.c
        same = (table.id == line.id, table.text == line.line.text, table.speaker == line.line.speaker)
        values = {
            "state": line.state.value,
            "key": line.key,
            "clip_digest": line.clip_digest,
            "duration_s": line.duration_s,
            "heard": line.heard,
            "n_tries": line.n_tries,
            "trouble": line.trouble,
            "timings": _WORDS.dump_python(line.timings, mode="json"),
        }
        with self.database.write() as connection:
            kept = connection.execute(update(line_table).where(*same).values(**values)).rowcount == 1
            mine = programme_table.c.id == programme_id
            connection.execute(update(programme_table).where(mine).values(updated_at=self.now()))
        return kept


def _about(connection: Connection, person_id: str, programme_id: str) -> tuple[Progress, tuple[str, ...]]:
    """Return how far the programme has come, and the titles of its chapters."""
    mine = (programme_table.c.id == programme_id) & (programme_table.c.person_id == person_id)
    wanted = select(programme_table.c.state, programme_table.c.chapters).where(mine)
    if (row := connection.execute(wanted).one_or_none()) is None:
        raise NotFound(_GONE)
    return Progress(row.state), tuple(row.chapters or ())


def _lines(connection: Connection, programme_id: str) -> tuple[KeptLine, ...]:
    of_it = select(line_table).where(line_table.c.programme_id == programme_id)
    return tuple(kept_line(row) for row in connection.execute(of_it.order_by(line_table.c.position)))


def _edited(were: Sequence[KeptLine], lines: Sequence[tuple[str | None, Line]]) -> list[KeptLine]:
    """Return the new script; each line that was there is taken once."""
    left = {line.id: line for line in were}
    return [_as_edited(left.pop(line_id, None) if line_id else None, line) for line_id, line in lines]


def _as_edited(was: KeptLine | None, line: Line) -> KeptLine:
    if was is None:
        return _new(line)
    if (was.line.text, was.line.speaker) == (line.text, line.speaker):
        return replace(was, line=line)
    return KeptLine(id=was.id, line=line)


def _new(line: Line) -> KeptLine:
    return KeptLine(id=new_id(), line=line)


def _insert(connection: Connection, programme_id: str, lines: Sequence[KeptLine], first: int = 0) -> None:
    rows = [
        {
            "id": kept.id,
            "programme_id": programme_id,
            "position": first + position,
            "chapter": kept.line.chapter,
            "speaker": kept.line.speaker,
            "text": kept.line.text,
            "support": _SUPPORT.dump_python(kept.line.support, mode="json"),
            "is_starred": kept.line.is_starred,
            "state": kept.state.value,
            "key": kept.key,
            "clip_digest": kept.clip_digest,
            "duration_s": kept.duration_s,
            "heard": kept.heard,
            "n_tries": kept.n_tries,
            "trouble": kept.trouble,
            "timings": _WORDS.dump_python(kept.timings, mode="json"),
        }
        for position, kept in enumerate(lines)
    ]
    if rows:
        connection.execute(insert(line_table), rows)
