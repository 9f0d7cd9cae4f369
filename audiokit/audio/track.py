"""A recording heard once from beginning to end: decoded, mixed down, resampled, measured on the way, and put aside.

What is made of it afterwards (:mod:`audiokit.audio.prepare`, :mod:`audiokit.audio.fit`) reads what was put aside, and
never decodes again. Memory stays flat: some 130 kB for each minute are all that the measures keep.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from typing import Self

from audiokit.audio.changing.channels import Channels
from audiokit.audio.changing.offset import OffsetMeter, without_offset
from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip, Samples
from audiokit.audio.measuring.activity import Activity, ActivityMeter
from audiokit.audio.measuring.bands import Rises
from audiokit.audio.measuring.loudness import Loudness, LoudnessMeter
from audiokit.audio.measuring.peaks import PeaksMeter, Waveform
from audiokit.audio.measuring.quality import MIN_SPEECH_S
from audiokit.audio.measuring.spectrum import SpectrumMeter
from audiokit.audio.reading.recording import MAX_SIZE_BYTES, Recording, Source, damaged, open_recording
from audiokit.audio.reading.sniff import Container
from audiokit.audio.resample import Resampler
from audiokit.errors import ClipTooLong

__all__ = ["MAX_DURATION_S", "Measures", "Origin", "Track", "listen"]

MAX_DURATION_S = 4 * 3600.0
_PLAIN = {
    (Container.WAV, "pcm_s16le"),
    (Container.MP3, "mp3"),
    (Container.MP3, "mp3float"),  # the same, by FFmpeg's other decoder
    (Container.FLAC, "flac"),
}
_LEAST_OFFSET = 0.0005  # as a level, -66 dBFS: less hides nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What a recording was when it came. ``declared_s`` is what its container said, None if nothing.

    ``used_channel``, counted from 0, is the only one that was listened to, since all together cancel each other; None
    where they were mixed.
    """

    container: Container
    codec: str
    sample_rate_hz: int
    n_channels: int
    size_bytes: int
    declared_s: float | None
    used_channel: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether others hear in it what was heard here: its codec is the one that its container is known for."""
        return (self.container, self.codec) in _PLAIN and self.used_channel is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What can be said of a recording without understanding it. Levels are ``-inf`` for digital silence.

    ``peak_dbfs``, ``clipped_ratio`` (the share of samples that are clipped) and ``rises`` (what rises above what is
    always there: with none of it, nobody spoke) are of the recording as it came, in any channel. All else, ``loudness``
    too, is of one channel at the working rate, and without its ``dc_offset``: the level, of full scale, that it rests
    at. ``snr_db`` and ``bandwidth_hz`` (up to where the mean spectrum of what is loud stays within 65 dB of its top)
    are None where they cannot be told. ``active_ratio`` is the share of time that trimming would not touch.
    """

    duration_s: float
    peak_dbfs: float
    loudness: Loudness
    clipped_ratio: float
    noise_floor_dbfs: float
    snr_db: float | None
    active_ratio: float
    rises: Rises
    bandwidth_hz: float | None
    dc_offset: float

    @property
    def heard_ratio(self) -> float:
        """The share of time in which something rises above what is always there."""
        return self.rises.ratio

    @property
    def has_speech(self) -> bool:
        """Whether something rises above the noise for long enough to be a word."""
        return self.heard_ratio * self.duration_s >= MIN_SPEECH_S


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track:
    """A recording that was heard: its sound, one channel at the working rate, put aside, and all that was measured.

    Close it, or use it in a ``with``.
    """

    origin: Origin
    measures: Measures
    activity: Activity
    waveform: Waveform
    spool: Spool = field(repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.spool.close()

    @property
    def sample_rate_hz(self) -> int:
        """The working rate."""
        return self.spool.sample_rate_hz

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.spool.duration_s


def listen(
    source: Source,
    *,
    sample_rate_hz: int = 24_000,
    max_duration_s: float = MAX_DURATION_S,
    max_size_bytes: int = MAX_SIZE_BYTES,
) -> Generator[float, None, Track]:
    """Hear a recording: yield now and then how many seconds were heard, and return all that is known of it.

    Whoever stops asking stops the work. For the result alone there is :func:`audiokit.audio.steps.done`.

    Raises:
        UnreadableAudio: there is no sound in it that can be decoded.
        FileTooLarge: more bytes than ``max_size_bytes``.
        ClipTooLong: more sound than ``max_duration_s``; no more than that is decoded.
    """
    only: int | None = None
    while True:
        with open_recording(source, max_size_bytes=max_size_bytes) as recording, ExitStack() as on_failure:
            hearing = _Hearing(recording, sample_rate_hz, only)
            on_failure.callback(hearing.spool.close)
            channels = yield from hearing.go(max_duration_s)
            only = channels.alone()
            if only is None:
                track = hearing.result(channels)
                on_failure.pop_all()
                return track


class _Hearing:
    """All meters, and one block after the other through them; ``only`` is the one channel to listen to, if any."""

    def __init__(self, recording: Recording, sample_rate_hz: int, only: int | None) -> None:
        self.recording, self.spool, self._only = recording, Spool(sample_rate_hz), only
        self._levels, self._peaks = _Levels(sample_rate_hz), PeaksMeter(sample_rate_hz)
        self._offsets, self._offset = OffsetMeter(sample_rate_hz), 0.0

    def go(self, max_duration_s: float) -> Generator[float, None, Channels]:
        """Hear everything, unless it is too long; yield how many seconds were heard so far."""
        blocks = self.recording.blocks()
        first = next(blocks)
        channels = Channels(first, self.recording.channels, only=self._only)
        to_working = Resampler(first.sample_rate_hz, self.spool.sample_rate_hz)
        for block in chain([first], blocks):
            mixed = channels.add(block)
            if channels.heard_s > max_duration_s:
                duration_s = max(self.recording.declared_s or 0.0, channels.heard_s)
                raise ClipTooLong(duration_s=duration_s, max_duration_s=max_duration_s)
            self._hear(to_working.add(mixed))
            yield channels.heard_s
        self._hear(to_working.rest())
        yield from self._measure_again()
        return channels

    def result(self, channels: Channels) -> Track:
        """Return what was heard."""
        if not self.spool.n_frames:
            raise damaged(self.recording.container, "no frames")
        activity = self._levels.activity.result()
        return Track(
            origin=Origin(
                container=self.recording.container,
                codec=self.recording.codec,
                sample_rate_hz=channels.sample_rate_hz,
                n_channels=channels.n_channels,
                size_bytes=self.recording.size_bytes,
                declared_s=self.recording.declared_s,
                used_channel=self._only,
            ),
            measures=self._measures(channels, activity),
            activity=activity,
            waveform=self._peaks.result(),
            spool=self.spool,
        )

    def _hear(self, block: Clip) -> None:
        if not block.n_frames:
            return
        self.spool.add(block)
        for meter in (self._levels, self._offsets, self._peaks):
            meter.add(block.samples)

    def _measure_again(self) -> Iterator[float]:
        """Do so where an offset hides something: levels, and with them where there is speech."""
        self._offset = self._offsets.result()
        if abs(self._offset) < _LEAST_OFFSET:
            return
        self._levels = _Levels(self.spool.sample_rate_hz)
        for block in without_offset(self.spool, self._offset):
            self._levels.add(block.samples)
            yield self.spool.duration_s

    def _measures(self, channels: Channels, activity: Activity) -> Measures:
        return Measures(
            duration_s=self.spool.duration_s,
            peak_dbfs=20 * math.log10(channels.peak) if channels.peak else -math.inf,
            loudness=self._levels.loudness.result(),
            clipped_ratio=channels.clipped_ratio,
            noise_floor_dbfs=activity.noise_floor_dbfs,
            snr_db=activity.snr_db,
            active_ratio=activity.speech_ratio,
            rises=channels.rises(),
            bandwidth_hz=self._levels.spectrum.bandwidth_hz(),
            dc_offset=self._offset,
        )


class _Levels:
    """The meters that an offset would mislead."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.loudness, self.activity = LoudnessMeter(sample_rate_hz, 1), ActivityMeter(sample_rate_hz)
        self.spectrum = SpectrumMeter(sample_rate_hz)

    def add(self, samples: Samples) -> None:
        for meter in (self.loudness, self.activity, self.spectrum):
            meter.add(samples)
