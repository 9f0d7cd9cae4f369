"""A recording as the browser is told it: passages with their proof, the arcs of its voices, its tones along the sound.

A recording of three hours has some two thousand passages; they travel in one message of about a megabyte, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audiokit.sentiment.agreement import agreement, changed, why
from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.readings import Correction, Measured, Readings, VoiceReading, WordsReading
from audiokit.sentiment.timeline import arc
from audiokit.sentiment.tone import Family, Tone
from audiokit.words.word_times import Word

__all__ = ["arcs_of", "passages_of", "sentiment_of", "tones_of"]

_SNIPPET = 90  # characters
_MOST_Z = 3.0  # deviations that fill the height of an arc


def passages_of(recording: KeptRecording) -> dict[str, Any]:
    """Return what the transcript is told: voices, tones to choose from, and each passage with its proof.

    What is not known of a passage is left out; ``browser/transcript.js`` knows what that means.
    """
    is_under_way = recording.state.is_under_way
    return {
        "recording": recording.id,
        "digest": recording.clip_digest,
        "fixed": is_under_way,
        "reads_voice": recording.options.reads_voice,
        "tones": {tone.value: [tone.label, tone.family.value] for tone in Tone},
        "speakers": [{"number": one.number, "name": one.name} for one in recording.speakers],
        "passages": [_passage(segment, is_under_way=is_under_way) for segment in recording.segments],
    }


def arcs_of(recording: KeptRecording) -> dict[str, Any]:
    """Return what the arcs are told: each voice's points, and where the recording turned."""
    turnings = recording.whole.turnings if recording.whole else ()
    return {
        "recording": recording.id,
        "digest": recording.clip_digest,
        "duration": recording.duration_s or 0.0,
        "voices": [
            {"number": speaker.number, "name": speaker.name, "points": _points(recording.segments, speaker.number)}
            for speaker in recording.speakers
        ],
        "turnings": [{"at": round(one.at_s, 2), "speaker": one.speaker, "sentence": one.sentence} for one in turnings],
    }


def tones_of(recording: KeptRecording) -> list[tuple[float, float, str, str]]:
    """Return the tone of each passage for the waveform; none at all where none could be told."""
    tones = [(segment, segment.readings.tone) for segment in recording.segments]
    if all(tone.family is Family.UNKNOWN for _, tone in tones):
        return []
    return [(segment.start_s, segment.end_s, tone.family.value, tone.label) for segment, tone in tones]


def sentiment_of(readings: Readings) -> float | None:
    """Return the sentiment of the words that counts: a person's correction before the reading."""
    if readings.correction and readings.correction.sentiment is not None:
        return readings.correction.sentiment
    return readings.words.sentiment if readings.words else None


def _passage(segment: KeptSegment, *, is_under_way: bool) -> dict[str, Any]:
    readings = segment.readings
    first, second = readings.first, readings.second
    told: dict[str, Any] = {
        "id": segment.id,
        "start": round(segment.start_s, 2),
        "end": round(segment.end_s, 2),
        "speaker": segment.speaker,
        "text": segment.text,
        "heard": segment.heard,
        "times": _times(segment.text, segment.words),
        "unsure": _unsure(segment.text, segment.words),
        "tone": readings.tone.value,
        "sentiment": sentiment_of(readings),
        "agreement": agreement(readings).value,
        "why": why(readings),
        "pending": is_under_way,
        "words": _words(readings.words),
        "first": _voice(first),
        "second": _voice(second),
        "again": [_voice(reading) for reading in readings.again],
        "changed": first is not None and second is not None and changed(first, second),
        "measured": _measured(readings.measured),
        "corrected": _corrected(readings.correction),
    }
    return {name: value for name, value in told.items() if value is not None and value != [] and value is not False}


def _times(text: str, words: Sequence[Word]) -> list[float]:
    """Return when each word of a text begins; none where the words are others, as after an edit."""
    said = [piece for word in words for piece in word.text.split()]
    starts_s = [round(word.start_s, 2) for word in words for _ in word.text.split()]
    return starts_s if said == text.split() else []


def _unsure(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Return which words of a text the recogniser was unsure of, by place, each with how sure it was in percent."""
    if not any(word.is_unsure for word in words) or not _times(text, words):
        return []
    said = [word for word in words for _ in word.text.split()]
    return [(index, round(100 * (word.confidence or 0.0))) for index, word in enumerate(said) if word.is_unsure]


def _words(reading: WordsReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "sentiment": reading.sentiment,
        "confidence": reading.confidence.value,
        "reason": reading.reason,
        "quote": reading.quote,
        "model": reading.model,
    }


def _voice(reading: VoiceReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "tone": reading.tone.value,
        "sentiment": reading.sentiment,
        "arousal": reading.arousal,
        "confidence": reading.confidence.value,
        "reason": reading.reason,
        "model": reading.model,
    }


def _corrected(correction: Correction | None) -> dict[str, Any] | None:
    if correction is None:
        return None
    return {
        "tone": correction.tone.value if correction.tone else None,
        "sentiment": correction.sentiment,
        "note": correction.note,
        "at": f"{correction.at.astimezone():%-d %b %Y, %H:%M}",
    }


def _measured(measured: Measured | None) -> dict[str, Any] | None:
    """Return each figure as [value, usual, difference, deviations], rounded to what is shown."""
    if measured is None:
        return None
    said, differ = measured.prosody, measured.differences
    figures = {
        "pitch": (said.pitch_hz, differ.pitch_semitones),
        "melody": (said.pitch_range_semitones, differ.pitch_range_semitones),
        "level": (said.level_dbfs, differ.level_db),
        "rate": (said.speaking_rate_per_s, differ.speaking_rate_percent),
        "pauses": (_percent(said.pause_ratio), differ.pause_points),
        "voiced": (_percent(said.voiced_ratio), differ.voiced_points),
    }
    rows = {
        name: [
            _rounded(value),
            _usual(name, value, difference.amount if difference else None),
            _rounded(difference.amount if difference else None),
            _rounded(difference.z if difference else None),
        ]
        for name, (value, difference) in figures.items()
    }
    return {"activation": _rounded(measured.activation), "figures": rows}


def _usual(name: str, value: float | None, amount: float | None) -> float | None:
    """Return what is usual, from a value and how far it is from that in the unit of its difference."""
    if value is None or amount is None:
        return None
    if name == "pitch":
        return round(value / 2 ** (amount / 12), 1)
    if name == "rate":
        return round(value / (1 + amount / 100), 2) if amount > -100 else None
    return round(value - amount, 2)


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else 100 * ratio


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _points(segments: Sequence[KeptSegment], speaker: int) -> list[list[Any]]:
    """Return [time, words, voice, measured, start, words said] of each point of a voice's arc."""
    own = [segment for segment in segments if segment.speaker == speaker]
    points, place = list[list[Any]](), 0
    for point in arc(segments, speaker):
        while place + 1 < len(own) and own[place + 1].start_s <= point.at_s:
            place += 1
        of = own[place]
        text = of.text if len(of.text) <= _SNIPPET else f"{of.text[:_SNIPPET].rsplit(' ', 1)[0]} …"
        activation = None if point.activation is None else max(-1.0, min(1.0, point.activation / _MOST_Z))
        figures = (_rounded(value) for value in (point.sentiment, point.arousal, activation))
        points.append([round(point.at_s, 2), *figures, round(of.start_s, 2), text])
    return points
