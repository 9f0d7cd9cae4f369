"""Prompts made of what was said, with what each stage made of it; and the one place that reads and writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, delete, insert, select, update

from audiokit.audio.measuring.figures import Figures
from audiokit.errors import NotFound
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import prompt as prompt_table

__all__ = ["KeptPrompt", "KeptStage", "Progress", "PromptHeading", "Prompts", "Stage", "fingerprint", "stages_as_rows"]


class Stage(StrEnum):
    """The way from a voice to a prompt, in order."""

    RECORD = "record"
    CLEAN = "clean"
    TRANSCRIBE = "transcribe"
    REFINE = "refine"


class Progress(StrEnum):
    """How far a stage has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # ``failure`` says why; it can be tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptStage:
    """What is known of one stage; None is unknown, or does not apply.

    ``runs`` counts how often it was begun. ``made_of`` and ``made`` are fingerprints of what it was given and of what
    came out of it: where its input has another by now, it is out of date, and where its output has, a person edited it.
    Of sound there are also its length, how to draw it, its media type, and what it was like when it came.
    """

    progress: Progress = Progress.WAITING
    runs: int = 0
    since: datetime | None = None
    total_ms: int | None = None
    model: str | None = None
    failure: str | None = None
    notes: tuple[str, ...] = ()
    made_of: str | None = None
    made: str | None = None
    duration_s: float | None = None
    sent_s: float | None = None
    peaks: tuple[float, ...] = ()
    media_type: str | None = None
    figures: Figures | None = None


_STAGES: TypeAdapter[dict[Stage, KeptStage]] = TypeAdapter(dict[Stage, KeptStage])
_UNTOUCHED = KeptStage()


def stages_as_rows(stages: Mapping[Stage, KeptStage]) -> Any:
    """Return what is known of the stages as it is stored."""
    return _STAGES.dump_python(dict(stages), mode="json")


