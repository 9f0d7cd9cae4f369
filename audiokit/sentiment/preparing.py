"""A recording made ready: judged at the door, one channel at one rate, kept as the clip on whose clock all times are.

It says in which parts it will be written down, before anything is sent.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from audiokit.audio.clip import Clip
from audiokit.audio.door import Admitted, Door
from audiokit.audio.fit import Bounds, Fit, Form, Given
from audiokit.audio.intake import Order
from audiokit.audio.measuring.activity import Activity, ActivityMeter
from audiokit.audio.measuring.figures import Figures, figures_of
from audiokit.audio.measuring.quality import refuse_unusable
from audiokit.audio.prepare import Preparation
from audiokit.audio.reading.cutting import blocks_between
from audiokit.audio.reading.given import container_of, size_of
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.write import write
from audiokit.sentiment.hearing import Hearing
from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.parts import Parts, PlannedPart
from audiokit.sentiment.recordings import Recordings
from audiokit.speech.requests import Heard, InputFormat
from audiokit.store.clips import Clips

__all__ = ["KIND", "Preparing"]

KIND = "recording"
_POINTS = 800  # of the waveform, for a player to draw
_FORMAT = SoundFormat.FLAC
_ORDER = Order(wanted=Preparation(trims=False), bounds=Bounds(formats=(_FORMAT,)))
"""Nothing is cut out, so that times are those of the original too; and nothing is lost, however long it is."""

_FORM: TypeAdapter[Form] = TypeAdapter(Form)
_FIGURES: TypeAdapter[Figures | None] = TypeAdapter(Figures | None)
_WAV = Form(format=SoundFormat.WAV, sample_rate_hz=24_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """Makes recordings ready, and cuts out of them, in memory that stays flat. Nothing is sent anywhere."""

    recordings: Recordings
    parts: Parts
    clips: Clips
    door: Door
    hearing: Hearing

    def prepare(self, person_id: str, recording_id: str) -> None:
        """Make one ready, unless it is.

        Raises:
            InputError: it is no sound, or there is nothing in it to listen to; the sentence says what to do.
            StoreError: it cannot be kept.
            NotConfigured: it is kept, and nobody can write it down.
        """
        recording = self.recordings.about(person_id, recording_id)
        while recording.clip_digest is None or not self.clips.owns(person_id, recording.clip_digest):
            self._take_in(recording)
            recording = self.recordings.about(person_id, recording_id)
        asked = self._asked()
        if self.parts.layout(recording_id).form.get("asked") != asked:
            self._plan(recording, asked)

    def blocks(self, recording: KeptRecording, start_s: float = 0.0, end_s: float | None = None) -> Iterable[Clip]:
        """Yield the prepared sound, or a stretch of it, in blocks.

        Raises:
            NotFound, Damaged: it is gone.
        """
        path = self.clips.path(recording.person_id, recording.clip_digest or "")
        return blocks_between(path, start_s, (recording.duration_s or 0.0) + 1.0 if end_s is None else end_s)

    def part(self, recording: KeptRecording, part: PlannedPart) -> Heard:
        """Return the sound of a part, as it is sent; the first one tells what the whole recording was like."""
        kept = self.parts.layout(recording.id).form
        figures = _FIGURES.validate_python(kept.get("figures")) if part.position == 0 else None
        written = _written(self.blocks(recording, part.start_s, part.end_s), _FORM.validate_python(kept["form"]))
        return replace(written, figures=figures)

    def stretch(self, recording: KeptRecording, start_s: float, end_s: float) -> Heard:
        """Return a stretch as WAV, for a model that listens."""
        return _written(self.blocks(recording, start_s, end_s), _WAV)

    def _take_in(self, recording: KeptRecording) -> None:
        original = self.clips.path(recording.person_id, recording.original_digest)
        with self.door.admitting(original, _ORDER, whose=recording.person_id) as (admitted, files):
            refuse_unusable(admitted.received.measures)
            digest = self.clips.keep_file(recording.person_id, files[0], _FORMAT.media_type, KIND)
        self._keep(recording, digest, admitted)

    def _keep(self, recording: KeptRecording, digest: str, admitted: Admitted) -> None:
        received = admitted.received
        self.recordings.change(
            recording.person_id,
            recording.id,
            clip_digest=digest,
            clip_media_type=_FORMAT.media_type,
            duration_s=round(received.changes.duration_s, 3),
            peaks=list(admitted.waveform.points(n=_POINTS)),
            notes=[*received.changes.sentences, *received.advice],
            form={"figures": asdict(figures_of(received.measures))},
        )
        self.clips.draw(recording.person_id, digest, admitted.waveform.to_bytes())

    def _asked(self) -> str:
        """Return what the parts depend on: they are planned anew where another model writes down."""
        return f"{self.hearing.bounds()} {self.hearing.tells_speakers}"

    def _plan(self, recording: KeptRecording, asked: str) -> None:
        original = self.clips.path(recording.person_id, recording.original_digest)
        activity = _activity(self.blocks(recording))
        planned = self.hearing.plan(_given(original), activity)
        form: dict[str, Any] = asdict(planned.form or _WAV)
        self.parts.plan(recording.id, [(part.start_s, part.end_s) for part in planned.parts])
        self.recordings.change(
            recording.person_id,
            recording.id,
            plan=self._told(planned),
            form={"asked": asked, "form": form, "figures": self.parts.layout(recording.id).form.get("figures")},
            spans=[[round(span.start_s, 3), round(span.end_s, 3)] for span in activity.segments()],
        )

    def _told(self, planned: Fit) -> str:
        return f"{planned.sentence}. {self.hearing.sentence}"


def _given(original: Path) -> Given:
    """Return what came, which is never sent as it is: only the prepared recording is."""
    return Given(container=container_of(original), size_bytes=size_of(original), is_final=False)


def _activity(blocks: Iterable[Clip]) -> Activity:
    """Return where there is speech; the sound was written by us, and so there is some."""
    blocks = iter(blocks)
    first = next(blocks)
    meter = ActivityMeter(first.sample_rate_hz)
    for block in chain([first], blocks):
        meter.add(block.samples)
    return meter.result()


def _written(blocks: Iterable[Clip], form: Form) -> Heard:
    file = io.BytesIO()
    written = write(form.taken(iter(blocks)), file, form.format, kbits=form.kbits)
    return Heard(data=file.getvalue(), format=InputFormat(form.format.value), duration_s=written.duration_s)
