"""Kept sound made ready to stand beside other sound: decoded behind the door, levelled, in one channel."""

from __future__ import annotations

from audiokit.audio.door import Admitted, Door
from audiokit.audio.fit import Bounds
from audiokit.audio.intake import Order
from audiokit.audio.prepare import Preparation
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.wav import from_pcm16, pcm16_of, to_pcm16
from audiokit.audio.writing.formats import SoundFormat

__all__ = ["SAMPLE_RATE_HZ", "levelled"]

SAMPLE_RATE_HZ = 24_000
_ORDER = Order(wanted=Preparation(trims=False), bounds=Bounds(formats=(SoundFormat.WAV,)))
_BLOCK_FRAMES = 2**17


def levelled(door: Door, data: bytes) -> bytes:
    """Return a recording as PCM16 of one channel at 24 kHz, as loud as any other and with every instant in its place.

    Raises:
        InputError, StoreError, NotConfigured: as :meth:`Door.admit`.
    """
    return _samples(door.admit(data, _ORDER))


def _samples(admitted: Admitted) -> bytes:
    """Return the samples of what the door wrote; a WAV that it left as it is may have another rate, and channels."""
    origin, pcm16 = admitted.received.origin, pcm16_of(admitted.files[0])
    if admitted.received.fit.form is not None:
        return pcm16
    step = 2 * origin.n_channels * _BLOCK_FRAMES
    pieces = (pcm16[at : at + step] for at in range(0, len(pcm16), step))
    blocks = (from_pcm16(piece, origin.sample_rate_hz, origin.n_channels).mono() for piece in pieces)
    return b"".join(to_pcm16(block) for block in resampled_blocks(blocks, SAMPLE_RATE_HZ))
