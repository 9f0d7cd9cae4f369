"""What was said, as JSON. The shape is ours, and stays readable.

``version`` grows when a field changes its meaning or goes, not when one comes::

    {"format": "audiokit.conversation", "version": 1, "title": "…",
     "speakers": {"person": "You", "model": "Assistant"},
     "recording": {"file": "recording.m4a", "duration_s": 61.2},     null where nothing was said aloud
     "turns": [{
        "number": 1,
        "speaker": "person",                     or "model"
        "said_at": "2026-11-21T10:53:48Z",
        "spoken": true,                          false: written
        "words": "…",                            said, or written where it is not spoken; null is unknown
        "typed": "…",                            written beside what was said, or null
        "duration_s": 4.2,                       of its sound, null is unknown
        "starts_s": 12.7,                        in the recording, null where it is not in it
        "timings": [{"word": "…", "starts_s": 12.9, "ends_s": 13.1}],   in the recording; empty where unknown
        "clip": "voices/01-you.webm",            in the same archive, null where there is none
        "left_out": "…",                         why its sound is not in the recording, else null
        "model": "gpt-audio",                    null is unknown, or nobody's
        "cost_usd": "0.00421",                   exact, as text; null is unknown
        "calls": [{"name": "…", "arguments": "…", "output": "…", "failed": false, "duration_s": 0.2}]}]}

Seconds that begin with ``starts`` or ``ends`` are of the recording, and those of the captions are the same.
"""

from __future__ import annotations

import json
import math
from datetime import UTC
from decimal import Decimal
from typing import Any

from audiokit.converse.export.transcript import Call, Entry, Transcript, timings
from audiokit.money import NANOUSD_PER_USD

__all__ = ["as_json"]

_FORMAT, _VERSION = "audiokit.conversation", 1


def as_json(transcript: Transcript) -> str:
    """Return JSON in the shape that this module describes."""
    is_there = transcript.recording is not None
    recording = {"file": transcript.recording, "duration_s": _seconds(transcript.recording_s)} if is_there else None
    told = {
        "format": _FORMAT,
        "version": _VERSION,
        "title": transcript.title,
        "speakers": {"person": transcript.person_name, "model": transcript.model_name},
        "recording": recording,
        "turns": [_turn(number, entry) for number, entry in enumerate(transcript.entries, 1)],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode(errors="replace").decode() + "\n"  # half of a surrogate pair is no letter


def _turn(number: int, entry: Entry) -> dict[str, Any]:
    said, place = entry.said, entry.place
    duration_s = place.end_s - place.start_s if place else said.duration_s
    return {
        "number": number,
        "speaker": "person" if said.by_person else "model",
        "said_at": said.said_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "spoken": entry.is_spoken,
        "words": said.words,
        "typed": said.typed,
        "duration_s": _seconds(duration_s),
        "starts_s": _seconds(place.start_s) if place else None,
        "timings": [
            {"word": word.text, "starts_s": _seconds(word.start_s), "ends_s": _seconds(word.end_s)}
            for word in timings(entry)
        ],
        "clip": entry.clip,
        "left_out": entry.left_out,
        "model": said.model,
        "cost_usd": _usd(said.cost_nanousd),
        "calls": [_call(call) for call in said.calls],
    }


def _call(call: Call) -> dict[str, Any]:
    return {
        "name": call.name,
        "arguments": call.arguments,
        "output": call.output,
        "failed": call.failed,
        "duration_s": _seconds(call.duration_s),
    }


def _seconds(seconds: float | None) -> float | None:
    return round(seconds, 6) if seconds is not None and math.isfinite(seconds) else None


def _usd(nanousd: int | None) -> str | None:
    return None if nanousd is None else f"{(Decimal(nanousd) / NANOUSD_PER_USD).normalize():f}"
