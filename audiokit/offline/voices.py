"""OpenAI's voice names, and how each of them sounds here; nobody claims that they sound the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType

from audiokit.errors import UnsupportedFormat

__all__ = ["DEFAULT_VOICE", "MAX_SPEED", "MIN_SPEED", "VOICES", "Voice", "voice_called"]

DEFAULT_VOICE = "alloy"
MIN_SPEED, MAX_SPEED = 0.25, 4.0  # what OpenAI's audio/speech takes
_SLOWEST_WPM, _FASTEST_WPM = 80, 900  # espeak-ng 1.52 clamps below, measured

# How much quieter a voice must be in another language for no peak to be cut; measured on 20 s of every voice in each
# (2026-11-21, espeak-ng 1.52.0): -21.0 to -23.8 dBFS RMS while it speaks then, the highest peak -0.1 dBFS.
_GAINS_DB: Mapping[str, float] = MappingProxyType({"en": 0.0, "de": -1.3, "fr": 0.0, "es": -2.2})


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One way for espeak-ng to speak.

    ``variant`` is its language and voice file; ``pitch`` and ``pitch_range`` are its 0..100 scales. ``gain_db``
    brings it to -20 dBFS RMS while it speaks, so that no voice is louder than another (measured on 30 s of each: all
    within 0.2 dB, the highest peak -0.2 dBFS).
    """

    variant: str
    pitch: int
    pitch_range: int
    words_per_minute: int
    gain_db: float

    def request(self, text: str, speed: float) -> dict[str, object]:
        """Return what the worker needs to say ``text`` at ``speed`` times the voice's own pace."""
        pace = round(self.words_per_minute * speed)
        request = asdict(self) | {"text": text, "words_per_minute": max(_SLOWEST_WPM, min(_FASTEST_WPM, pace))}
        del request["gain_db"]
        return request

    def speaking(self, language: str) -> Voice:
        """Return the same throat with another mother tongue, one of ``en``, ``de``, ``fr`` and ``es``."""
        if language == "en":
            return self
        _, plus, throat = self.variant.partition("+")
        return replace(self, variant=f"{language}{plus}{throat}", gain_db=self.gain_db + _GAINS_DB[language])


def _voice(variant: str, pitch: int, pitch_range: int, words_per_minute: int, gain_db: float) -> Voice:
    return Voice(
        variant=variant, pitch=pitch, pitch_range=pitch_range, words_per_minute=words_per_minute, gain_db=gain_db
    )


# The median fundamental frequency of each was measured on 8 s of speech (2026-11-21, espeak-ng 1.52.0); the order is
# that of the server's own list (400 of 2026-09-13).
VOICES = {
    "alloy": _voice("en-us+f2", 25, 45, 165, 3.8),  # 151 Hz
    "echo": _voice("en-us", 30, 45, 155, 5.5),  # 82 Hz
    "fable": _voice("gmw/en", 45, 50, 160, 3.7),  # 95 Hz, British
    "onyx": _voice("en-us+m6", 15, 35, 150, 6.2),  # 70 Hz
    "nova": _voice("en-us+f2", 55, 60, 175, 2.5),  # 204 Hz
    "shimmer": _voice("en-us+f3", 70, 60, 175, 3.0),  # 248 Hz
    "coral": _voice("en-us+f4", 45, 60, 170, 2.7),  # 170 Hz
    "verse": _voice("en-us+m1", 50, 55, 165, 5.7),  # 94 Hz
    "ballad": _voice("en-us+m3", 45, 60, 150, 4.5),  # 101 Hz
    "ash": _voice("en-us+m7", 35, 40, 160, 4.0),  # 89 Hz
    "sage": _voice("en-us+f5", 35, 45, 160, 5.2),  # 171 Hz
    "marin": _voice("en-us+f5", 60, 50, 168, 4.0),  # 223 Hz
    "cedar": _voice("en-us+m4", 35, 45, 160, 5.4),  # 80 Hz
}


def voice_called(name: str) -> Voice:
    """Return the voice of that name.

    Raises:
        UnsupportedFormat: there is none; the sentence lists those there are.
    """
    if (voice := VOICES.get(name)) is None:
        raise UnsupportedFormat(f"There is no voice {name!r} offline. Choose one of {', '.join(VOICES)}.", voice=name)
    return voice
