"""A telephone call that never took place, spoken by the offline engine's voices, with what models might say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audiokit.audio.wav import wav_header
from audiokit.offline.engine import Engine
from audiokit.people.persons import LOCAL
from audiokit.sentiment.kept import KeptSegment, Options, Progress, Speaker
from audiokit.sentiment.readings import Confidence, VoiceReading, WordsReading
from audiokit.sentiment.tone import Tone
from audiokit.sentiment.whole import Cited
from audiokit.studio import Studio
from audiokit.words.word_times import Word

__all__ = ["add_call"]

_BYTES_PER_S = 48_000
_PAUSE = bytes(_BYTES_PER_S * 4 // 10)
_NAMES, _VOICES = ("Caller", "Agent"), ("coral", "cedar")


@dataclass(frozen=True, slots=True)
class _Said:
    """One line: by whom, how its words and its voice might be read, -1 to +1."""

    speaker: int
    text: str
    words: float
    tone: Tone
    voice: float
    arousal: float
    quote: str


_CALL = (
    _Said(1, "Good morning, this is the map shop. How can I help you?", 0.3, Tone.WARM, 0.5, 0.0, "help you"),
    _Said(
        0, "My order was due on Monday, and nobody could tell me where it is.", -0.6, Tone.TENSE, -0.5, 0.4, "nobody"
    ),
    _Said(0, "I have called three times. Three times!", -0.7, Tone.ANGRY, -0.8, 0.9, "called three times"),
    _Said(1, "I am sorry to hear that. Give me a moment, I will look.", 0.2, Tone.CALM, 0.3, -0.4, "I am sorry"),
    _Said(0, "Great. Another moment. That is wonderful, really.", 0.7, Tone.IRRITATED, -0.6, 0.5, "wonderful, really"),
    _Said(
        1, "I have found it. The parcel went to our other shop by mistake.", -0.2, Tone.NEUTRAL, 0.0, -0.2, "mistake"
    ),
    _Said(0, "So it is not lost?", 0.0, Tone.DOUBTFUL, -0.1, 0.0, "not lost"),
    _Said(1, "It is not lost. It will be with you tomorrow before noon.", 0.5, Tone.CALM, 0.4, -0.3, "tomorrow"),
    _Said(0, "Tomorrow would be good. My mother's birthday is on Friday.", 0.4, Tone.WARM, 0.4, -0.1, "would be good"),
    _Said(
        1,
        "Then we will wrap it as a present, and there is nothing to pay for that.",
        0.7,
        Tone.WARM,
        0.6,
        0.2,
        "a present",
    ),
    _Said(0, "Oh, that is so kind of you. Thank you very much!", 0.9, Tone.CHEERFUL, 0.8, 0.6, "so kind of you"),
    _Said(1, "With pleasure. Have a lovely day.", 0.8, Tone.CHEERFUL, 0.6, 0.3, "With pleasure"),
)
_SUMMARY = (
    ("A parcel that was due on Monday had gone to the wrong shop.", (1, 5)),
    ("The caller is angry at first, and kind at the end: the parcel comes tomorrow, wrapped as a present.", (2, 9, 10)),
)


def add_call(studio: Studio) -> str:
    """Leave the call as a worker would have; return the address of its page, from the first slash on."""
    studio.person()
    sound, times = _spoken()
    service = studio.sentiment
    batch = service.gathering.begin(LOCAL.id, [("A call about a parcel.wav", sound)], Options(), "Calls of Monday")
    (heading,) = batch.recordings
    own = [_segment(f"{heading.id}.{n}", n, said, *times[n]) for n, said in enumerate(_CALL)]
    speakers = tuple(Speaker(number=number, name=name) for number, name in enumerate(_NAMES))
    kept, correcting = service.library.recordings, service.correcting
    kept.cut(LOCAL.id, heading.id, own, state=Progress.DONE.value, speakers=speakers)
    correcting.segments.keep_words(heading.id, {one.id: _by_words(said) for one, said in zip(own, _CALL, strict=True)})
    for one, said in zip(own, _CALL, strict=True):
        correcting.segments.keep_voice(heading.id, one.id, _by_voice(said))
    summary = tuple(Cited(text=text, segment_ids=tuple(own[n].id for n in at)) for text, at in _SUMMARY)
    kept.change_whole(LOCAL.id, heading.id, {"summary": summary})
    correcting.workshop.outline(LOCAL.id, heading.id)
    return f"/sentiment_analysis?batch={batch.id}&recording={heading.id}"


def _spoken() -> tuple[bytes, list[tuple[float, float]]]:
    """Return the whole call as WAV, and when each line is said in it, in seconds."""
    pcm16, times = b"", list[tuple[float, float]]()
    with Engine() as engine:
        for said in _CALL:
            sound = b"".join(engine.speak(said.text, _VOICES[said.speaker], 1 + 0.15 * said.arousal))
            start_s = len(pcm16) / _BYTES_PER_S
            times.append((start_s, start_s + len(sound) / _BYTES_PER_S))
            pcm16 += sound + _PAUSE
    return wav_header(len(pcm16)) + pcm16, times


def _segment(id_: str, position: int, said: _Said, start_s: float, end_s: float) -> KeptSegment:
    words = tuple(_words(said.text, start_s, end_s))
    return KeptSegment(
        id=id_, position=position, start_s=start_s, end_s=end_s, speaker=said.speaker, text=said.text, words=words
    )


def _words(text: str, start_s: float, end_s: float) -> Iterator[Word]:
    """Yield the words, each as long as it is written."""
    for found in re.finditer(r"\S+", text):
        at, until = (start_s + (end_s - start_s) * place / len(text) for place in found.span())
        yield Word(found[0], at, until)


def _by_words(said: _Said) -> WordsReading:
    reason = "The words are friendly." if said.words > 0 else "The words complain." if said.words else "They only ask."
    return WordsReading(
        sentiment=said.words, confidence=Confidence.HIGH, reason=reason, quote=said.quote, model="gpt-6-luna"
    )


def _by_voice(said: _Said) -> VoiceReading:
    return VoiceReading(
        tone=said.tone,
        sentiment=said.voice,
        arousal=said.arousal,
        confidence=Confidence.MEDIUM,
        reason=f"It sounds {said.tone.label}.",
        model="gpt-audio-mini",
    )
