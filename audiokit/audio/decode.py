"""Bytes of any origin become a clip, held whole in memory, or a sentence that says why not."""

from __future__ import annotations

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.reading.recording import Recording, Source, damaged, open_recording
from audiokit.audio.resample import resampled_blocks
from audiokit.errors import ClipTooLong

__all__ = ["decode"]

_MAX_SAMPLES = 2**29  # 2 GiB of float32: 6 h of one channel at 24 kHz, 93 min of two at 48 kHz


def decode(
    data: Source,
    *,
    max_duration_s: float = 4 * 3600,
    max_size_bytes: int = 200_000_000,
    sample_rate_hz: int | None = None,
) -> Clip:
    """Return the sound in ``data``, judged by its content; of a video, its first sound track.

    Without ``sample_rate_hz`` it keeps its own rate. Channels stay as they are. Damaged parts are left out, samples
    that are no number are 0. Decoding stops at ``max_duration_s``, or at 2 GiB of samples if that comes first.

    Raises:
        UnreadableAudio: there is no sound in it that can be decoded.
        FileTooLarge: more bytes than ``max_size_bytes``.
        ClipTooLong: more sound than ``max_duration_s``.
    """
    with open_recording(data, max_size_bytes=max_size_bytes) as recording:
        return _collected(recording, max_duration_s, sample_rate_hz)


def _collected(recording: Recording, max_duration_s: float, sample_rate_hz: int | None) -> Clip:
    """Gather the blocks in one piece of memory that grows, and stop when there is too much."""
    blocks = recording.blocks()
    if sample_rate_hz is not None:
        blocks = resampled_blocks(blocks, sample_rate_hz)
    gathered, n_frames, block = bytearray(), 0, None
    for block in blocks:
        n_frames += block.n_frames
        limit_s = min(max_duration_s, _MAX_SAMPLES / (block.n_channels * block.sample_rate_hz))
        if n_frames > limit_s * block.sample_rate_hz:
            duration_s = max(recording.declared_s or 0.0, n_frames / block.sample_rate_hz)
            raise ClipTooLong(duration_s=duration_s, max_duration_s=limit_s)
        gathered += block.samples.tobytes()
    if block is None or not n_frames:
        raise damaged(recording.container, "no frames")
    samples = np.frombuffer(gathered, np.float32).reshape(-1, block.n_channels)
    return Clip(samples, block.sample_rate_hz)
