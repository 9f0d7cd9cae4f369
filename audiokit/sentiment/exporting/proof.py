"""Every passage of a report: what was said, its readings beside each other, and what a person put in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC

from audiokit.sentiment.agreement import agreement, why
from audiokit.sentiment.exporting.markup import element, safe
from audiokit.sentiment.kept import KeptRecording, KeptSegment
from audiokit.sentiment.measures import in_sentences
from audiokit.sentiment.readings import Agreement, Correction, Readings, VoiceReading, WordsReading
from audiokit.words.clock import clock

__all__ = ["at", "passages"]

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TOGETHER = {
    Agreement.ALIGNED: "Aligned",
    Agreement.CONTRASTING: "Contrasting",
    Agreement.NOT_ENOUGH: "Not enough evidence",
}


def passages(recording: KeptRecording) -> str:
    """Return all of them, in order, as markup."""
    names = {speaker.number: speaker.name for speaker in recording.speakers}
    language = recording.language or ""
    lang = {"lang": language} if _LANGUAGE.fullmatch(language) else {}
    return "".join(_passage(segment, names, lang) for segment in recording.segments)


def at(at_s: float) -> str:
    """Return an instant as markup."""
    return element("time", safe(clock(at_s)))


def _passage(segment: KeptSegment, names: dict[int, str], lang: dict[str, str]) -> str:
    readings = segment.readings
    name = names.get(segment.speaker, str(segment.speaker))
    heading = f"{at(segment.start_s)} {element('b', safe(name))}"
    said = element("blockquote", safe(segment.text), **lang) if segment.text else ""
    heard = element("p", f"Recognised as: {element('q', safe(segment.heard), **lang)}", class_="quiet")
    rows = [(safe(title), told) for title, told in _rows(readings) if told]
    inside = element("h3", heading) + said + (heard if segment.heard is not None else "")
    return element("article", inside + element("dl", "".join(map(_row, rows))), id=f"p{segment.position + 1}")


def _row(row: tuple[str, str]) -> str:
    return element("dt", row[0]) + element("dd", row[1])


def _rows(readings: Readings) -> Iterator[tuple[str, str]]:
    yield "Words", _words(readings.words)
    yield "Voice", _voice(readings.first)
    yield "Voice, second opinion", _voice(readings.second)
    for number, again in enumerate(readings.again, 2):
        yield f"Voice, run {number}", _voice(again)
    yield "Measured", " ".join(safe(sentence) for sentence in in_sentences(readings.measured))
    together = agreement(readings)
    yield "Together", f"{element('b', safe(_TOGETHER[together]))} {safe(why(readings))}"
    yield "Corrected by hand", _correction(readings.correction)


def _words(reading: WordsReading | None) -> str:
    if reading is None:
        return ""
    figure = "cannot tell" if reading.sentiment is None else f"{reading.sentiment:+.2f}"
    quote = f" {element('q', safe(reading.quote))}" if reading.quote else ""
    by = _by(reading.confidence.value, reading.model)
    return f"{element('b', safe(figure))}{quote} {safe(reading.reason)} {by}"


def _voice(reading: VoiceReading | None) -> str:
    if reading is None:
        return ""
    figures = (("sentiment", reading.sentiment), ("arousal", reading.arousal))
    known = ", ".join(f"{name} {value:+.2f}" for name, value in figures if value is not None)
    told = f"{known}." if known else ""
    tone = element("b", safe(reading.tone.label), class_=f"tone {reading.tone.family.value}")
    return f"{tone} {safe(told)} {safe(reading.reason)} {_by(reading.confidence.value, reading.model)}"


def _by(confidence: str, model: str) -> str:
    return element("small", safe(f"confidence {confidence}{f', by {model}' if model else ''}"))


def _correction(correction: Correction | None) -> str:
    if correction is None:
        return ""
    told = (
        "" if correction.sentiment is None else f"sentiment {correction.sentiment:+.2f}",
        f"tone {correction.tone.label}" if correction.tone else "",
        f"“{correction.note}”" if correction.note else "",
    )
    when = element("small", safe(f"{correction.at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"))
    return f"{safe(', '.join(filter(None, told)))} {when}"
