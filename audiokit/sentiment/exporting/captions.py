"""What is said in a recording as captions; WebVTT bears the readings too, in notes that no player shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from audiokit.sentiment.figures import activation, arousal, sentiment, tone, words_sentiment
from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.readings import Readings
from audiokit.sentiment.wording import STANDING
from audiokit.words import captions
from audiokit.words.cues import Cue, Spoken, cues
from audiokit.words.plain_text import one_line

__all__ = ["as_srt", "as_vtt"]

_HEADER = "WEBVTT\n"


def as_srt(recording: KeptRecording) -> str:
    """Return SubRip with the words as a person left them; who speaks is named where that changes."""
    return captions.as_srt([cue for _, of_it in _by_segment(recording) for cue in of_it])


def as_vtt(recording: KeptRecording) -> str:
    """Return WebVTT; before each passage stands a note with what was read from it, and what a person corrected."""
    blocks = (f"\n{_note(segment.readings)}{_body(of_it)}" for segment, of_it in _by_segment(recording))
    return f"{_HEADER}\nNOTE {STANDING}\n{''.join(blocks)}"


def _by_segment(recording: KeptRecording) -> Iterator[tuple[KeptSegment, list[Cue]]]:
    """Yield each segment that has words, with its captions."""
    ordered = sorted(recording.segments, key=lambda segment: (segment.start_s, segment.end_s))
    said = [segment for segment in ordered if one_line(segment.text)]
    spoken = list(_spoken(said, recording))
    groups = list[list[Cue]]()
    for cue in cues(spoken):
        if cue.is_first:
            groups.append([])
        groups[-1].append(cue)
    pairs = zip(said, groups, strict=True)
    for _, turn in groupby(pairs, key=lambda pair: pair[0].speaker):
        for number, (segment, of_it) in enumerate(turn):
            yield segment, [replace(cue, is_first=cue.is_first and not number) for cue in of_it]


def _spoken(segments: Iterable[KeptSegment], recording: KeptRecording) -> Iterator[Spoken]:
    names = {speaker.number: speaker.name for speaker in recording.speakers if len(recording.speakers) > 1}
    for segment in segments:
        yield Spoken(
            start_s=segment.start_s,
            end_s=segment.end_s,
            speaker=names.get(segment.speaker, ""),
            text=segment.text,
            words=segment.words,
        )


def _body(of_it: list[Cue]) -> str:
    return captions.as_vtt(of_it).removeprefix(_HEADER)


def _note(readings: Readings) -> str:
    """Return a note of one line (w3.org/TR/webvtt1, 4.1); unknown figures are left out of it."""
    voice, correction, stands = readings.voice, readings.correction, tone(readings)
    told = [
        _figure("sentiment", sentiment(readings)),
        f"tone {stands.label}" if stands else "",
        _figure("arousal", arousal(readings)),
        _figure("activation", activation(readings)),
    ]
    if correction:
        read_as = [_figure("sentiment", words_sentiment(readings)), f"tone {voice.tone.label}" if voice else ""]
        told.append(f"corrected by hand, read as: {', '.join(filter(None, read_as)) or 'not known'}")
        told.append(f"note: {one_line(correction.note)}" if correction.note else "")
    line = "; ".join(filter(None, told)).replace("-->", "->")
    return f"NOTE {line}\n" if line else ""


def _figure(name: str, value: float | None) -> str:
    return "" if value is None else f"{name} {value:+.2f}"