def fingerprint(*parts: str | None) -> str:
    """Return a short name for some text, by which it is known again."""
    return sha256("\x1f".join(part or "" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptHeading:
    """A prompt without what it is made of."""

    id: str
    title: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPrompt:
    """A recording on its way to a prompt. What a stage has not made yet is None."""

    id: str
    person_id: str
    title: str
    style: str
    clip_digest: str | None
    clip_media_type: str | None
    cleaned_digest: str | None
    transcript: str | None
    refined: str | None
    created_at: datetime
    updated_at: datetime
    stages: Mapping[Stage, KeptStage] = field(default_factory=dict)

    def at(self, stage: Stage) -> KeptStage:
        """Return what is known of a stage."""
        return self.stages.get(stage, _UNTOUCHED)

    @property
    def running(self) -> Stage | None:
        """The stage that is being worked on."""
        return next((stage for stage in Stage if self.at(stage).progress is Progress.RUNNING), None)

    @property
    def remaining(self) -> tuple[Stage, ...]:
        """The stages that still have to be done, in order."""
        return tuple(stage for stage in Stage if self.is_wanted(stage))

    def input_of(self, stage: Stage) -> str:
        """Return the fingerprint of what a stage is given now."""
        match stage:
            case Stage.RECORD | Stage.CLEAN:
                return fingerprint(self.clip_digest)
            case Stage.TRANSCRIBE:
                return fingerprint(self.cleaned_digest)
            case Stage.REFINE:
                return fingerprint(self.transcript, self.style)

    def output_of(self, stage: Stage) -> str | None:
        """Return what a stage has made: words, or the digest of a clip."""
        made = {
            Stage.RECORD: self.clip_digest,
            Stage.CLEAN: self.cleaned_digest,
            Stage.TRANSCRIBE: self.transcript,
            Stage.REFINE: self.refined,
        }
        return made[stage]

    def is_ready_for(self, stage: Stage) -> bool:
        """Whether a stage has something to work on."""
        match stage:
            case Stage.RECORD:
                return False
            case Stage.CLEAN:
                return self.clip_digest is not None and self.at(Stage.RECORD).progress is not Progress.FAILED
            case Stage.TRANSCRIBE:
                return self.cleaned_digest is not None
            case Stage.REFINE:
                return bool((self.transcript or "").strip())

    def is_out_of_date(self, stage: Stage) -> bool:
        """Whether what a stage has made is older than what it would be made of now."""
        made_of = self.at(stage).made_of
        return made_of is not None and made_of != self.input_of(stage)

    def is_edited(self, stage: Stage) -> bool:
        """Whether a person wrote what stands at a stage, or changed it."""
        output = self.output_of(stage)
        return bool(output) and self.at(stage).made != fingerprint(output)

    def is_wanted(self, stage: Stage) -> bool:
        """Whether a stage has to be done; words that a person wrote or mended are not transcribed over."""
        is_written = self.is_edited(Stage.TRANSCRIBE)
        if stage is Stage.RECORD or (is_written and stage is not Stage.REFINE):
            return False
        if self.at(Stage.RECORD).progress is Progress.FAILED and not is_written:
            return False
        return self.at(stage).progress is not Progress.DONE or self.is_out_of_date(stage)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Reads and writes prompts; every call names the person, and finds only what is theirs."""

    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(self, person_id: str, *, style: str, clip_digest: str, clip_media_type: str) -> KeptPrompt:
        """Begin a prompt with a recording."""
        at = self.now()
        row = {
            "id": new_id(),
            "person_id": person_id,
            "title": "",
            "style": style,
            "clip_digest": clip_digest,
            "clip_media_type": clip_media_type,
            "created_at": at,
            "updated_at": at,
        }
        with self.database.write() as connection:
            connection.execute(insert(prompt_table), row)
            return _one(connection, person_id, str(row["id"]))

    def headings(self, person_id: str, *, limit: int = 200) -> tuple[PromptHeading, ...]:
        """Return this person's prompts, the latest first."""
        table = prompt_table.c
        query = select(table.id, table.title, table.updated_at).where(table.person_id == person_id)
        with self.database.read() as connection:
            rows = connection.execute(query.order_by(table.updated_at.desc(), table.id.desc()).limit(limit))
            return tuple(PromptHeading(id=row.id, title=row.title, updated_at=row.updated_at) for row in rows)

    def open(self, person_id: str, prompt_id: str) -> KeptPrompt:
        """Return one prompt.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.read() as connection:
            return _one(connection, person_id, prompt_id)

    def change(self, person_id: str, prompt_id: str, **values: str) -> KeptPrompt:
        """Change title, style, transcript or the finished words.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        with self.database.write() as connection:
            connection.execute(_update(person_id, prompt_id).values(updated_at=self.now(), **values))
            return _one(connection, person_id, prompt_id)

    def claim(self, seen: KeptPrompt, stage: Stage) -> KeptPrompt | None:
        """Mark a stage as running and return the prompt as it is then.

        None if it was begun since the prompt was ``seen``, or if any of its stages is running: of two who ask at once,
        or one after the other for the same thing, one gets it.

        Raises:
            NotFound: the prompt is gone.
        """
        with self.database.write() as connection:
            hold(connection, seen.id)
            prompt = _one(connection, seen.person_id, seen.id)
            kept = prompt.at(stage)
            if prompt.running is not None or kept.runs != seen.at(stage).runs:
                return None
            begun = replace(kept, progress=Progress.RUNNING, runs=kept.runs + 1, since=self.now(), failure=None)
            return self._write(connection, prompt, stage, begun)

    def settle(self, prompt: KeptPrompt, stage: Stage, kept: KeptStage, **outputs: str | None) -> None:
        """Keep what came of a stage, unless it was begun anew meanwhile, or the prompt is gone."""
        with self.database.write() as connection:
            hold(connection, prompt.id)
            try:
                found = _one(connection, prompt.person_id, prompt.id)
            except NotFound:
                return
            if found.at(stage).runs == kept.runs:
                self._write(connection, found, stage, kept, **outputs)

    def remove(self, person_id: str, prompt_id: str) -> bool:
        """Remove a prompt, unless it is being worked on; its clips are the caller's to forget."""
        with self.database.write() as connection:
            hold(connection, prompt_id)
            if _one(connection, person_id, prompt_id).running is not None:
                return False
            mine = (prompt_table.c.id == prompt_id) & (prompt_table.c.person_id == person_id)
            return connection.execute(delete(prompt_table).where(mine)).rowcount == 1

    def _write(
        self, connection: Connection, prompt: KeptPrompt, stage: Stage, kept: KeptStage, **outputs: str | None
    ) -> KeptPrompt:
        stages = stages_as_rows({**prompt.stages, stage: kept})
        update_it = _update(prompt.person_id, prompt.id)
        connection.execute(update_it.values(stages=stages, updated_at=self.now(), **outputs))
        return _one(connection, prompt.person_id, prompt.id)


def _update(person_id: str, prompt_id: str) -> Any:
    return update(prompt_table).where(prompt_table.c.id == prompt_id, prompt_table.c.person_id == person_id)


def _one(connection: Connection, person_id: str, prompt_id: str) -> KeptPrompt:
    mine = (prompt_table.c.id == prompt_id) & (prompt_table.c.person_id == person_id)
    row = connection.execute(select(prompt_table).where(mine)).one_or_none()
    if row is None:
        raise NotFound("This prompt is not here any more. Choose another one, or record a new one.")
    return _prompt(row)


def _prompt(row: Row[Any]) -> KeptPrompt:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a mapping
    return KeptPrompt(**values | {"stages": _STAGES.validate_python(values["stages"] or {})})
