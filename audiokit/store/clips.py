"""Whose sound is whose: blobs, with a row for each person who owns one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Row, bindparam, delete, select, union_all, update

from audiokit.errors import Damaged, NotFound
from audiokit.store.blobs import Blobs
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.tables import (
    batch,
    clip,
    conversation,
    insert_once,
    line,
    programme,
    prompt,
    recording,
    source,
    turn,
)

__all__ = ["Clips"]

_GONE = "This recording is gone from where it was kept. Restore it from a copy."
_KEEP = insert_once(clip)
_THIS = (clip.c.digest == bindparam("its_digest"), clip.c.person_id == bindparam("owner"))
_MEDIA_TYPE = select(clip.c.media_type).where(*_THIS)
_WAVEFORM = select(clip.c.waveform).where(*_THIS)
_DRAW = update(clip).where(*_THIS).values(waveform=bindparam("drawn"))
_FORGET = delete(clip).where(*_THIS)
_ANY_OWNER = select(clip.c.person_id).where(clip.c.digest == bindparam("its_digest")).limit(1)

_OF_TURNS = (
    select(turn.c.id)
    .join(conversation, conversation.c.id == turn.c.conversation_id)
    .where(conversation.c.person_id == bindparam("owner"), turn.c.clip_digest == bindparam("its_digest"))
)
_OF_PROMPTS = select(prompt.c.id).where(
    prompt.c.person_id == bindparam("owner"),
    (prompt.c.clip_digest == bindparam("its_digest")) | (prompt.c.cleaned_digest == bindparam("its_digest")),
)
_OF_PROGRAMMES = select(programme.c.id).where(
    programme.c.person_id == bindparam("owner"), programme.c.clip_digest == bindparam("its_digest")
)
_OF_LINES = (
    select(line.c.id)
    .join(programme, programme.c.id == line.c.programme_id)
    .where(programme.c.person_id == bindparam("owner"), line.c.clip_digest == bindparam("its_digest"))
)
_OF_SOURCES = (
    select(source.c.id)
    .join(programme, programme.c.id == source.c.programme_id)
    .where(programme.c.person_id == bindparam("owner"), source.c.digest == bindparam("its_digest"))
)
_OF_RECORDINGS = (
    select(recording.c.id)
    .join(batch, batch.c.id == recording.c.batch_id)
    .where(
        batch.c.person_id == bindparam("owner"),
        (recording.c.original_digest == bindparam("its_digest")) | (recording.c.clip_digest == bindparam("its_digest")),
    )
)
_USES = union_all(_OF_TURNS, _OF_PROMPTS, _OF_PROGRAMMES, _OF_LINES, _OF_SOURCES, _OF_RECORDINGS).limit(1)


class Clips:
    """Each person's sound. What is someone else's is NotFound, as if it were not there."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        *,
        now: Callable[[], datetime] = utc_now,
        admit: Callable[[str, str], object] = lambda _person_id, _kind: None,
    ) -> None:
        """``admit`` is given a person and a kind before anything is kept, and raises where that may not be."""
        self._database = database
        self._blobs = blobs
        self._now = now
        self._admit = admit

    def keep(self, person_id: str, data: bytes, media_type: str, kind: str) -> str:
        """Keep ``data`` as this person's and return its digest; the first media type and kind stand.

        The blob is durable before there is a row. Someone who forgets the same bytes meanwhile may remove it,
        but not while we hold its name: so it is looked for once more, and put again if it is gone.
        """
        return self._kept(person_id, lambda: self._blobs.put(data), len(data), media_type, kind)

    def keep_file(self, person_id: str, path: Path, media_type: str, kind: str) -> str:
        """Keep a copy of a file of ours in the same way, in memory that stays flat."""
        return self._kept(person_id, lambda: self._blobs.put_file(path), path.stat().st_size, media_type, kind)

    def path(self, person_id: str, digest: str) -> Path:
        """Return a file on this machine that has the bytes: to be opened soon, never written; see :meth:`Blobs.path`.

        Raises:
            NotFound: there are none of that name, or not for this person.
            Damaged: they are gone.
        """
        self.media_type(person_id, digest)
        try:
            return self._blobs.path(digest)
        except NotFound as error:
            raise Damaged(_GONE, digest=digest) from error

    @contextmanager
    def keeping(self, person_id: str, data: bytes, media_type: str, kind: str) -> Iterator[str]:
        """Keep ``data`` while the row that has it is written inside; it is there afterwards, whoever forgets meanwhile.

        Someone who removes the last thing that had the same bytes may forget them before that row is there. Once it is,
        nobody does, so that they are looked for once more.
        """
        digest = self.keep(person_id, data, media_type, kind)
        yield digest
        if not self.owns(person_id, digest):
            self.keep(person_id, data, media_type, kind)

    def draw(self, person_id: str, digest: str, waveform: bytes) -> None:
        """Keep a clip's waveform (:class:`audiokit.audio.peaks.Waveform`, as bytes) beside it."""
        with self._database.write() as connection:
            connection.execute(_DRAW, {"its_digest": digest, "owner": person_id, "drawn": waveform})

    def waveform(self, person_id: str, digest: str) -> bytes | None:
        """Return a clip's waveform; None if it was never drawn.

        Raises:
            NotFound: there is no such clip, or not for this person.
        """
        with self._database.read() as connection:
            row = connection.execute(_WAVEFORM, {"its_digest": digest, "owner": person_id}).one_or_none()
        if row is None:
            raise NotFound("There is no such recording.")
        return row[0]

    def read(self, person_id: str, digest: str) -> bytes:
        """Return the bytes.

        Raises:
            NotFound: there are none of that name, or not for this person.
            Damaged: they are gone, or are not what was kept.
        """
        self.media_type(person_id, digest)
        try:
            return self._blobs.get(digest)
        except NotFound as error:
            raise Damaged(_GONE, digest=digest) from error

    def read_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        """Return ``read(...)[start:end]`` for ``0 <= start <= end``, without reading or verifying the rest."""
        self.media_type(person_id, digest)
        return self._blobs.read_range(digest, start, end)

    def size(self, person_id: str, digest: str) -> int:
        """Return the number of bytes; errors as in :meth:`media_type`."""
        self.media_type(person_id, digest)
        return self._blobs.size(digest)

    def keeps_sound(self, person_id: str) -> bool:  # noqa: ARG002 - see :mod:`audiokit.store.fleeting`
        """Whether what this person says is kept at all."""
        return True

    def write_to(self, person_id: str, digest: str, file: BinaryIO) -> None:
        """Write the bytes to ``file``, a piece at a time; errors as in :meth:`read`."""
        self.media_type(person_id, digest)
        try:
            file.writelines(self._blobs.pieces(digest))
        except NotFound as error:
            raise Damaged(_GONE, digest=digest) from error

    def owns(self, person_id: str, digest: str) -> bool:
        """Return whether this person keeps sound of that name."""
        return self._row(person_id, digest) is not None

    def media_type(self, person_id: str, digest: str) -> str:
        """Return what kind of file it is, such as ``audio/wav``.

        Raises:
            NotFound: there is no such clip, or not for this person.
        """
        if (row := self._row(person_id, digest)) is None:
            raise NotFound("There is no such recording.")
        return row[0]

    def forget(self, person_id: str, digest: str) -> None:
        """Let go of this person's clip, unless something of theirs has it; its bytes go with the last owner.

        It is no error if it was gone already. The bytes go before the row is committed: after a crash between the two,
        the row still says what to forget.
        """
        which = {"its_digest": digest, "owner": person_id}
        with self._database.write() as connection:
            hold(connection, digest)
            if connection.execute(_USES, which).first() is not None:
                return
            was_theirs = connection.execute(_FORGET, which).rowcount == 1
            if was_theirs and connection.execute(_ANY_OWNER, {"its_digest": digest}).first() is None:
                self._blobs.delete(digest)

    def _kept(self, person_id: str, put: Callable[[], str], size_bytes: int, media_type: str, kind: str) -> str:
        self._admit(person_id, kind)
        digest = put()
        row = {
            "digest": digest,
            "person_id": person_id,
            "media_type": media_type,
            "size_bytes": size_bytes,
            "created_at": self._now(),
            "kind": kind,
        }
        with self._database.write() as connection:
            hold(connection, digest)
            connection.execute(_KEEP[connection.dialect.name], row)
            if not self._blobs.exists(digest):
                put()
        return digest

    def _row(self, person_id: str, digest: str) -> Row[str] | None:
        with self._database.read() as connection:
            return connection.execute(_MEDIA_TYPE, {"its_digest": digest, "owner": person_id}).one_or_none()
