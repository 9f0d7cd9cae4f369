"""What programmes keep of a person: documents, script and sound, which go together; see :mod:`audiokit.people.keeping`.

A line's sound that somebody else's programme has, too, stays for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from audiokit.errors import NotFound
from audiokit.people.keeping import ExportedFile, Kept
from audiokit.people.receipts import Item
from audiokit.people.retention import Kind
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import Database, hold
from audiokit.store.tables import clip, line, made, programme, source
from audiokit.store.waves import Waves
from audiokit.summaries.exports import Exports
from audiokit.summaries.feeds import cover_key
from audiokit.summaries.kept import UNDER_WAY, KeptProgramme
from audiokit.summaries.making import Making
from audiokit.summaries.programmes import Programmes

__all__ = ["ProgrammeKeeper"]

_WHAT = "A programme: its documents, its script and its sound"
_PROGRAMME = TypeAdapter(KeptProgramme)
_EXTENSIONS = {"audio/flac": "flac", "audio/wav": "wav", "audio/mpeg": "mp3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeKeeper:
    """Programmes; each is one thing."""

    database: Database
    clips: Clips
    blobs: Blobs
    waves: Waves
    exports: Exports
    programmes: Programmes
    making: Making
    name: str = "programme"

    def kept(self, person_id: str, kind: Kind | None = None, before: datetime | None = None) -> tuple[Kept, ...]:
        """Return every programme with all of its clips, the whole recording first."""
        if kind not in {None, Kind.PROGRAMMES}:
            return ()
        columns = programme.c
        query = select(columns.id, columns.title, columns.clip_digest, columns.created_at, columns.updated_at)
        query = query.where(columns.person_id == person_id)
        if before is not None:
            query = query.where(columns.updated_at < before)
        with self.database.read() as connection:
            return tuple(self._thing(connection, row) for row in connection.execute(query).all())

    def let_go(self, person_id: str, kept_id: str, sentence: str) -> bool:  # noqa: ARG002 - nothing is left to say it
        """Remove a programme, unless it is being worked on."""
        programme_id = kept_id.partition("/")[2]
        try:
            state = self.programmes.open(person_id, programme_id).state
            if state in UNDER_WAY:
                return False
            self.making.cancel(person_id, programme_id)  # a paused job is not to come back
            return self._removed(person_id, programme_id)
        except NotFound:
            return True

    def wipe(self, person_id: str, item: Item) -> None:
        """Remove what was encoded of it, what was generated for it and nobody has any more, and notes of its jobs."""
        programme_id = item.id.partition("/")[2]
        self.exports.forget(programme_id)
        for key in item.traces.get("cover", ()):
            self.waves.drop(key)
        for began in item.traces.get("began", ()):
            self._forget_made(set(item.traces.get("made", ())), datetime.fromisoformat(began))
        self.making.jobs.forget(person_id, programme_id)

    def clear(self, person_id: str) -> None:
        """Remove every programme that is not being worked on."""
        for one in self.kept(person_id):
            self.let_go(person_id, one.id, "")

    def files(self, person_id: str) -> Iterator[ExportedFile]:
        """Yield each programme's script and whatever else is known of it, its documents as read, and its sound."""
        with self.database.read() as connection:
            query = select(programme.c.id).where(programme.c.person_id == person_id)
            ids = connection.execute(query.order_by(programme.c.created_at)).scalars().all()
        for programme_id in ids:
            try:
                kept = self.programmes.open(person_id, programme_id)
            except NotFound:
                continue
            stem = f"programmes/{kept.created_at:%Y-%m-%d} {kept.id}"
            yield ExportedFile(f"{stem}/programme.json", _writing(kept))
            for number, one in enumerate(kept.sources, 1):
                if one.digest and self.clips.owns(person_id, one.digest):
                    yield ExportedFile(f"{stem}/document {number}.json", self._copying(person_id, one.digest))
            if kept.recording is not None and self.clips.owns(person_id, kept.recording.clip_digest):
                extension = _EXTENSIONS.get(kept.recording.media_type, "bin")
                copying = self._copying(person_id, kept.recording.clip_digest)
                yield ExportedFile(f"{stem}/recording.{extension}", copying)

    def _thing(self, connection: Any, row: Any) -> Kept:
        of_lines = select(line.c.clip_digest, line.c.key).where(line.c.programme_id == row.id)
        lines = connection.execute(of_lines.order_by(line.c.position)).all()
        documents = connection.execute(select(source.c.digest).where(source.c.programme_id == row.id)).scalars()
        digests = [row.clip_digest, *(one.clip_digest for one in lines), *documents]
        keys = sorted({one.key for one in lines if one.key})
        covers = [cover_key(row.id, row.title)]
        return Kept(
            id=f"{self.name}/{row.id}",
            kind=Kind.PROGRAMMES,
            what=_WHAT,
            where=row.title or "A programme",
            kept_at=row.updated_at,
            digests=tuple(dict.fromkeys(digest for digest in digests if digest)),
            asked_as=row.id,
            traces={"made": keys, "cover": covers, "began": [row.created_at.isoformat()]},
        )

    def _removed(self, person_id: str, programme_id: str) -> bool:
        """Remove it, unless somebody has begun to work on it since."""
        this = (programme.c.id == programme_id) & (programme.c.person_id == person_id)
        resting = programme.c.state.not_in([state.value for state in UNDER_WAY])
        with self.database.write() as connection:
            hold(connection, programme_id)
            return connection.execute(delete(programme).where(this, resting)).rowcount == 1

    def _forget_made(self, keys: set[str], began: datetime) -> None:
        """Forget what was generated since then that no line has: sounds of this programme, and of what was changed.

        What others have made since then and changed again goes as well; at worst, they pay for the same once more.
        """
        in_use = select(line.c.id).where(line.c.clip_digest == made.c.digest).exists()
        unused = select(made.c.key, made.c.digest).where(made.c.created_at >= began, ~in_use)
        of_keys = select(made.c.key, made.c.digest).where(made.c.key.in_(sorted(keys)), ~in_use)
        with self.database.read() as connection:
            rows = {row.key: row.digest for query in (unused, of_keys) for row in connection.execute(query)}
        for key in keys - rows.keys():
            with self.database.read() as connection:
                is_kept = connection.execute(select(made.c.key).where(made.c.key == key)).first()
            if is_kept is None:  # forgotten before this was stopped; the cache may still have it
                self.waves.drop(key)
        for key, digest in rows.items():
            self._forget_one(key, digest)

    def _forget_one(self, key: str, digest: str) -> None:
        owned = select(clip.c.person_id).where(clip.c.digest == digest).limit(1)
        in_use = select(line.c.id).where(line.c.clip_digest == digest).limit(1)
        with self.database.write() as connection:
            hold(connection, digest)
            if connection.execute(in_use).first() is not None:
                return
            self.waves.drop(key)
            if connection.execute(owned).first() is None:
                self.blobs.delete(digest)
            connection.execute(delete(made).where(made.c.key == key))

    def _copying(self, person_id: str, digest: str) -> Callable[[BinaryIO], object]:
        return lambda to: self.clips.write_to(person_id, digest, to)


def _writing(kept: KeptProgramme) -> Callable[[BinaryIO], object]:
    about = _PROGRAMME.dump_python(kept, mode="json")
    return lambda to: to.write(json.dumps(about, indent=2, ensure_ascii=False).encode(errors="replace"))
