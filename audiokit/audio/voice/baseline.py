"""What is usual for one speaker, and how far one segment is from it: their own measure, never that of others."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audiokit.audio.voice.prosody import Prosody

__all__ = ["Baseline", "Difference", "Differences", "Usual", "against", "apart", "baseline", "usual_of"]

_MAD_TO_SD = 1.4826  # of a normal distribution (Rousseeuw & Croux 1993, JASA 88, 1273-1283)
_FEWEST_FOR_Z = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The weighted median of one figure over a speaker's segments, and the weighted median distance from it (MAD).

    Half of what the speaker does lies within one MAD of the median. A few outliers, and figures measured wrongly, move
    neither. ``n`` is how many segments of equal weight it rests on (Kish 1965): a long one among short ones is hardly
    more than one, and then says little about how much the speaker varies.
    """

    median: float
    mad: float
    n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What is usual for one speaker in one recording. None: no segment had the figure.

    Pitch is in semitones above 1 Hz, which is 12 log2 of its hertz, so that a step is as large for any voice.
    """

    pitch_semitones: Usual | None
    pitch_range_semitones: Usual | None
    level_dbfs: Usual | None
    level_range_db: Usual | None
    speaking_rate_per_s: Usual | None
    articulation_rate_per_s: Usual | None
    pause_percent: Usual | None
    voiced_percent: Usual | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far one segment is from the speaker's own median, in the unit of its field: +3 is 3 above it.

    ``z`` is the same in units of how far this speaker's segments usually are from the median: the MAD times 1.4826,
    which for a normal distribution is the standard deviation, but never less than the figure itself can be trusted.
    Some 5 % of segments lie beyond ±2. None: the baseline rests on fewer than five segments, which is too few to tell.
    """

    amount: float
    z: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How one segment differs from what is usual for its speaker. None: not known for the segment or the speaker.

    ``pitch_semitones``
        The median pitch: +12 is an octave above the speaker's own median, +3 is 19 % more hertz.
    ``pitch_range_semitones``
        How much wider the melody is.
    ``level_db``, ``level_range_db``
        How much louder, and how much more uneven in loudness.
    ``speaking_rate_percent``, ``articulation_rate_percent``
        How much faster, in percent of the speaker's own median: with and without the pauses.
    ``pause_points``, ``voiced_points``
        How much more pause and voice there is, in percentage points.
    """

    pitch_semitones: Difference | None
    pitch_range_semitones: Difference | None
    level_db: Difference | None
    level_range_db: Difference | None
    speaking_rate_percent: Difference | None
    articulation_rate_percent: Difference | None
    pause_points: Difference | None
    voiced_points: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """One figure of a segment, by its names in a baseline and in differences.

    ``trust`` is how far two measurements of the same speech may lie apart, in the unit of the difference: nine out of
    ten lie closer when the speech is cut 14 ms later, coded with Opus, or noise 20 dB below it is added (73 real
    recordings of up to 10 s, 2026-11).
    """

    usual: str
    difference: str
    of: Callable[[Prosody], float | None]
    trust: float

    @property
    def is_relative(self) -> bool:
        return self.difference.endswith("_percent")


_FIGURES = (
    _Figure(
        usual="pitch_semitones",
        difference="pitch_semitones",
        of=lambda prosody: None if prosody.pitch_hz is None else 12 * math.log2(prosody.pitch_hz),
        trust=0.1,
    ),
    _Figure(
        usual="pitch_range_semitones",
        difference="pitch_range_semitones",
        of=lambda prosody: prosody.pitch_range_semitones,
        trust=0.4,
    ),
    _Figure(usual="level_dbfs", difference="level_db", of=lambda prosody: prosody.level_dbfs, trust=0.2),
    _Figure(usual="level_range_db", difference="level_range_db", of=lambda prosody: prosody.level_range_db, trust=1.5),
    _Figure(
        usual="speaking_rate_per_s",
        difference="speaking_rate_percent",
        of=lambda prosody: prosody.speaking_rate_per_s,
        trust=5.0,
    ),
    _Figure(
        usual="articulation_rate_per_s",
        difference="articulation_rate_percent",
        of=lambda prosody: prosody.articulation_rate_per_s,
        trust=5.0,
    ),
    _Figure(
        usual="pause_percent",
        difference="pause_points",
        of=lambda prosody: None if prosody.pause_ratio is None else 100 * prosody.pause_ratio,
        trust=1.0,
    ),
    _Figure(
        usual="voiced_percent",
        difference="voiced_points",
        of=lambda prosody: None if prosody.voiced_ratio is None else 100 * prosody.voiced_ratio,
        trust=3.0,
    ),
)


def baseline(prosodies: Sequence[Prosody], weights: Sequence[float] | None = None) -> Baseline:
    """Return what is usual in the segments of one speaker; each weighs as long as it was spoken, or as told.

    A segment counts in its own baseline too; with a handful of segments that draws every difference towards 0.

    Raises:
        ValueError: not one weight for each segment, or a weight that is negative or no number.
    """
    weights = [prosody.speaking_s for prosody in prosodies] if weights is None else weights
    if len(weights) != len(prosodies) or not all(0 <= weight < math.inf for weight in weights):
        raise ValueError("each segment needs one weight, of 0 or more")
    return Baseline(
        **{figure.usual: usual_of([figure.of(prosody) for prosody in prosodies], weights) for figure in _FIGURES}
    )


def against(prosody: Prosody, baseline: Baseline) -> Differences:
    """Return how a segment differs from what is usual for its speaker."""
    return Differences(**{figure.difference: _difference(figure, prosody, baseline) for figure in _FIGURES})


def apart(value: float | None, usual: Usual | None, *, trust: float) -> Difference | None:
    """Return how far one figure is from what is usual; ``trust`` is how far two measurements of the same may lie apart.

    None where either is not known.
    """
    return None if value is None or usual is None else _scaled(value, usual, trust, 1.0)


def _difference(figure: _Figure, prosody: Prosody, baseline: Baseline) -> Difference | None:
    value, usual = figure.of(prosody), getattr(baseline, figure.usual)
    if value is None or usual is None or (figure.is_relative and not usual.median):
        return None
    return _scaled(value, usual, figure.trust, 100 / usual.median if figure.is_relative else 1.0)


def _scaled(value: float, usual: Usual, trust: float, scale: float) -> Difference:
    amount = scale * (value - usual.median)
    spread = max(scale * usual.mad * _MAD_TO_SD, trust)
    return Difference(amount=amount, z=amount / spread if usual.n >= _FEWEST_FOR_Z else None)


def usual_of(figures: Sequence[float | None], weights: Sequence[float]) -> Usual | None:
    """Return what is usual of one figure over segments of such weights; None where none of them has it."""
    known = [(value, weight) for value, weight in zip(figures, weights, strict=True) if value is not None and weight]
    if not known:
        return None
    values, known_weights = np.array(known).T
    median = _weighted_median(values, known_weights)
    mad = _weighted_median(np.abs(values - median), known_weights)
    shares = known_weights / known_weights.sum()
    return Usual(median=median, mad=mad, n=round(float(1 / np.square(shares).sum()), 3))


def _weighted_median(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    """Return what half of the weight lies below; the mean of two values if it parts exactly between them."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    first, last = np.searchsorted(below, below[-1] / 2, "left"), np.searchsorted(below, below[-1] / 2, "right")
    return float(values[order[[first, last]]].mean())
