"""A recording with all that was read from it, as JSON for other programs. ``docs/sentiment.schema.json`` describes it.

``version`` grows when a field changes its meaning or goes, not when one comes. What is not known is null.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from audiokit.sentiment.agreement import agreement, changed, why
from audiokit.sentiment.figures import sentiment, tone
from audiokit.sentiment.kept import Batch, KeptRecording, KeptSegment, Speaker
from audiokit.sentiment.readings import Correction, Measured, Readings, VoiceReading, WordsReading
from audiokit.sentiment.talk import Talk, talk
from audiokit.sentiment.whole import Cited, Whole
from audiokit.sentiment.wording import STANDING

__all__ = ["batch_as_json", "recording_as_json"]

_FORMAT, _FORMAT_OF_BATCH, _VERSION = "audiokit.sentiment", "audiokit.sentiment.batch", 1
_MS, _DIGITS = 3, 4  # decimals of times, and of figures


def recording_as_json(recording: KeptRecording) -> str:
    """Return one recording."""
    return _written({"format": _FORMAT, "version": _VERSION, "notice": STANDING, **_recording(recording)}) + "\n"


def batch_as_json(batch: Batch, recordings: Iterable[KeptRecording]) -> Iterator[str]:
    """Yield a batch a recording at a time; only one of them is held."""
    head = {
        "format": _FORMAT_OF_BATCH,
        "version": _VERSION,
        "notice": STANDING,
        "id": batch.id,
        "title": batch.title,
        "created_at": _at(batch.created_at),
    }
    yield _written(head).removesuffix("\n}") + ',\n  "recordings": ['
    for number, recording in enumerate(recordings):
        yield f"{',' if number else ''}\n{_written(_recording(recording))}"
    yield "\n]}\n"


def _recording(recording: KeptRecording) -> dict[str, Any]:
    whole, options = recording.whole or Whole(), recording.options
    talks = {one.speaker: one for one in talk(recording.segments, recording.duration_s or 0.0)}
    return {
        "id": recording.id,
        "batch_id": recording.batch_id,
        "name": recording.name,
        "state": recording.state.value,
        "trouble": recording.trouble,
        "created_at": _at(recording.created_at),
        "updated_at": _at(recording.updated_at),
        "duration_s": _rounded(recording.duration_s, _MS),
        "language": recording.language,
        "cost_nanousd": recording.spent_nanousd,
        "asked": {
            "tier": options.tier.value,
            "second_opinions": options.escalates,
            "reads_voice": options.reads_voice,
            "runs": options.n_runs,
            "steering": options.steering,
        },
        "notes": list(recording.notes),
        "speakers": [_speaker(one, talks.get(one.number)) for one in recording.speakers],
        "segments": [_segment(number, one) for number, one in enumerate(recording.segments, 1)],
        **_whole(whole),
    }


def _whole(whole: Whole) -> dict[str, Any]:
    return {
        "turnings": [
            {
                "at_s": _rounded(one.at_s, _MS),
                "by": one.by,
                "size": _rounded(one.size),
                "speaker": one.speaker,
                "sentence": one.sentence,
            }
            for one in whole.turnings
        ],
        "moments": [
            {
                "kind": one.kind.value,
                "starts_s": _rounded(one.start_s, _MS),
                "ends_s": _rounded(one.end_s, _MS),
                "segments": list(one.segment_ids),
                "sentence": one.sentence,
            }
            for one in whole.moments
        ],
        "summary": _cited(whole.summary),
        "topics": _cited(whole.topics),
        "actions": _cited(whole.actions),
        "second_opinions": {
            "asked": whole.n_escalated,
            "changed": whole.n_changed,
            "saved_nanousd": whole.saved_nanousd,
        },
    }


def _cited(statements: Sequence[Cited]) -> list[dict[str, Any]]:
    return [{"text": one.text, "segments": list(one.segment_ids)} for one in statements]


def _speaker(speaker: Speaker, part: Talk | None) -> dict[str, Any]:
    told = None if part is None else {name: _any(value) for name, value in asdict(part).items() if name != "speaker"}
    return {"number": speaker.number, "name": speaker.name, "is_assumed": speaker.is_assumed, "talk": told}


def _segment(number: int, segment: KeptSegment) -> dict[str, Any]:
    readings = segment.readings
    stands = tone(readings)
    return {
        "id": segment.id,
        "number": number,
        "starts_s": _rounded(segment.start_s, _MS),
        "ends_s": _rounded(segment.end_s, _MS),
        "speaker": segment.speaker,
        "text": segment.text,
        "recognised": segment.heard,
        "timings": [
            {
                "word": word.text,
                "starts_s": _rounded(word.start_s, _MS),
                "ends_s": _rounded(word.end_s, _MS),
                "confidence": _rounded(word.confidence, _MS),
            }
            for word in segment.words
        ],
        "words": _words(readings.words),
        "voice": _voices(readings),
        "measured": _measured(readings.measured),
        "agreement": {"verdict": agreement(readings).value, "sentence": why(readings)},
        "correction": _correction(readings.correction),
        "stands": {"sentiment": _rounded(sentiment(readings)), "tone": stands.value if stands else None},
    }


def _words(reading: WordsReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "sentiment": _rounded(reading.sentiment),
        "confidence": reading.confidence.value,
        "reason": reading.reason,
        "quote": reading.quote or None,
        "model": reading.model or None,
    }


def _voices(readings: Readings) -> dict[str, Any]:
    first, second = readings.first, readings.second
    return {
        "first": _voice(first),
        "second": _voice(second),
        "changed": changed(first, second) if first and second else None,
        "again": [_voice(one) for one in readings.again],
    }


def _voice(reading: VoiceReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "tone": reading.tone.value,
        "family": reading.tone.family.value,
        "sentiment": _rounded(reading.sentiment),
        "arousal": _rounded(reading.arousal),
        "confidence": reading.confidence.value,
        "reason": reading.reason,
        "tier": reading.tier.value,
        "model": reading.model or None,
    }


def _measured(measured: Measured | None) -> dict[str, Any] | None:
    if measured is None:
        return None
    return {
        "activation": _rounded(measured.activation),
        "brightness_db": _rounded(measured.brightness_db),
        "prosody": {name: _any(value) for name, value in asdict(measured.prosody).items()},
        "differences": {
            name: value and {key: _any(each) for key, each in value.items()}
            for name, value in asdict(measured.differences).items()
        },
    }


def _correction(correction: Correction | None) -> dict[str, Any] | None:
    if correction is None:
        return None
    return {
        "sentiment": _rounded(correction.sentiment),
        "tone": correction.tone.value if correction.tone else None,
        "note": correction.note,
        "at": _at(correction.at),
    }


def _at(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rounded(value: float | None, digits: int = _DIGITS) -> float | None:
    return None if value is None else round(value, digits)


def _any(value: Any) -> float | None:
    """Return a figure rounded, and a count as it is."""
    return round(value, _DIGITS) if isinstance(value, float) else value


def _written(told: dict[str, Any]) -> str:
    text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode(errors="replace").decode()  # half of a surrogate pair is no letter
