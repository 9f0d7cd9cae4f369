"""The steps that make a programme, each once: what is there already is found, and never paid for again.

:mod:`audiokit.workflows` calls them in order, durably; what they take and give back is JSON.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from audiokit.catalog.models import Tier
from audiokit.documents.document import Document
from audiokit.errors import (
    AudiokitError,
    BudgetExceeded,
    InputError,
    KeyRefused,
    ModelRetired,
    NotAllowed,
    NotConfigured,
    NotFound,
    ProviderError,
    ProviderUnreachable,
    QuotaExhausted,
)
from audiokit.speech.requests import Caller
from audiokit.store.clips import Clips
from audiokit.store.insisting import insist
from audiokit.summaries.asked import Paying
from audiokit.summaries.kept import UNDER_WAY, KeptProgramme, Progress, Recording
from audiokit.summaries.length import replanned
from audiokit.summaries.narrating import Narrator, Spoken
from audiokit.summaries.outline import Outline
from audiokit.summaries.planning import DEFAULT_MINUTES, Planner, apart
from audiokit.summaries.programme import assemble
from audiokit.summaries.programmes import Programmes, fingerprint_of
from audiokit.summaries.script import MOST_TRIES, KeptLine, LineState
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.shape import Shape
from audiokit.summaries.sources import Source
from audiokit.summaries.writer import Writer
from audiokit.usage.purse import Purse

__all__ = ["PAGE", "Workshop"]

PAGE = "spoken_summaries"
_OUTLINE = TypeAdapter(Outline)
_CALLED_OFF = "This was paused or cancelled before it began."
_IN_VAIN_S = 20.0  # a job that is paused meanwhile goes on later in the same process, and may then be met by nothing
# After one of these, the lines that are still to be spoken would meet the same.
_FOR_ALL = (
    BudgetExceeded,
    KeyRefused,
    ModelRetired,
    NotAllowed,
    NotConfigured,
    ProviderUnreachable,
    QuotaExhausted,
)


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
    clock: Callable[[], float] = time.monotonic
    _stopped: dict[str, tuple[AudiokitError, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, person_id: str, programme_id: str, state: str) -> None:
        """Begin to write, or to speak.

        Raises:
            InputError: it was paused or cancelled before.
        """
        self._forgive(programme_id)
        self.purse.begin(programme_id)
        if self.programmes.claim(person_id, programme_id, to=Progress(state), among=UNDER_WAY) is None:
            raise InputError(_CALLED_OFF)

    def plan(self, person_id: str, programme_id: str) -> Any:
        """Plan the chapters that have to be written; None where everything is read in full.

        A script that was there stays until there is a plan for another one.
        """
        programme = self.programmes.open(person_id, programme_id)
        summarised, _ = apart(programme)
        if not summarised:
            self._clear(programme)
            return None
        n_words = self.planner.words(programme.shape)
        documents = self._documents(person_id, summarised)
        paying = self.paying_for(programme)
        outline = self.writer.outline(_caller(programme), programme.shape, documents, n_words, paying=paying)
        insist(lambda: self._clear(programme))
        insist(lambda: self._entitle(programme, outline))
        return _OUTLINE.dump_python(outline, mode="json")

    def write(self, person_id: str, programme_id: str, outline_json: Any, index: int) -> list[str]:
        """Write one chapter, unless it is written; return the ids of its lines."""
        programme, outline = self.programmes.open(person_id, programme_id), _OUTLINE.validate_python(outline_json)
        if not (written := _of_chapter(programme, index)):
            documents = self._documents(person_id, apart(programme)[0])
            before = [kept.line for kept in programme.lines if kept.line.chapter < index]
            caller, paying = _caller(programme), self.paying_for(programme)
            lines = self.writer.section(caller, programme.shape, outline, index, documents, before, paying=paying)
            insist(lambda: self.scripts.put_chapter(person_id, programme_id, index, lines))
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
        self._entitle(programme, outline, programme.chapters[:n_before])
        return len(outline.sections)

    def to_speak(self, person_id: str, programme_id: str) -> list[str]:
        """Return the ids of the lines that have no sound yet, in order."""
        lines = self.programmes.open(person_id, programme_id).lines
        return [line.id for line in lines if line.is_to_speak]

    def speak(self, person_id: str, programme_id: str, line_id: str) -> str:
        """Speak one line and check it, again where it was not said as written; return how that ended.

        Raises:
            AudiokitError: nothing more can be spoken for now; the sentence says why.
        """
        self._refuse_in_vain(programme_id)
        line = self.scripts.line(programme_id, line_id)
        if line is None or not line.is_to_speak:
            return "gone" if line is None else line.state.value
        shape = self.programmes.shape(person_id, programme_id)
        try:
            return self._spoken(person_id, programme_id, line, shape).state.value
        except _FOR_ALL as error:
            with self._lock:
                self._stopped[programme_id] = error, self.clock()
            raise
        except ProviderError as error:
            return self._failed(programme_id, line_id, str(error))

    def paying_for(self, programme: KeptProgramme) -> Paying:
        """Return what holds the cost of one call of the text model for a programme, while it is made."""

        def paying(words: str, n_words: int) -> AbstractContextManager[None]:
            planner = self.planner.for_person(programme.person_id)
            return self.purse.holding(programme.id, planner.request_cost(programme.shape, words, n_words))

        return paying

    def assemble(self, person_id: str, programme_id: str) -> float:
        """Join all that was spoken into one recording, and keep it; return how long it lasts, in seconds."""
        programme = self.programmes.open(person_id, programme_id)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "master"
            with path.open("wb+") as file:
                made = assemble(
                    programme.lines, programme.chapters, self._reads(person_id), file, levels=self.narrator.levels
                )
            digest = self.clips.keep_file(person_id, path, made.media_type, "programme")
            recording = Recording(
                clip_digest=digest,
                media_type=made.media_type,
                duration_s=made.duration_s,
                peaks=made.peaks,
                marks=made.marks,
                of=fingerprint_of(programme.lines),
            )
            self._keep(person_id, programme_id, recording)
            if not self.clips.owns(person_id, digest):  # forgotten by another one before this one had it
                self.clips.keep_file(person_id, path, made.media_type, "programme")
        self.clips.draw(person_id, digest, made.waveform.to_bytes())
        if programme.recording and programme.recording.clip_digest != digest:
            self.clips.forget(person_id, programme.recording.clip_digest)
        return made.duration_s

    def settle(self, person_id: str, programme_id: str, state: str, trouble: str | None) -> None:
        """Say where a programme stands now that its job is over, unless a person has paused or cancelled it."""
        self._forgive(programme_id)
        self.purse.begin(programme_id)
        self.programmes.claim(person_id, programme_id, to=Progress(state), among=UNDER_WAY, trouble=trouble)

    def _spoken(self, person_id: str, programme_id: str, line: KeptLine, shape: Shape) -> KeptLine:
        """Return the line with its sound: right, or wrong after as many tries as there may be. Each is kept at once."""
        caller, duration_s = _caller_of(person_id, programme_id, line.id), self._seconds(line, shape)
        while line.n_tries < MOST_TRIES:
            before = line.clip_digest
            again, tier = line.n_tries > 0, Tier.FULL if line.takes_better else shape.tier
            planner = self.planner.for_person(person_id)
            estimate = planner.line_cost(shape, line.line.text, duration_s, is_starred=tier is Tier.FULL)
            with (
                self.purse.holding(programme_id, estimate),
                self.narrator.speaking(caller, programme_id, line, shape, tier=tier, again=again) as spoken,
            ):
                line = _kept(line, spoken, self.narrator.trouble_with(caller, line, spoken))
                is_kept = self.scripts.keep_sound(programme_id, line)
            if (gone := before if is_kept else line.clip_digest) is not None:
                self.clips.forget(person_id, gone)
            if line.state is LineState.SPOKEN or not is_kept:
                break
        return line

    def _failed(self, programme_id: str, line_id: str, trouble: str) -> str:
        """Say that nobody could speak a line; one that an earlier try has spoken wrong stays as it is."""
        line = self.scripts.line(programme_id, line_id)
        if line is None or line.is_spoken:
            return "gone" if line is None else line.state.value
        self.scripts.keep_sound(programme_id, replace(line, state=LineState.FAILED, trouble=trouble))
        return LineState.FAILED.value

    def _refuse_in_vain(self, programme_id: str) -> None:
        """Raise what has just stood in the way of another line of it: this one would meet the same."""
        with self._lock:
            why, at_s = self._stopped.get(programme_id, (None, 0.0))
        if why is not None and self.clock() - at_s < _IN_VAIN_S:
            raise why

    def _forgive(self, programme_id: str) -> None:
        with self._lock:
            self._stopped.pop(programme_id, None)

    def _seconds(self, line: KeptLine, shape: Shape) -> float:
        return self.planner.pace(shape).seconds_of([line.line])

    def _documents(self, person_id: str, sources: Sequence[Source]) -> list[tuple[Source, Document]]:
        return [(source, Document.from_json(self.clips.read(person_id, source.digest or ""))) for source in sources]

    def _reads(self, person_id: str) -> Callable[[str], bytes]:
        return lambda digest: self.clips.read(person_id, digest)

    def _keep(self, person_id: str, programme_id: str, recording: Recording) -> None:
        try:
            self.programmes.keep_recording(person_id, programme_id, recording)
        except NotFound:
            self.clips.forget(person_id, recording.clip_digest)
            raise

    def _clear(self, programme: KeptProgramme) -> None:
        """Take away the script that is there, and its sound."""
        for digest in self.scripts.put(programme.person_id, programme.id, ()):
            self.clips.forget(programme.person_id, digest)

    def _entitle(self, programme: KeptProgramme, outline: Outline, before: Sequence[str] = ()) -> None:
        """Keep the titles of chapters, and that of the whole unless a person has given it one by now."""
        values: dict[str, Any] = {"chapters": [*before, *(section.title for section in outline.sections)]}
        if not self.programmes.open(programme.person_id, programme.id).title:
            values["title"] = outline.title
        self.programmes.change(programme.person_id, programme.id, **values)


def _of_chapter(programme: KeptProgramme, index: int) -> list[KeptLine]:
    return [line for line in programme.lines if line.line.chapter == index]


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
