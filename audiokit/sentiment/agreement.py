"""How the three readings of a segment go together. They are compared two by two, and never mixed.

*Words and voice* lie on one scale from unpleasant to pleasant. They contrast if both are clear (a quarter of the scale
from its middle) on opposite sides, or a whole unit apart; they are aligned within half a unit. Where a model names a
tone and no figure, the tone's family stands for it.

*Voice and measures* lie on two scales from calm to excited, one absolute, one against the speaker's own usual. They
contrast if the model hears clear calm where the voice is far more excited than usual, or the reverse. That they go
together proves nothing: the model was told the measures.

*Words and measures* say little of each other, and count only where the voice has no reading of its own: strong words in
a voice that is more excited than usual are aligned, very positive ones in a far calmer voice contrast. Negative ones do
not, since sadness is calm.

If two contrast, the segment does; if none do and two are aligned, it is aligned; else there is not enough evidence. A
reading of low confidence is no evidence. What a person corrected is their word, and changes nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from audiokit.sentiment.figures import activation as activation_of
from audiokit.sentiment.readings import Agreement, Confidence, Readings, VoiceReading
from audiokit.sentiment.tone import Family, Tone

__all__ = ["agreement", "changed", "is_strong", "why"]

_CLEAR, _APART, _TOGETHER = 0.25, 1.0, 0.5
_STRONG = 0.6
_FAR_Z, _RAISED_Z, _RARE_Z = 1.5, 1.0, 2.0
_CLEAR_AROUSAL, _STRONG_WORDS = 0.4, 0.5
_OTHER_SENTIMENT, _OTHER_AROUSAL = 0.5, 0.75
_OF_FAMILY = {Family.BRIGHT: 0.5, Family.WARM: 0.5, Family.EVEN: 0.0, Family.LOW: -0.5, Family.HEATED: -0.5}


@dataclass(frozen=True, slots=True)
class _Pair:
    """What two readings say of each other; ``said`` makes a sentence of it, for those few that somebody reads."""

    is_aligned: bool
    said: Callable[[], str]


def agreement(readings: Readings) -> Agreement:
    """Say how the readings of a segment go together, by the rule above."""
    pairs = list(_pairs(readings))
    if not pairs:
        return Agreement.NOT_ENOUGH
    return Agreement.ALIGNED if all(pair.is_aligned for pair in pairs) else Agreement.CONTRASTING


def why(readings: Readings) -> str:
    """Return the sentence that goes with :func:`agreement`; that of a contrast, if there is one."""
    pairs = sorted(_pairs(readings), key=lambda pair: pair.is_aligned)
    return pairs[0].said() if pairs else "There is not enough evidence to say how words and voice go together."


def is_strong(readings: Readings) -> bool:
    """Whether some reading is far from the middle: 0.6 of sentiment or arousal, or two deviations of activation."""
    voice, activation = _surely_heard(readings), activation_of(readings)
    figures = [_surely_said(readings), *((voice.sentiment, voice.arousal) if voice else ())]
    is_rare = activation is not None and abs(activation) >= _RARE_Z
    return is_rare or any(figure is not None and abs(figure) >= _STRONG for figure in figures)


def changed(first: VoiceReading, second: VoiceReading) -> bool:
    """Whether a second opinion is another one: another family of tones, or a figure that is far from the first."""
    return (
        first.tone.family is not second.tone.family
        or _is_far(first.sentiment, second.sentiment, _OTHER_SENTIMENT)
        or _is_far(first.arousal, second.arousal, _OTHER_AROUSAL)
    )


def _pairs(readings: Readings) -> Iterator[_Pair]:
    words, voice, activation = _surely_said(readings), _surely_heard(readings), activation_of(readings)
    pleasant = None if voice is None else _pleasant(voice)
    if words is not None and voice is not None and pleasant is not None:
        yield from _words_and_voice(words, pleasant, voice)
    if voice is not None and voice.arousal is not None and activation is not None:
        yield from _voice_and_measures(voice.arousal, activation)
    if words is not None and pleasant is None and activation is not None:
        yield from _words_and_measures(words, activation)


def _words_and_voice(words: float, pleasant: float, voice: VoiceReading) -> Iterator[_Pair]:
    are_opposite = words * pleasant < 0 and min(abs(words), abs(pleasant)) >= _CLEAR

    def how() -> str:
        return f"The words are {_valence(words)} and the voice sounds {_heard_as(voice, pleasant)}."

    if are_opposite or abs(words - pleasant) >= _APART:
        yield _Pair(is_aligned=False, said=how)
    elif abs(words - pleasant) <= _TOGETHER:
        yield _Pair(is_aligned=True, said=how)


def _voice_and_measures(arousal: float, activation: float) -> Iterator[_Pair]:
    if abs(arousal) >= _CLEAR_AROUSAL and abs(activation) >= _FAR_Z and arousal * activation < 0:
        heard, found = ("excited", "calmer") if arousal > 0 else ("calm", "more excited")
        sentence = f"The voice sounded {heard} to the model; measured, it is far {found} than usual."
        yield _Pair(is_aligned=False, said=lambda: sentence)


def _words_and_measures(words: float, activation: float) -> Iterator[_Pair]:
    if words >= _STRONG_WORDS and activation <= -_FAR_Z:
        sentence = f"The words are {_valence(words)}, and the voice is far calmer than is usual for this speaker."
        yield _Pair(is_aligned=False, said=lambda: sentence)
    elif abs(words) >= _STRONG_WORDS and activation >= _RAISED_Z:
        sentence = f"The words are {_valence(words)}, and the voice is more excited than is usual for this speaker."
        yield _Pair(is_aligned=True, said=lambda: sentence)


def _surely_said(readings: Readings) -> float | None:
    words = readings.words
    return None if words is None or words.confidence is Confidence.LOW else words.sentiment


def _surely_heard(readings: Readings) -> VoiceReading | None:
    voice = readings.voice
    return None if voice is None or voice.confidence is Confidence.LOW else voice


def _pleasant(voice: VoiceReading) -> float | None:
    return _OF_FAMILY.get(voice.tone.family) if voice.sentiment is None else voice.sentiment


def _is_far(first: float | None, second: float | None, distance: float) -> bool:
    return first is not None and second is not None and abs(first - second) >= distance


def _valence(sentiment: float) -> str:
    if abs(sentiment) < _CLEAR:
        return "neutral"
    return f"{'very ' if abs(sentiment) >= _STRONG else ''}{'positive' if sentiment > 0 else 'negative'}"


def _heard_as(voice: VoiceReading, pleasant: float) -> str:
    if voice.tone is not Tone.CANNOT_TELL:
        return voice.tone.label
    return "neutral" if abs(pleasant) < _CLEAR else "pleasant" if pleasant > 0 else "unpleasant"
