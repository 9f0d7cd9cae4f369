"""The passages of a recording as it is kept, and what was read and measured of each, in a few words for a model."""

from __future__ import annotations

from collections.abc import Iterator

from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.passages import Passage
from audiokit.sentiment.readings import Readings
from audiokit.words.plain_text import one_line

__all__ = ["SIGNALS", "passages_of", "signals_of"]

SIGNALS = (
    "With many passages stand signals: what a model read in the words, how the voice sounded to a model, and how far "
    "the voice was from what is usual for this speaker. They may differ; where they do, say so. They "
    'are signals and no facts: write "sounds" and "seems", never what somebody feels. A correction is a person\'s own '
    "and holds before the others."
)
"""What a text model is told of them."""


def passages_of(recording: KeptRecording) -> tuple[Passage, ...]:
    """Return what was said in a recording, one passage for each segment that has words, with its signals."""
    names = {speaker.number: speaker.name for speaker in recording.speakers}
    return tuple(
        _passage(segment, names.get(segment.speaker, ""), recording)
        for segment in recording.segments
        if one_line(segment.text)
    )


def signals_of(readings: Readings) -> str:
    """Return the readings of a segment in a few words; empty where there are none."""
    return "; ".join(_each(readings))


def _passage(segment: KeptSegment, speaker: str, recording: KeptRecording) -> Passage:
    return Passage(
        id=segment.id,
        text=segment.text,
        speaker=speaker,
        start_s=segment.start_s,
        title=recording.name,
        language=recording.language,
        signals=signals_of(segment.readings),
    )


def _each(readings: Readings) -> Iterator[str]:
    words, voice, measured, person = readings.words, readings.voice, readings.measured, readings.correction
    if words is not None and words.sentiment is not None:
        yield f"words {words.sentiment:+.1f} ({words.confidence} confidence)"
    if voice is not None:
        yield f"voice sounds {voice.tone.label} ({voice.confidence} confidence)"
    if measured is not None and measured.activation is not None:
        yield f"vocal activation {measured.activation:+.1f}"
    if person is not None:
        said = [person.tone.label if person.tone else "", one_line(person.note)]
        said += [] if person.sentiment is None else [f"{person.sentiment:+.1f}"]
        yield f"corrected by a person: {', '.join(filter(None, said))}"
