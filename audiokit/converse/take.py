"""A recording as it was given, made into what the model takes: as it is, smaller, or refused with a sentence."""

from __future__ import annotations

from audiokit.audio.clip import Clip
from audiokit.audio.encode import SoundFormat, encode
from audiokit.audio.resample import resample
from audiokit.audio.sniff import Container, sniff
from audiokit.audio.wav import mended
from audiokit.errors import FileTooLarge
from audiokit.speech.requests import MAX_SOUND_BYTES, Heard, InputFormat

__all__ = ["fitted"]

_SPEECH_RATE_HZ = 24_000
_AS_IT_IS = {Container.WAV: InputFormat.WAV, Container.MP3: InputFormat.MP3}


def fitted(data: bytes, clip: Clip, *, max_bytes: int = MAX_SOUND_BYTES) -> Heard:
    """Return ``data``, which decodes to ``clip``, in a form that may be sent.

    WAV and MP3 go as they are (a WAV with true sizes); all else, and what is too large, as 24 kHz mono WAV, then MP3.

    Raises:
        FileTooLarge: even the smallest form is too large.
    """
    container = sniff(data)
    if container in _AS_IT_IS and len(data) <= max_bytes:
        whole = mended(data) if container is Container.WAV else data
        return Heard(data=whole, format=_AS_IT_IS[container], duration_s=clip.duration_s)
    spoken = resample(clip.mono(), _SPEECH_RATE_HZ)
    for form in (InputFormat.WAV, InputFormat.MP3):
        smaller = encode(spoken, SoundFormat(form.value))
        if len(smaller) <= max_bytes:
            return Heard(data=smaller, format=form, duration_s=clip.duration_s)
    raise FileTooLarge(size_bytes=len(smaller), max_size_bytes=max_bytes)
