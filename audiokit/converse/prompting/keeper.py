"""What prompts keep of a person: the recording, the cleaned sound, the words; see :mod:`audiokit.people.keeping`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import delete, select, update

from audiokit.converse.prompting.prompts import (
    KeptPrompt,
    KeptStage,
    Progress,
    Prompts,
    Stage,
    stages_as_rows,
)
from audiokit.errors import NotFound
from audiokit.people.keeping import ExportedFile, Kept
from audiokit.people.receipts import Item
from audiokit.people.retention import Kind
from audiokit.store.clips import Clips
from audiokit.store.database import Database, hold
from audiokit.store.tables import prompt

__all__ = ["PromptKeeper"]

_SOUND, _WORDS = "What you said for a prompt", "The words of a prompt"
_EXTENSIONS = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/webm": "webm", "audio/mp4": "m4a", "audio/flac": "flac"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptKeeper:
    """Prompts; of each, its sound and its words are two things."""

    database: Database
    clips: Clips
    name: str = "prompt"

    def kept(self, person_id: str, kind: Kind | None = None, before: datetime | None = None) -> tuple[Kept, ...]:
        """Return the sound and the words of every prompt."""
        query = select(prompt).where(prompt.c.person_id == person_id)
        if before is not None:
            query = query.where(prompt.c.updated_at < before)
        with self.database.read() as connection:
            found = [one for row in connection.execute(query) for one in _things(self.name, row)]
        return tuple(one for one in found if kind in {None, one.kind})

    def let_go(self, person_id: str, kept_id: str, sentence: str) -> bool:
        """Empty a prompt of its sound or its words, unless it is being worked on; without both it goes whole."""
        _, what, prompt_id = kept_id.split("/")
        try:
            kept = Prompts(self.database).open(person_id, prompt_id)
        except NotFound:
            return True
        values = _without_words(kept) if what == "words" else _without_sound(kept, sentence)
        with self.database.write() as connection:
            hold(connection, prompt_id)
            row = connection.execute(select(prompt.c.stages).where(prompt.c.id == prompt_id)).one_or_none()
            if row is not None and _is_busy(row.stages):
                return False
            this = prompt.c.id == prompt_id
            connection.execute(update(prompt).where(this).values(**values))
            bare = (prompt.c.clip_digest.is_(None)) & (prompt.c.transcript.is_(None)) & (prompt.c.refined.is_(None))
            connection.execute(delete(prompt).where(this, bare))
        return True

    def wipe(self, person_id: str, item: Item) -> None:
        """Do nothing: nothing is made of prompts that is kept elsewhere."""

    def clear(self, person_id: str) -> None:
        """Remove every prompt that is not being worked on."""
        prompts = Prompts(self.database)
        with self.database.read() as connection:
            ids = connection.execute(select(prompt.c.id).where(prompt.c.person_id == person_id)).scalars().all()
        for prompt_id in ids:
            prompts.remove(person_id, prompt_id)

    def files(self, person_id: str) -> Iterator[ExportedFile]:
        """Yield each prompt's words, and its sound as it was recorded and as it was cleaned."""
        with self.database.read() as connection:
            rows = connection.execute(select(prompt).where(prompt.c.person_id == person_id)).all()
        for row in rows:
            stem = f"prompts/{row.created_at:%Y-%m-%d} {row.id}"
            yield ExportedFile(f"{stem}.json", _writing(row))
            for digest, called in ((row.clip_digest, "recorded"), (row.cleaned_digest, "cleaned")):
                if digest is not None and self.clips.owns(person_id, digest):
                    extension = _EXTENSIONS.get(self.clips.media_type(person_id, digest), "bin")
                    yield ExportedFile(f"{stem} {called}.{extension}", _copying(self.clips, person_id, digest))


def _things(name: str, row: Any) -> Iterator[Kept]:
    common: dict[str, Any] = {"where": row.title or "A prompt", "kept_at": row.updated_at, "asked_as": row.id}
    if row.clip_digest is not None or row.cleaned_digest is not None:
        digests = tuple(digest for digest in (row.clip_digest, row.cleaned_digest) if digest)
        yield Kept(id=f"{name}/sound/{row.id}", kind=Kind.RECORDINGS, what=_SOUND, digests=digests, **common)
    if row.transcript or row.refined:
        yield Kept(id=f"{name}/words/{row.id}", kind=Kind.TRANSCRIPTS, what=_WORDS, **common)


def _is_busy(stages: Any) -> bool:
    return any(stage.get("progress") == Progress.RUNNING.value for stage in (stages or {}).values())


def _without_sound(kept: KeptPrompt, sentence: str) -> dict[str, Any]:
    """Return a prompt's columns without its sound; what was written from it stands, and is not out of date."""
    bare = replace(kept, clip_digest=None, cleaned_digest=None)
    stages = dict(kept.stages)
    for stage in (Stage.RECORD, Stage.CLEAN):
        was = kept.at(stage)
        stages[stage] = replace(was, peaks=(), made=None, made_of=None, notes=(*was.notes, sentence))
    stages[Stage.RECORD] = replace(stages[Stage.RECORD], progress=Progress.FAILED, failure=sentence)
    if kept.at(Stage.TRANSCRIBE).made_of is not None:
        stages[Stage.TRANSCRIBE] = replace(kept.at(Stage.TRANSCRIBE), made_of=bare.input_of(Stage.TRANSCRIBE))
    return {"clip_digest": None, "cleaned_digest": None, "clip_media_type": None, "stages": stages_as_rows(stages)}


def _without_words(kept: KeptPrompt) -> dict[str, Any]:
    stages = dict(kept.stages)
    for stage in (Stage.TRANSCRIBE, Stage.REFINE):
        stages[stage] = KeptStage(runs=kept.at(stage).runs)
    return {"title": "", "transcript": None, "refined": None, "stages": stages_as_rows(stages)}


def _writing(row: Any) -> Callable[[BinaryIO], object]:
    about = {name: getattr(row, name) for name in ("id", "title", "style", "transcript", "refined")}
    about["created_at"] = row.created_at.isoformat()
    return lambda to: to.write(json.dumps(about, indent=2, ensure_ascii=False).encode(errors="replace"))


def _copying(clips: Clips, person_id: str, digest: str) -> Callable[[BinaryIO], object]:
    return lambda to: clips.write_to(person_id, digest, to)
