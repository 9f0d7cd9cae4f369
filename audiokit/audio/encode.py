"""A clip becomes bytes that can be sent or kept. The settings are those that OpenAI's speech endpoint answers with."""

from __future__ import annotations

import io
from enum import StrEnum
from fractions import Fraction
from typing import Literal

import av
import lameenc
import numpy as np
import soundfile

from audiokit.audio.clip import Clip
from audiokit.audio.resample import resample
from audiokit.audio.wav import to_pcm16, to_wav

__all__ = ["SoundFormat", "encode"]

_LOSSY_RATES_HZ = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # lower ones exist, and few players take them
_OPUS_RATE_HZ = 48_000  # RFC 7845, 5.1: Ogg Opus always counts at 48 kHz
_MAX_FLAC_CHANNELS = 8
_MP3_KBITS = 128
_BITS_A_CHANNEL = 64_000


class SoundFormat(StrEnum):
    """What sound can be encoded as; the names are OpenAI's where it has one."""

    WAV = "wav"
    MP3 = "mp3"
    FLAC = "flac"
    OPUS = "opus"
    AAC = "aac"
    PCM16 = "pcm16"

    @property
    def media_type(self) -> str:
        """The type to serve it under; Opus is in Ogg (RFC 7845, 9)."""
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The usual ending of its file name, without a dot."""
        return "pcm" if self is SoundFormat.PCM16 else self.value


_MEDIA_TYPES = {
    SoundFormat.WAV: "audio/wav",
    SoundFormat.MP3: "audio/mpeg",
    SoundFormat.FLAC: "audio/flac",
    SoundFormat.OPUS: "audio/ogg",
    SoundFormat.AAC: "audio/aac",
    SoundFormat.PCM16: "audio/pcm",
}


def encode(clip: Clip, to: SoundFormat) -> bytes:
    """Return the clip as a file of that format.

    WAV, PCM16 and FLAC hold 16 bits and keep rate and channels. The lossy ones take the next rate that players know,
    and mix more than two channels down to one. PCM16 has no header: say its rate beside it.

    Raises:
        ValueError: the clip is empty; there is no file of no sound that every player takes.
    """
    if not clip.n_frames:
        raise ValueError("an empty clip cannot be encoded")
    return _ENCODERS[to](clip)


def _narrow(clip: Clip) -> Clip:
    return clip if clip.n_channels <= 2 else clip.mono()


def _at_a_lossy_rate(clip: Clip) -> Clip:
    fitting = (rate_hz for rate_hz in _LOSSY_RATES_HZ if rate_hz >= clip.sample_rate_hz)
    return resample(_narrow(clip), next(fitting, _LOSSY_RATES_HZ[-1]))


def _flac(clip: Clip) -> bytes:
    file, clip = io.BytesIO(), clip if clip.n_channels <= _MAX_FLAC_CHANNELS else clip.mono()
    samples = np.frombuffer(to_pcm16(clip), "<i2").reshape(-1, clip.n_channels)
    soundfile.write(file, samples, clip.sample_rate_hz, format="FLAC", subtype="PCM_16")
    return file.getvalue()


def _mp3(clip: Clip) -> bytes:
    clip = _at_a_lossy_rate(clip)
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(_MP3_KBITS)
    encoder.set_in_sample_rate(clip.sample_rate_hz)
    encoder.set_out_sample_rate(clip.sample_rate_hz)
    encoder.set_channels(clip.n_channels)
    encoder.set_quality(5)  # faster than FFmpeg's own; 2 costs two thirds more
    return bytes(encoder.encode(to_pcm16(clip)) + encoder.flush())


def _opus(clip: Clip) -> bytes:
    return _with_pyav(resample(_narrow(clip), _OPUS_RATE_HZ), "ogg", "libopus", {"compression_level": "5"})


def _aac(clip: Clip) -> bytes:
    return _with_pyav(_at_a_lossy_rate(clip), "adts", "aac", {"aac_coder": "fast"})


def _with_pyav(clip: Clip, container: str, codec: Literal["aac", "libopus"], options: dict[str, str]) -> bytes:
    file, layout = io.BytesIO(), "mono" if clip.n_channels == 1 else "stereo"
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, clip.sample_rate_hz, options=options, layout=layout)
        stream.bit_rate = _BITS_A_CHANNEL * clip.n_channels
        frame = av.AudioFrame.from_ndarray(clip.samples.reshape(1, -1), format="flt", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = clip.sample_rate_hz, Fraction(1, clip.sample_rate_hz), 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return file.getvalue()


_ENCODERS = {
    SoundFormat.WAV: to_wav,
    SoundFormat.PCM16: to_pcm16,
    SoundFormat.FLAC: _flac,
    SoundFormat.MP3: _mp3,
    SoundFormat.OPUS: _opus,
    SoundFormat.AAC: _aac,
}
