"""What sound can be written as, and what each of these takes: rates, channels, bits a second. No encoder is here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from audiokit.audio.writing.tags import Tags

__all__ = ["Recipe", "SoundFormat"]


class SoundFormat(StrEnum):
    """What sound can be encoded as; the names are OpenAI's where it has one."""

    WAV = "wav"
    MP3 = "mp3"
    FLAC = "flac"
    OPUS = "opus"
    AAC = "aac"
    PCM16 = "pcm16"
    M4A = "m4a"
    M4B = "m4b"

    @property
    def media_type(self) -> str:
        """The type to serve it under; Opus is in Ogg (RFC 7845, 9)."""
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The usual ending of its file name, without a dot."""
        return "pcm" if self is SoundFormat.PCM16 else self.value

    @property
    def max_channels(self) -> int:
        """How many channels are kept apart; more than these are mixed down to one."""
        return _MAX_CHANNELS.get(self, 2)

    @property
    def kbits_a_channel(self) -> int:
        """What speech is written with, in kbit/s, unless more or less is asked for; 0 where nothing is lost."""
        return _KBITS_A_CHANNEL.get(self, 0)

    def rate_for(self, sample_rate_hz: int) -> int:
        """Return the rate that sound of ``sample_rate_hz`` is written at: its own, or the next that is taken."""
        rates_hz = _RATES_HZ.get(self)
        if rates_hz is None:
            return sample_rate_hz
        return next((rate_hz for rate_hz in rates_hz if rate_hz >= sample_rate_hz), rates_hz[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one file is to be made. ``kbits`` is kbit/s of all channels, and 0 where nothing is lost."""

    sample_rate_hz: int
    n_channels: int
    kbits: int
    tags: Tags


_MEDIA_TYPES = {
    SoundFormat.WAV: "audio/wav",
    SoundFormat.MP3: "audio/mpeg",
    SoundFormat.FLAC: "audio/flac",
    SoundFormat.OPUS: "audio/ogg",
    SoundFormat.AAC: "audio/aac",
    SoundFormat.PCM16: "audio/pcm",
    SoundFormat.M4A: "audio/mp4",
    SoundFormat.M4B: "audio/mp4",
}
_PLAYED_EVERYWHERE_HZ = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)  # lower ones exist, and few players take them
_RATES_HZ = {
    SoundFormat.MP3: _PLAYED_EVERYWHERE_HZ,
    SoundFormat.AAC: _PLAYED_EVERYWHERE_HZ,
    SoundFormat.M4A: _PLAYED_EVERYWHERE_HZ,
    SoundFormat.M4B: _PLAYED_EVERYWHERE_HZ,
    SoundFormat.OPUS: (8_000, 12_000, 16_000, 24_000, 48_000),  # RFC 6716, 2.1.3; players always decode to 48 kHz
}
_MAX_CHANNELS = {SoundFormat.WAV: 0xFFFF, SoundFormat.PCM16: 0xFFFF, SoundFormat.FLAC: 8}  # FLAC: RFC 9639, 9.1.3
_KBITS_A_CHANNEL = {
    SoundFormat.MP3: 64,
    SoundFormat.AAC: 64,
    SoundFormat.M4A: 64,
    SoundFormat.M4B: 64,
    SoundFormat.OPUS: 32,
}
