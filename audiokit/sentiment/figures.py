"""Single figures of a segment's readings; None where they are not known."""

from __future__ import annotations

import math

from audiokit.audio.voice.pace import spoken_length
from audiokit.sentiment.readings import Readings
from audiokit.sentiment.tone import Tone

__all__ = [
    "activation",
    "arousal",
    "loudness_dbfs",
    "pitch_semitones",
    "sentiment",
    "tone",
    "voice_sentiment",
    "words_sentiment",
]


def words_sentiment(readings: Readings) -> float | None:
    """Return what the words say, -1…+1."""
    return readings.words.sentiment if readings.words else None


def sentiment(readings: Readings) -> float | None:
    """Return the same, or what a person put in its place."""
    corrected = readings.correction.sentiment if readings.correction else None
    return words_sentiment(readings) if corrected is None else corrected


def tone(readings: Readings) -> Tone | None:
    """Return the tone that counts; None where nobody has read one. A model that cannot tell has."""
    is_corrected = readings.correction is not None and readings.correction.tone is not None
    return readings.tone if readings.voice or is_corrected else None


def voice_sentiment(readings: Readings) -> float | None:
    """Return how pleasant the voice sounds to a model, -1…+1."""
    return readings.voice.sentiment if readings.voice else None


def arousal(readings: Readings) -> float | None:
    """Return how excited the voice sounds to a model, -1…+1."""
    return readings.voice.arousal if readings.voice else None


def activation(readings: Readings) -> float | None:
    """Return the measured vocal activation, in deviations of the speaker's own."""
    return readings.measured.activation if readings.measured else None


def pitch_semitones(readings: Readings) -> float | None:
    """Return the median pitch in semitones above 1 Hz."""
    pitch_hz = readings.measured.prosody.pitch_hz if readings.measured else None
    return 12 * math.log2(pitch_hz) if pitch_hz else None


def loudness_dbfs(readings: Readings) -> float | None:
    """Return the level of the speech."""
    return readings.measured.prosody.level_dbfs if readings.measured else None


def log_pace(readings: Readings) -> float | None:
    """Return the logarithm of the syllables a second, pauses left out: twice as fast is as far as half as fast."""
    rate_per_s = readings.measured.prosody.articulation_rate_per_s if readings.measured else None
    return math.log(rate_per_s) if rate_per_s else None


def log_pace_of_words(text: str, readings: Readings) -> float | None:
    """Return the same by the words that were heard, which is the surer; its zero is another."""
    prosody = readings.measured.prosody if readings.measured else None
    length = spoken_length(text)
    if prosody is None or prosody.articulation_rate_per_s is None or not length:
        return None
    return math.log(length / (prosody.speaking_s * (1 - (prosody.pause_ratio or 0.0))))
