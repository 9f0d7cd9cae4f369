"""What conversations keep of a person: both voices, and the words; see :mod:`audiokit.people.keeping`."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Connection, delete, or_, select, update

from audiokit.converse.live.logs import Logs
from audiokit.errors import NotFound
from audiokit.people.keeping import ExportedFile, Kept
from audiokit.people.receipts import Item
from audiokit.people.retention import Kind
from audiokit.store.database import Database, hold
from audiokit.store.tables import conversation, turn

__all__ = ["ConversationKeeper"]

_SAID, _REPLY, _WORDS = "What you said", "A reply", "Words of a turn"
_NO_SOUND = {
    "clip_digest": None,
    "clip_media_type": None,
    "peaks": None,
    "levels": None,
    "audio_id": None,
    "audio_expires_at": None,
}
_NO_WORDS = {"words": None, "typed": None, "timings": None, "calls": None}
_HAS_WORDS = or_(turn.c.words.is_not(None), turn.c.typed.is_not(None))

Export = Callable[[str, str, BinaryIO], str]
"""Writes a person's conversation as one archive, and returns its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationKeeper:
    """Turns; of each, its sound and its words are two things. ``export`` writes one conversation."""

    database: Database
    logs: Logs
    export: Export
    name: str = "conversation"

    def kept(self, person_id: str, kind: Kind | None = None, before: datetime | None = None) -> tuple[Kept, ...]:
        """Return the sound and the words of every turn."""
        columns = turn.c
        query = (
            select(
                columns.id,
                columns.conversation_id,
                columns.speaker,
                columns.clip_digest,
                columns.created_at,
                conversation.c.title,
            )
            .add_columns(_HAS_WORDS.label("has_words"))
            .join(conversation, conversation.c.id == columns.conversation_id)
            .where(conversation.c.person_id == person_id)
        )
        if before is not None:
            query = query.where(columns.created_at < before)
        with self.database.read() as connection:
            found = [one for row in connection.execute(query) for one in _things(self.name, row)]
        return tuple(one for one in found if kind in {None, one.kind})

    def let_go(self, person_id: str, kept_id: str, sentence: str) -> bool:
        """Empty a turn of its sound or its words, unless its conversation is being answered."""
        _, what, turn_id = kept_id.split("/")
        with self.database.write() as connection:
            row = connection.execute(_turn(person_id, turn_id)).one_or_none()
            if row is None:
                return True
            if _is_busy(connection, row.conversation_id):
                return False
            if what == "words":
                _empty_words(connection, row, sentence)
            elif row.clip_digest is not None:
                values: dict[str, Any] = {**_NO_SOUND, "notes": [*(row.notes or ()), sentence]}
                if row.state in {"recorded", "failed"}:  # there is nothing left of it to send
                    values |= {"state": "unusable", "failure": sentence} if not row.typed else {}
                connection.execute(update(turn).where(turn.c.id == turn_id).values(**values))
        return True

    def wipe(self, person_id: str, item: Item) -> None:
        """Forget the log of what went over the wire; it is in memory only."""
        for conversation_id in item.traces.get("conversation", ()):
            self.logs.forget(person_id, conversation_id)

    def clear(self, person_id: str) -> None:
        """Remove every conversation that is not being answered."""
        mine = conversation.c.person_id == person_id
        with self.database.read() as connection:
            ids = connection.execute(select(conversation.c.id).where(mine)).scalars().all()
        for conversation_id in ids:
            with self.database.write() as connection:
                if not _is_busy(connection, conversation_id):
                    connection.execute(delete(conversation).where(mine, conversation.c.id == conversation_id))

    def files(self, person_id: str) -> Iterator[ExportedFile]:
        """Yield each conversation as the archive that it is exported as."""
        query = select(conversation.c.id, conversation.c.created_at, conversation.c.title, conversation.c.instructions)
        with self.database.read() as connection:
            rows = connection.execute(query.where(conversation.c.person_id == person_id)).all()
        for row in rows:
            stem = f"conversations/{row.created_at:%Y-%m-%d} {row.id}"
            yield ExportedFile(f"{stem}.zip", _copying(self.export, person_id, row.id))
            about = {"id": row.id, "title": row.title, "instructions": row.instructions}
            yield ExportedFile(f"{stem}.json", _writing(about))


def _things(name: str, row: Any) -> Iterator[Kept]:
    is_person = row.speaker == "person"
    common: dict[str, Any] = {"where": row.title or "A conversation", "kept_at": row.created_at, "asked_as": row.id}
    common["traces"] = {"conversation": [row.conversation_id]}
    if row.clip_digest is not None:
        yield Kept(
            id=f"{name}/sound/{row.id}",
            kind=Kind.RECORDINGS if is_person else Kind.REPLIES,
            what=_SAID if is_person else _REPLY,
            digests=(row.clip_digest,),
            **common,
        )
    if row.has_words:
        yield Kept(id=f"{name}/words/{row.id}", kind=Kind.TRANSCRIPTS, what=_WORDS, **common)


def _turn(person_id: str, turn_id: str) -> Any:
    mine = select(turn).join(conversation, conversation.c.id == turn.c.conversation_id)
    return mine.where(turn.c.id == turn_id, conversation.c.person_id == person_id)


def _is_busy(connection: Connection, conversation_id: str) -> bool:
    """Whether it is being answered; from now on until the transaction ends, nobody begins to."""
    hold(connection, conversation_id)
    sending = select(turn.c.id).where(turn.c.conversation_id == conversation_id, turn.c.state == "sending").limit(1)
    return connection.execute(sending).first() is not None


def _empty_words(connection: Connection, row: Any, sentence: str) -> None:
    """Take the words out of a turn, and what was made of them out of its conversation: its title and its summary."""
    if row.words is not None or row.typed is not None:
        values: dict[str, Any] = {**_NO_WORDS, "notes": [*(row.notes or ()), sentence]}
        if row.state in {"recorded", "failed"} and row.clip_digest is None:
            values |= {"state": "unusable", "failure": sentence}
        connection.execute(update(turn).where(turn.c.id == row.id).values(**values))
    emptied = {"title": "", "digest": None, "digest_until": None}
    connection.execute(update(conversation).where(conversation.c.id == row.conversation_id).values(**emptied))


def _copying(export: Export, person_id: str, conversation_id: str) -> Callable[[BinaryIO], object]:
    def write(to: BinaryIO) -> None:
        with tempfile.TemporaryFile() as file:
            try:
                export(person_id, conversation_id, file)
            except NotFound:  # removed meanwhile
                return
            file.seek(0)
            shutil.copyfileobj(file, to)

    return write


def _writing(value: object) -> Callable[[BinaryIO], object]:
    return lambda to: to.write(json.dumps(value, indent=2, ensure_ascii=False).encode(errors="replace"))
