"""The steps that make a programme, each once: what is there already is found, and never paid for again.

:mod:`audiokit.workflows` calls them in order, durably; what they take and give back is JSON.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter

from audiokit.catalog.models import Tier
from audiokit.documents.document import Document
from audiokit.errors import (
    AudiokitError,
    BudgetExceeded,
    KeyRefused,
    ModelRetired,
    NotConfigured,
    ProviderError,
    ProviderUnreachable,
    QuotaExhausted,
)
from audiokit.speech.requests import Caller
from audiokit.store.clips import Clips
from audiokit.summaries.kept import KeptProgramme, Recording
from audiokit.summaries.length import replanned
from audiokit.summaries.narrating import Narrator, Spoken
from audiokit.summaries.outline import Outline
from audiokit.summaries.planning import DEFAULT_MINUTES, Planner, apart
from audiokit.summaries.programme import assemble
from audiokit.summaries.programmes import Programmes, fingerprint_of
from audiokit.summaries.purse import Purse
from audiokit.summaries.quote import Writing
from audiokit.summaries.script import KeptLine, LineState
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source
from audiokit.summaries.writer import Writer

__all__ = ["MOST_TRIES", "PAGE", "Workshop"]

PAGE = "spoken_summaries"
MOST_TRIES = 3
"""How often a line is spoken before it is marked as wrong."""

_OUTLINE = TypeAdapter(Outline)
# After one of these, the lines that are still to be spoken would meet the same.
_FOR_ALL = (BudgetExceeded, KeyRefused, ModelRetired, NotConfigured, ProviderUnreachable, QuotaExhausted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Everything that a programme is made with; every step names the person and the programme."""

    programmes: Programmes
    scripts: Scripts
    clips: Clips
    purse: Purse
    planner: Planner
    writer: Writer
    narrator: Narrator
    _stopped: dict[str, AudiokitError] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, person_id: str, programme_id: str, state: str) -> None:
        """Begin to write, or to speak."""
        self.purse.begin(programme_id)
        self.programmes.change(person_id, programme_id, state=state, trouble=None)

    def plan(self, person_id: str, programme_id: str) -> Any:
        """Plan the chapters that have to be written; None where everything is read in full."""
        programme = self.programmes.open(person_id, programme_id)
        summarised, _ = apart(programme)
        if not summarised:
            return None
        n_words = self.planner.words(programme.shape)
        documents = self._documents(person_id, summarised)
        with self.purse.holding(programme_id, self._writing_cost(programme.shape, documents, 1, 100)):
            outline = self.writer.outline(_caller(programme), programme.shape, documents, n_words)
        self._entitle(programme, outline)
        return _OUTLINE.dump_python(outline, mode="json")

    def write(self, person_id: str, programme_id: str, outline_json: Any, index: int) -> list[str]:
        """Write one chapter, unless it is written; return the ids of its lines."""
        programme, outline = self.programmes.open(person_id, programme_id), _OUTLINE.validate_python(outline_json)
        if not (written := _of_chapter(programme, index)):
            documents = self._documents(person_id, apart(programme)[0])
            before = [kept.line for kept in programme.lines if kept.line.chapter < index]
            n_words = outline.sections[index].n_words
            with self.purse.holding(programme_id, self._writing_cost(programme.shape, documents, 1, n_words)):
                lines = self.writer.section(_caller(programme), programme.shape, outline, index, documents, before)
            self.scripts.put_chapter(person_id, programme_id, index, lines)
            written = _of_chapter(self.programmes.open(person_id, programme_id), index)
        return [line.id for line in written]

    def replan(self, person_id: str, programme_id: str, outline_json: Any) -> Any:
        """Give the chapters to come other lengths, by how long the first clips came out."""
        programme, outline = self.programmes.open(person_id, programme_id), _OUTLINE.validate_python(outline_json)
        minutes, pace = programme.shape.minutes or DEFAULT_MINUTES, self.planner.pace(programme.shape)
        spoken = [(kept.line, kept.duration_s) for kept in programme.lines]
        if outline.n_words < 0.95 * self.planner.words(programme.shape):
            return outline_json  # there is not more in the documents
        return _OUTLINE.dump_python(replanned(outline, minutes, spoken, pace)[0], mode="json")

    def read_in_full(self, person_id: str, programme_id: str, n_before: int) -> int:
        """Put what is read word for word behind the chapters that were written; return how many chapters it has."""
        programme = self.programmes.open(person_id, programme_id)
        _, in_full = apart(programme)
        if not in_full:
            return 0
        outline, lines = self.writer.read_in_full(programme.shape, self._documents(person_id, in_full))
        self.scripts.put_chapter(person_id, programme_id, n_before, ())
        for index in range(len(outline.sections)):
            of_it = [line for line in lines if line.chapter == index]
            self.scripts.put_chapter(person_id, programme_id, n_before + index, of_it)
        chapters = [*programme.chapters[:n_before], *(section.title for section in outline.sections)]
        title = programme.title or outline.title
        self.programmes.change(person_id, programme_id, chapters=chapters, title=title)
        return len(outline.sections)

    def to_speak(self, person_id: str, programme_id: str) -> list[str]:
        """Return the ids of the lines that have no sound yet, in order."""
        lines = self.programmes.open(person_id, programme_id).lines
        return [line.id for line in lines if _is_to_speak(line)]

    def speak(self, person_id: str, programme_id: str, line_id: str) -> str:
        """Speak one line and check it, again where it was not said as written; return how that ended.

        Raises:
            AudiokitError: nothing more can be spoken for now; the sentence says why.
        """
        with self._lock:
            if (why := self._stopped.get(programme_id)) is not None:
                raise why
        line = self.scripts.line(programme_id, line_id)
        if line is None or not _is_to_speak(line):
            return "gone" if line is None else line.state.value
        shape = self.programmes.shape(person_id, programme_id)
        try:
            return self._spoken(person_id, programme_id, line, shape).state.value
        except _FOR_ALL as error:
            with self._lock:
                self._stopped[programme_id] = error
            raise
        except ProviderError as error:
            self.scripts.keep_sound(programme_id, replace(line, state=LineState.FAILED, trouble=str(error)))
            return LineState.FAILED.value

    def assemble(self, person_id: str, programme_id: str) -> float:
        """Join all that was spoken into one recording, and keep it; return how long it lasts, in seconds."""
        programme = self.programmes.open(person_id, programme_id)
        with tempfile.TemporaryFile() as file:
            made = assemble(programme.lines, programme.chapters, self._reads(person_id), file)
            file.seek(0)
            data = file.read()
        with self.clips.keeping(person_id, data, made.media_type, "programme") as digest:
            recording = Recording(
                clip_digest=digest,
                media_type=made.media_type,
                duration_s=made.duration_s,
                peaks=made.peaks,
                marks=made.marks,
                of=fingerprint_of(programme.lines),
            )
            self.programmes.keep_recording(person_id, programme_id, recording)
        self.clips.draw(person_id, digest, made.waveform.to_bytes())
        if programme.recording and programme.recording.clip_digest != digest:
            self.clips.forget(person_id, programme.recording.clip_digest)
        return made.duration_s

    def settle(self, person_id: str, programme_id: str, state: str, trouble: str | None) -> None:
        """Say where a programme stands now that its job is over."""
        with self._lock:
            self._stopped.pop(programme_id, None)
        self.purse.begin(programme_id)
        self.programmes.change(person_id, programme_id, state=state, trouble=trouble)

    def _spoken(self, person_id: str, programme_id: str, line: KeptLine, shape: Shape) -> KeptLine:
        """Return the line with its sound: right, or wrong after as many tries as there may be. Each is kept at once."""
        caller, duration_s = _caller_of(person_id, programme_id, line.id), self._seconds(line, shape)
        while line.n_tries < MOST_TRIES:
            again = line.n_tries > 0
            tier = Tier.FULL if again or line.line.is_starred else shape.tier
            estimate = self.planner.line_cost(shape, line.line.text, duration_s, is_starred=tier is Tier.FULL)
            with (
                self.purse.holding(programme_id, estimate),
                self.narrator.speaking(caller, programme_id, line, shape, tier=tier, again=again) as spoken,
            ):
                line = _kept(line, spoken, self.narrator.trouble_with(caller, line, spoken))
                self.scripts.keep_sound(programme_id, line)
            if line.state is LineState.SPOKEN:
                break
        return line

    def _seconds(self, line: KeptLine, shape: Shape) -> float:
        return self.planner.pace(shape).seconds_of([line.line])

    def _documents(self, person_id: str, sources: Sequence[Source]) -> list[tuple[Source, Document]]:
        return [(source, Document.from_json(self.clips.read(person_id, source.digest or ""))) for source in sources]

    def _reads(self, person_id: str) -> Callable[[str], bytes]:
        return lambda digest: self.clips.read(person_id, digest)

    def _writing_cost(
        self, shape: Shape, documents: Sequence[tuple[Source, Document]], n_sections: int, n_words: int
    ) -> int | None:
        material = sum(source.n_words for source, _ in documents)
        writing = Writing(material_words=material, n_sections=n_sections, n_words=n_words)
        return self.planner.writing_cost(shape, writing)

    def _entitle(self, programme: KeptProgramme, outline: Outline) -> None:
        values: dict[str, Any] = {"chapters": [section.title for section in outline.sections]}
        if not programme.title:
            values["title"] = outline.title
        self.programmes.change(programme.person_id, programme.id, **values)


def _of_chapter(programme: KeptProgramme, index: int) -> list[KeptLine]:
    return [line for line in programme.lines if line.line.chapter == index]


def _is_to_speak(line: KeptLine) -> bool:
    """Whether a line has no sound, or one that is wrong and may be spoken again."""
    return not line.is_spoken or (line.state is LineState.WRONG and line.n_tries < MOST_TRIES)


def _kept(line: KeptLine, spoken: Spoken, trouble: str | None) -> KeptLine:
    return replace(
        line,
        state=LineState.SPOKEN if trouble is None else LineState.WRONG,
        key=spoken.key,
        clip_digest=spoken.clip_digest,
        duration_s=spoken.duration_s,
        heard=spoken.heard,
        n_tries=line.n_tries + 1,
        trouble=trouble,
        timings=spoken.timings,
    )


def _caller(programme: KeptProgramme) -> Caller:
    return _caller_of(programme.person_id, programme.id, None)


def _caller_of(person_id: str, programme_id: str, line_id: str | None) -> Caller:
    return Caller(person_id=person_id, page=PAGE, conversation_id=programme_id, turn_id=line_id)
