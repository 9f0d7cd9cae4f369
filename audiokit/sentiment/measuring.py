"""What was measured in each stretch of a recording, as the sound goes by once, against what is usual for its speaker.

*Vocal activation* is how excited a voice is against its owner's own average: higher, brighter, livelier. The rule was
fixed before anything was measured: z(pitch) + z(brightness) + half of z(range of pitch), each against the speaker, and
no loudness, which is the microphone's as much as the speaker's. It told excited from calm acted speech with an AUC of
0.88 (English) and 0.99 (German). Of pleasant and unpleasant it says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import tee

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.powers import WINDOWS_PER_S
from audiokit.audio.voice.baseline import Difference, Differences, against, apart, baseline, usual_of
from audiokit.audio.voice.brightness import TRUST_DB, brightness_db, halves
from audiokit.audio.voice.pitch import Floats, Windows, listening
from audiokit.audio.voice.prosody import Prosody, of_turns
from audiokit.audio.voice.turns import turns_of
from audiokit.sentiment.readings import Measured
from audiokit.sentiment.stretches import Stretch

__all__ = ["measured"]

_WEIGHTS = (1.0, 1.0, 0.5)  # of pitch, brightness and the range of pitch
_MOST_Z = 4.0  # one figure alone, as a pitch found an octave too high, does not decide


def measured(blocks: Iterable[Clip], stretches: Sequence[Stretch]) -> tuple[Measured, ...]:
    """Return what was measured in each stretch of a recording that comes in blocks of one rate.

    Blocks follow each other from 0 s on; their channels are mixed. Stretches may overlap and come in any order. What
    lies beyond the end of the sound is unknown, and not an error. Three hours take no more memory than five minutes:
    only stretches that are not yet over are held, with 140 bytes for each 10 ms.
    """
    figures = dict(_figures(blocks, stretches))
    by_speaker = dict[int, list[int]]()
    for index, stretch in enumerate(stretches):
        by_speaker.setdefault(stretch.speaker, []).append(index)
    found = dict[int, Measured]()
    for indices in by_speaker.values():
        found |= zip(indices, _compared([figures[index] for index in indices]), strict=True)
    return tuple(found[index] for index in range(len(stretches)))


@dataclass(frozen=True, slots=True)
class _Figures:
    prosody: Prosody
    brightness_db: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """Windows in a row, with what is needed of each."""

    windows: Windows
    powers: Floats

    @property
    def figures(self) -> _Figures:
        turn = turns_of([self.windows])[0]
        return _Figures(of_turns([turn]), brightness_db(self.powers, turn.is_voiced))


@dataclass(slots=True)
class _Open:
    """A stretch that is not yet over: windows ``[first, last)`` of the recording, and what was heard of them so far."""

    index: int
    first: int
    last: int
    pieces: list[_Heard] = field(default_factory=list)

    def add(self, heard: _Heard, at: int) -> None:
        part = slice(max(0, self.first - at), max(0, self.last - at))
        self.pieces.append(_Heard(heard.windows[part], heard.powers[part]))

    def figures(self) -> _Figures:
        powers = [np.zeros((0, 2), np.float32), *(piece.powers for piece in self.pieces)]
        return _Heard(Windows.joined(piece.windows for piece in self.pieces), np.concatenate(powers)).figures


def _figures(blocks: Iterable[Clip], stretches: Sequence[Stretch]) -> Iterator[tuple[int, _Figures]]:
    """Yield the figures of each stretch, with its place, as soon as it is over."""
    waiting = sorted(map(_opened, range(len(stretches)), stretches), key=lambda stretch: stretch.first, reverse=True)
    open_ones, at = list[_Open](), 0
    for heard in _heard(blocks):
        end = at + len(heard.powers)
        while waiting and waiting[-1].first < end:
            open_ones.append(waiting.pop())
        for stretch in open_ones:
            stretch.add(heard, at)
        yield from ((stretch.index, stretch.figures()) for stretch in open_ones if stretch.last <= end)
        open_ones, at = [stretch for stretch in open_ones if stretch.last > end], end
    yield from ((stretch.index, stretch.figures()) for stretch in (*open_ones, *waiting))


def _opened(index: int, stretch: Stretch) -> _Open:
    first, last = (round(at_s * WINDOWS_PER_S) for at_s in (stretch.start_s, stretch.end_s))
    return _Open(index, first, last)


def _heard(blocks: Iterable[Clip]) -> Iterator[_Heard]:
    for_pitch, for_brightness = tee(block.mono() for block in blocks)
    for windows, powers in zip(listening(for_pitch), halves(for_brightness), strict=False):
        n = min(len(windows.levels_dbfs), len(powers))  # the last may differ by one
        yield _Heard(windows[:n], powers[:n])


def _compared(of_speaker: Sequence[_Figures]) -> Iterator[Measured]:
    """Yield the figures of one speaker's stretches against what is usual in them."""
    usual = baseline([figures.prosody for figures in of_speaker])
    usual_brightness = usual_of(
        [figures.brightness_db for figures in of_speaker], [figures.prosody.speaking_s for figures in of_speaker]
    )
    for figures in of_speaker:
        differences = against(figures.prosody, usual)
        brighter = apart(figures.brightness_db, usual_brightness, trust=TRUST_DB)
        yield Measured(
            prosody=figures.prosody,
            brightness_db=figures.brightness_db,
            differences=differences,
            activation=_activation(differences, brighter),
        )


def _activation(differences: Differences, brighter: Difference | None) -> float | None:
    """Return the sum of the three, on the scale of one of them: of what varies independently, variances add up.

    Pitch and brightness have to be known; the range needs half a second of voice, and counts where there is that.
    """
    three = (differences.pitch_semitones, brighter, differences.pitch_range_semitones)
    pitch_z, brightness_z, range_z = (None if difference is None else difference.z for difference in three)
    if pitch_z is None or brightness_z is None:
        return None
    found = [(z, weight) for z, weight in zip((pitch_z, brightness_z, range_z), _WEIGHTS, strict=True) if z is not None]
    total = sum(weight * min(max(z, -_MOST_Z), _MOST_Z) for z, weight in found)
    return total / math.hypot(*(weight for _, weight in found))
