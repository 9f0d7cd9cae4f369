"""A clip becomes bytes that can be sent or kept. The settings are those that OpenAI's speech endpoint answers with.

What has tags, or is too long to hold in memory, is written by ``audiokit.audio.writing.write``.
"""

from __future__ import annotations

import io

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.write import write

__all__ = ["SoundFormat", "encode"]

_MP3_KBITS = 128
_OPUS_KBITS_A_CHANNEL = 64


def encode(clip: Clip, to: SoundFormat) -> bytes:
    """Return the clip as a file of that format.

    WAV, PCM16 and FLAC hold 16 bits and keep rate and channels. The lossy ones take the next rate that players know,
    and mix more than two channels down to one. PCM16 has no header: say its rate beside it.

    Raises:
        ValueError: the clip is empty; there is no file of no sound that every player takes.
    """
    if not clip.n_frames:
        raise ValueError("an empty clip cannot be encoded")
    if to is SoundFormat.WAV:
        return to_wav(clip)  # the plainest header: its length is known, and needs no room to grow
    file = io.BytesIO()
    write([clip], file, to, kbits=_kbits(clip, to))
    return file.getvalue()


def _kbits(clip: Clip, to: SoundFormat) -> int | None:
    if to is SoundFormat.MP3:
        return _MP3_KBITS
    if to is SoundFormat.OPUS:
        return _OPUS_KBITS_A_CHANNEL * (2 if clip.n_channels == 2 else 1)
    return None
