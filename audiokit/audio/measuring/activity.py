"""Where there is speech in a recording and where there are pauses, found as it streams by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audiokit.audio.clip import Samples
from audiokit.audio.measuring.detect import Flags, runs, speech_flags
from audiokit.audio.measuring.powers import WINDOWS_PER_S, PowerMeter, n_windows

__all__ = ["LEAD_S", "TAIL_S", "Activity", "ActivityMeter", "Segment"]

LEAD_S, TAIL_S = 0.12, 0.25  # what stays of the quiet around speech: soft onsets, and the room after the last sound

_FLOOR_PERCENTILE = 10
_FEWEST_WINDOWS = 20  # of speech and of pauses, before their levels are compared
_ROUNDING = 1e-6  # of a window


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch ``[start_s, end_s)`` of a recording."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activity:
    """What was found in each window of 10 ms.

    ``is_speech`` says where there may be speech: unsure means yes, and sound without any dynamics is all of it.
    ``levels_dbfs`` is float32, the RMS against a full-scale square; digital silence is ``-inf``. Window ``i`` begins at
    ``i / 100`` s; the last may be short.
    """

    window_s: ClassVar[float] = 1 / WINDOWS_PER_S

    sample_rate_hz: int
    n_frames: int
    is_speech: Flags
    levels_dbfs: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        n = n_windows(self.n_frames, self.sample_rate_hz)
        if self.is_speech.shape != (n,) or self.levels_dbfs.shape != (n,):
            raise ValueError(f"{self.n_frames} frames at {self.sample_rate_hz} Hz have {n} windows")

    @property
    def duration_s(self) -> float:
        """How long the recording lasts."""
        return self.n_frames / self.sample_rate_hz

    @property
    def speech_ratio(self) -> float:
        """The share of windows that may be speech; 0 where there is no window."""
        return float(self.is_speech.mean()) if len(self.is_speech) else 0.0

    @property
    def noise_floor_dbfs(self) -> float:
        """The level that the quietest tenth lies below."""
        if not len(self.levels_dbfs):
            return -math.inf
        return float(np.percentile(self.levels_dbfs, _FLOOR_PERCENTILE, method="lower"))

    @property
    def snr_db(self) -> float | None:
        """How far the power of speech stands above that of the pauses, which is taken out of it.

        An estimate: within 1 dB in steady noise, too high where noise that comes and goes is taken for speech. It is
        ``inf`` where the pauses are digital silence, and None where there is too little of either to tell.
        """
        n_speech = np.count_nonzero(self.is_speech)
        if min(n_speech, len(self.is_speech) - n_speech) < _FEWEST_WINDOWS:
            return None
        powers = self.levels_dbfs / np.float32(10)
        np.power(np.float32(10), powers, out=powers)
        noise = float(powers.mean(where=~self.is_speech, dtype=np.float64))
        speech = float(powers.mean(where=self.is_speech, dtype=np.float64)) - noise
        if speech <= 0:
            return None
        return 10 * math.log10(speech / noise) if noise else math.inf

    def segments(
        self,
        *,
        min_pause_s: float = 0.5,
        lead_s: float = LEAD_S,
        tail_s: float = TAIL_S,
        min_speech_s: float = 0.05,
    ) -> tuple[Segment, ...]:
        """Return the stretches of speech, each with ``lead_s`` before and ``tail_s`` after it.

        A pause parts them if it lasts ``min_pause_s``, and longer than what is kept of it. A stretch with less than
        ``min_speech_s`` of speech in it is left out.
        """
        starts, ends = runs(self.is_speech)
        if not len(starts):
            return ()
        shortest_pause = max(min_pause_s, lead_s + tail_s) * WINDOWS_PER_S - _ROUNDING
        firsts = np.flatnonzero(np.append(True, starts[1:] - ends[:-1] >= shortest_pause))
        lasts = np.append(firsts[1:], len(starts)) - 1
        spoken = np.add.reduceat(ends - starts, firsts) >= min_speech_s * WINDOWS_PER_S - _ROUNDING
        return tuple(
            Segment(max(0.0, start / WINDOWS_PER_S - lead_s), min(self.duration_s, end / WINDOWS_PER_S + tail_s))
            for start, end in zip(starts[firsts[spoken]].tolist(), ends[lasts[spoken]].tolist(), strict=True)
        )

    def pauses(
        self,
        *,
        min_pause_s: float = 0.5,
        lead_s: float = LEAD_S,
        tail_s: float = TAIL_S,
        min_speech_s: float = 0.05,
    ) -> tuple[Segment, ...]:
        """Return what :meth:`segments` leaves out, the quiet at both ends included."""
        spoken = self.segments(min_pause_s=min_pause_s, lead_s=lead_s, tail_s=tail_s, min_speech_s=min_speech_s)
        edges = [0.0, *(edge for segment in spoken for edge in (segment.start_s, segment.end_s)), self.duration_s]
        between = zip(edges[::2], edges[1::2], strict=True)
        return tuple(Segment(start_s, end_s) for start_s, end_s in between if end_s > start_s)


class ActivityMeter:
    """Listens to one channel as it streams by; a few bytes for each 10 ms are all that it keeps."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._powers = PowerMeter(sample_rate_hz)

    def add(self, samples: Samples) -> None:
        """Listen to what comes next, of shape (n_frames, 1)."""
        self._powers.add(samples)

    def result(self) -> Activity:
        """Return what was found so far. More may be added afterwards."""
        levels_dbfs = self._powers.plain()
        with np.errstate(divide="ignore"):
            np.log10(levels_dbfs, out=levels_dbfs)
        levels_dbfs *= 10
        return Activity(
            sample_rate_hz=self._powers.sample_rate_hz,
            n_frames=self._powers.n_frames,
            is_speech=speech_flags(self._powers),
            levels_dbfs=levels_dbfs,
        )
