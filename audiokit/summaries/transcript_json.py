"""A programme in words, as JSON for other programs. The shape is ours, and stays readable.

``version`` grows when a field changes its meaning or goes, not when one comes::

    {"format": "audiokit.programme", "version": 1, "id": "…", "title": "…", "language": "en",
     "created_at": "2026-11-21T10:53:48Z", "duration_s": 478.25, "synthetic_voices": true,
     "speakers": [{"name": "Ada", "voice": "alloy"}],          voice is null where it is not known
     "chapters": [{"title": "…", "starts_s": 0.0, "ends_s": 61.2}],
     "sources": [{"id": "…", "name": "report.pdf"}],
     "lines": [{
        "number": 1,
        "speaker": "Ada",
        "text": "…",
        "starts_s": 0.0, "ends_s": 4.1,                        null where it is not in the recording
        "timings": [{"word": "…", "starts_s": 0.1, "ends_s": 0.4}],      empty where unknown
        "support": [{"source": "…", "mark": "p. 3", "quote": "…"}]}]}    source is an id

All seconds are of the recording.
"""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from audiokit.summaries.view import Heard, ProgrammeView

__all__ = ["as_json"]

_FORMAT, _VERSION = "audiokit.programme", 1


def as_json(view: ProgrammeView) -> str:
    """Return JSON in the shape that this module describes."""
    told = {
        "format": _FORMAT,
        "version": _VERSION,
        "id": view.id,
        "title": view.name,
        "language": view.language,
        "created_at": view.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "duration_s": round(view.duration_s, 6),
        "synthetic_voices": True,
        "speakers": [{"name": name, "voice": _voice(view, number)} for number, name in enumerate(view.speakers)],
        "chapters": [
            {"title": chapter.title, "starts_s": round(chapter.start_s, 6), "ends_s": round(end_s, 6)}
            for chapter, end_s in view.chapter_spans()
        ],
        "sources": [{"id": source_id, "name": name} for source_id, name in view.source_names.items()],
        "lines": [_line(view, number, line) for number, line in enumerate(view.lines, 1)],
    }
    text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode(errors="replace").decode() + "\n"  # half of a surrogate pair is no letter


def _voice(view: ProgrammeView, speaker: int) -> str | None:
    return view.personas[speaker].voice if speaker < len(view.personas) else None


def _line(view: ProgrammeView, number: int, line: Heard) -> dict[str, Any]:
    return {
        "number": number,
        "speaker": view.speakers[line.speaker],
        "text": line.text,
        "starts_s": round(line.place.start_s, 6) if line.place else None,
        "ends_s": round(line.place.end_s, 6) if line.place else None,
        "timings": [
            {"word": word.text, "starts_s": round(word.start_s, 6), "ends_s": round(word.end_s, 6)}
            for word in line.words
        ],
        "support": [{"source": one.source_id, "mark": one.mark, "quote": one.quote} for one in line.support],
    }
