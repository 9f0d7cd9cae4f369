"""Joined clips are brought to one loudness under a ceiling, each voice as loud as the others behind the limiter.

A limiter takes more of a voice with sharp pulses than of a soft one. What it takes is therefore measured, voice by
voice, and made good before it, until all of it is as loud as it should be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, log10

import numpy as np

from audiokit.audio.changing.limiter import limited
from audiokit.audio.changing.parts import in_parts
from audiokit.audio.changing.split import Part
from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.loudness import LoudnessMeter
from audiokit.audio.writing.stitch import Mark
from audiokit.summaries.levelling import Level, gains_db

__all__ = ["CEILING_DBTP", "RELEASE_DB_PER_S", "TARGET_LUFS", "Master"]

TARGET_LUFS = -16.0
"""Apple Podcasts asks for -16 LUFS within 1 dB, and a true peak of at most -1 dBTP.

podcasters.apple.com/support/893-audio-requirements, as quoted by others; looked up 2026-11-21.
"""

CEILING_DBTP = -1.6
"""Of the whole, so that what encoders add to a peak leaves it below -1 dBTP, or nearly."""

RELEASE_DB_PER_S = 150.0
"""Of the limiter. At its usual 40, sharp pulses of a low voice turn all of it down, and the target is out of reach."""

_ROUNDS = 8
_WHOLE_WITHIN_LU, _VOICES_WITHIN_LU = 0.05, 0.2
_SAMPLE_S = 30.0  # of each voice; of programmes of a minute and less, all of it
_NEAR_LU = 0.1
_LEAST_SLOPE = 0.1  # behind a limiter, a decibel more is heard as less than one; of less than this, nothing comes
_MOST_LIMITING_DB = 12.0  # a person's voice needs 1 to 4, the embedded engine's, whose pulses are sharp, up to 10


@dataclass(frozen=True, slots=True)
class Master:
    """Clips that are joined and put aside; ``marks`` and ``levels`` are those of each, as it was put there."""

    aside: Spool
    marks: Sequence[Mark]
    levels: Sequence[Level]

    def blocks(self, gains: Sequence[float]) -> Iterator[Clip]:
        """Return the whole with a gain in dB for each clip, under the ceiling."""
        return limited(self._louder(gains), CEILING_DBTP, release_db_per_s=RELEASE_DB_PER_S)

    def gains_db(self) -> tuple[float, ...]:
        """Return the gains with which the whole is as loud as it should be, and each voice as loud as the others.

        They are found with some lines of each voice, evenly spread, that stand for all of it; :meth:`nearer` then says
        whether they hold. Where a limiter cannot bring it there, they are the best of those that were tried.
        """
        level, sample = gains_db(self.levels, target_lufs=TARGET_LUFS), self._sample()
        searches = {speaker: _Search(most_db) for speaker, most_db in self._most_db(level).items()}
        louder_lu = self._louder_lu(level, sample)
        tried = list[tuple[float, tuple[float, ...]]]()
        for _ in range(_ROUNDS):
            gains = tuple(
                gain + searches[of.speaker].extra_db if of.speaker in searches else gain
                for gain, of in zip(level, self.levels, strict=True)
            )
            heard = self._heard(gains, sample, louder_lu)
            tried.append((heard.fault, gains))
            if heard.fault <= 1:
                break
            for speaker, lufs in heard.voices_lufs.items():
                searches[speaker].go_on(lufs, heard.voice_target_lufs)
        return min(tried)[1]

    def nearer(self, gains: Sequence[float], lufs: float) -> tuple[float, ...] | None:
        """Return better gains, now that the whole is ``lufs`` loud with these; None where it is near enough.

        So it is where all lines were listened to: there is nothing more to know.
        """
        missing_lu = TARGET_LUFS - lufs
        if not _NEAR_LU < abs(missing_lu) < inf or len(self._sample()) == len(self.levels):
            return None
        level = gains_db(self.levels, target_lufs=TARGET_LUFS)
        most_db = self._most_db(level)
        better = tuple(
            min(gain + missing_lu, alone + most_db[of.speaker]) if of.speaker in most_db else gain
            for gain, alone, of in zip(gains, level, self.levels, strict=True)
        )
        return None if np.allclose(better, gains, rtol=0, atol=_NEAR_LU) else better

    def _louder(self, gains: Sequence[float], which: Sequence[int] | None = None) -> Iterator[Clip]:
        parts = self._parts()
        for number in range(len(parts)) if which is None else which:
            factor = np.float32(10 ** (gains[number] / 20))
            for block in self.aside.blocks(parts[number].start_frame, parts[number].end_frame):
                yield Clip(block.samples * factor, block.sample_rate_hz)

    def _parts(self) -> list[Part]:
        """Return each clip with the pause behind it."""
        ends = [*(mark.start_frame for mark in self.marks[1:]), self.aside.n_frames]
        return [
            Part(start_frame=mark.start_frame, end_frame=end, sample_rate_hz=mark.sample_rate_hz)
            for mark, end in zip(self.marks, ends, strict=True)
        ]

    def _sample(self) -> tuple[int, ...]:
        """Return the numbers of lines that stand for all of those that are heard: of each voice about half a minute."""
        of_voices = defaultdict[int, list[int]](list)
        for number, level in enumerate(self.levels):
            if isfinite(level.lufs):
                of_voices[level.speaker].append(number)
        lasting_s = self._lasting_s(range(len(self.levels)))
        steps = {speaker: max(1, int(lasting_s[speaker] / _SAMPLE_S)) for speaker in of_voices}
        return tuple(
            sorted(n for speaker, own in of_voices.items() for n in own[steps[speaker] // 2 :: steps[speaker]])
        )

    def _most_db(self, gains: Sequence[float]) -> dict[int, float]:
        """Return how much more each voice that is heard may be given."""
        most = dict[int, float]()
        for level, gain in zip(self.levels, gains, strict=True):
            if isfinite(level.lufs):
                room_db = CEILING_DBTP + _MOST_LIMITING_DB - level.true_peak_dbtp - gain
                most[level.speaker] = min(most.get(level.speaker, inf), room_db)
        return most

    def _louder_lu(self, level: Sequence[float], which: Sequence[int]) -> dict[int, float]:
        """Return by how much some lines of each voice are louder than all of it is, before any limiting."""
        energies, lasting_s = defaultdict[int, float](float), self._lasting_s(which)
        for number in which:
            of = self.levels[number]
            energies[of.speaker] += of.duration_s * 10 ** ((of.lufs + level[number] - TARGET_LUFS) / 10)
        return {speaker: 10 * log10(energy / lasting_s[speaker]) for speaker, energy in energies.items()}

    def _heard(self, gains: Sequence[float], which: Sequence[int], louder_lu: Mapping[int, float]) -> _Heard:
        lasting_s, rate_hz = self._lasting_s(which), self.aside.sample_rate_hz
        whole = LoudnessMeter(rate_hz, 1)
        voices = {speaker: LoudnessMeter(rate_hz, 1) for speaker in lasting_s}
        blocks = limited(self._louder(gains, which), CEILING_DBTP, release_db_per_s=RELEASE_DB_PER_S)
        for number, of_one in zip(which, in_parts(blocks, self._side_by_side(which)), strict=True):
            speaker = self.levels[number].speaker
            for block in of_one:
                whole.add(block.samples)
                if len(voices) > 1 and speaker in voices:
                    voices[speaker].add(block.samples)
        whole_lufs = whole.result().integrated_lufs - _mean_lu(louder_lu, lasting_s)
        if len(voices) == 1 or not isfinite(whole_lufs):
            by_voice = dict.fromkeys(voices, whole_lufs)
        else:
            by_voice = {
                speaker: meter.result().integrated_lufs - louder_lu[speaker] for speaker, meter in voices.items()
            }
        heard = {speaker: lufs for speaker, lufs in by_voice.items() if isfinite(lufs)}
        return _Heard(whole_lufs, heard, {speaker: lasting_s[speaker] for speaker in heard})

    def _side_by_side(self, which: Sequence[int]) -> list[Part]:
        """Return some of the parts as they follow each other when nothing is between them."""
        parts, placed, at = self._parts(), list[Part](), 0
        for number in which:
            end = at + parts[number].end_frame - parts[number].start_frame
            placed.append(Part(start_frame=at, end_frame=end, sample_rate_hz=parts[number].sample_rate_hz))
            at = end
        return placed

    def _lasting_s(self, which: Iterable[int]) -> dict[int, float]:
        """How long each voice lasts of which anything is heard."""
        lasting_s = dict[int, float]()
        for level in (self.levels[number] for number in which):
            if isfinite(level.lufs):
                lasting_s[level.speaker] = lasting_s.get(level.speaker, 0.0) + level.duration_s
        return lasting_s


@dataclass(frozen=True, slots=True)
class _Heard:
    """How loud the whole is behind the limiter, how loud each voice is, and how long it lasts."""

    whole_lufs: float
    voices_lufs: Mapping[int, float]
    lasting_s: Mapping[int, float]

    @property
    def voice_target_lufs(self) -> float:
        """How loud each voice must be for the whole to be as loud as it should be: pauses make a small difference."""
        energy = sum(self.lasting_s[speaker] * 10 ** (lufs / 10) for speaker, lufs in self.voices_lufs.items())
        return TARGET_LUFS + 10 * log10(energy / sum(self.lasting_s.values())) - self.whole_lufs

    @property
    def fault(self) -> float:
        """How far it is from what it should be; at 1 and below, nobody hears it."""
        if not self.voices_lufs:
            return 0.0
        apart_lu = max(self.voices_lufs.values()) - min(self.voices_lufs.values())
        return max(abs(TARGET_LUFS - self.whole_lufs) / _WHOLE_WITHIN_LU, apart_lu / _VOICES_WITHIN_LU)


def _mean_lu(louder_lu: Mapping[int, float], lasting_s: Mapping[int, float]) -> float:
    """Return by how much voices that are equally loud are louder together than they should be."""
    energy = sum(lasting_s[speaker] * 10 ** (louder / 10) for speaker, louder in louder_lu.items())
    return 10 * log10(energy / sum(lasting_s.values())) if energy else 0.0


class _Search:
    """Finds the gain at which a voice is as loud as it should be, from how loud it was with those tried before.

    More gain is more loudness, but the less so, the more a limiter has to take: a line through the last two tries then
    falls short rather than too far. It never leaves the stretch between what was too little and what was too much.
    """

    def __init__(self, most_db: float) -> None:
        self.extra_db = min(0.0, most_db)
        self._most_db = most_db
        self._before: tuple[float, float] | None = None
        self._too_little, self._too_much = -inf, inf

    def go_on(self, lufs: float, target_lufs: float) -> None:
        """Choose the next gain, now that the voice is ``lufs`` loud with this one."""
        at_db, missing_lu, slope = self.extra_db, target_lufs - lufs, 1.0
        if self._before and at_db != self._before[0]:
            slope = min(max((lufs - self._before[1]) / (at_db - self._before[0]), _LEAST_SLOPE), 1.0)
        if missing_lu > 0:
            self._too_little = max(self._too_little, at_db)
        else:
            self._too_much = min(self._too_much, at_db)
        self._before = at_db, lufs
        next_db = at_db + missing_lu / slope
        is_between = self._too_little <= next_db <= self._too_much
        if not is_between and isfinite(self._too_little) and isfinite(self._too_much):
            next_db = (self._too_little + self._too_much) / 2
        self.extra_db = min(next_db, self._most_db)
