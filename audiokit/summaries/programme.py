"""The clips of a script become one recording: natural pauses, voices equally loud, all of it at podcast loudness.

One clip is in memory at a time. Each is read once, and joined to the others in a file that is put aside; from that the
whole is measured, brought to its loudness and written (:mod:`audiokit.summaries.mastering`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from audiokit.audio.changing.spool import Spool
from audiokit.audio.clip import Clip
from audiokit.audio.measuring.loudness import Loudness, LoudnessMeter
from audiokit.audio.measuring.peaks import PeaksMeter, Waveform
from audiokit.audio.wav import from_pcm16, pcm16_of
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.stitch import Mark, Part, joined
from audiokit.audio.writing.write import write
from audiokit.errors import InputError
from audiokit.summaries.ahead import ahead
from audiokit.summaries.disk import on_disk
from audiokit.summaries.kept import Placed
from audiokit.summaries.levelling import Level, Levels
from audiokit.summaries.marks import SAMPLE_RATE_HZ, ChapterStart, chapter_starts, so_far
from audiokit.summaries.mastering import Master
from audiokit.summaries.pauses import pauses_s
from audiokit.summaries.script import KeptLine

__all__ = ["MASTER", "Assembled", "assemble", "so_far"]

MASTER = SoundFormat.FLAC
"""What the whole is kept as: half of a WAV, without loss, and played by every browser."""

_NOTHING_SPOKEN = "No line of this programme has been spoken yet. Generate its sound first."
_N_PEAKS = 800
_STRENGTH_FRAMES = SAMPLE_RATE_HZ // 200

Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """A programme as one recording. Loudness and true peak are of what was written, ``-inf`` if nothing is heard."""

    duration_s: float
    marks: tuple[Placed, ...]
    chapters: tuple[ChapterStart, ...]
    loudness_lufs: float
    true_peak_dbtp: float
    waveform: Waveform
    strengths: tuple[float, ...]

    @property
    def media_type(self) -> str:
        """What the recording is."""
        return MASTER.media_type

    @property
    def peaks(self) -> tuple[float, ...]:
        """The recording as the player draws it: how strong it is, since the peaks of levelled speech are all alike."""
        return self.strengths


def assemble(
    lines: Sequence[KeptLine], chapters: Sequence[str], read: Read, to: BinaryIO, *, levels: Levels | None = None
) -> Assembled:
    """Write the lines that have sound, in their order, as one FLAC file of 24 kHz mono to the empty file ``to``.

    ``chapters`` are titles, by the number that lines have. ``read`` returns a clip by its digest: WAV of PCM16 mono at
    24 kHz; ``levels`` know how loud it is, where that was measured before. A line without sound is passed over and has
    no mark.

    Raises:
        InputError: no line has sound; the sentence says why, where that was told of one.
        UnreadableAudio: a clip is no such WAV.
        StoreError: there is no room on the disk, or a clip is gone (whatever ``read`` raises).
    """
    spoken = [line for line in lines if line.clip_digest is not None]
    if not spoken:
        why = next((line.trouble for line in lines if line.trouble), None)
        raise InputError(f"No line could be spoken. {why}" if why else _NOTHING_SPOKEN)
    with on_disk(), closing(Spool(SAMPLE_RATE_HZ)) as aside:
        frames, loud_as = _put_aside(spoken, read, aside, levels or Levels())
        loud, drawn, strengths = _written(Master(aside, frames, loud_as), to)
    marks = tuple(
        Placed(line_id=line.id, start_s=mark.start_s, end_s=mark.end_s)
        for line, mark in zip(spoken, frames, strict=True)
    )
    return Assembled(
        duration_s=drawn.duration_s,
        marks=marks,
        chapters=chapter_starts(spoken, chapters, marks),
        loudness_lufs=loud.integrated_lufs,
        true_peak_dbtp=loud.true_peak_dbtp,
        waveform=drawn,
        strengths=strengths,
    )


def _put_aside(lines: Sequence[KeptLine], read: Read, aside: Spool, known: Levels) -> tuple[list[Mark], list[Level]]:
    """Join the clips as they are; return where each is, and how loud."""
    marks, levels = list[Mark](), list[Level]()

    def parts(wavs: Iterator[bytes]) -> Iterator[Part]:
        for line, wav in zip(lines, wavs, strict=True):
            clip = from_pcm16(pcm16_of(wav), SAMPLE_RATE_HZ)
            levels.append(_level(line, clip, known.of(line.clip_digest or "", clip)))
            yield Part(clip)

    pauses = pauses_s([line.line for line in lines])
    with ahead(read(line.clip_digest or "") for line in lines) as wavs:
        for block in joined(parts(wavs), pause_s=pauses, sample_rate_hz=SAMPLE_RATE_HZ, on_mark=marks.append):
            aside.add(block)
    return marks, levels


def _level(line: KeptLine, clip: Clip, loud: Loudness) -> Level:
    return Level(
        speaker=line.line.speaker,
        lufs=loud.integrated_lufs,
        true_peak_dbtp=loud.true_peak_dbtp,
        duration_s=clip.duration_s,
    )


def _written(master: Master, to: BinaryIO) -> tuple[Loudness, Waveform, tuple[float, ...]]:
    """Write the whole; once more where what was measured of some lines did not hold for all of them."""
    gains: tuple[float, ...] | None = master.gains_db()
    while gains is not None:
        to.seek(0)
        to.truncate()
        written = _written_with(master, gains, to)
        gains = master.nearer(gains, written[0].integrated_lufs)
    return written


def _written_with(master: Master, gains: Sequence[float], to: BinaryIO) -> tuple[Loudness, Waveform, tuple[float, ...]]:
    energies = list[float]()
    meter, peaks = LoudnessMeter(SAMPLE_RATE_HZ, 1), PeaksMeter(SAMPLE_RATE_HZ)

    def drawn() -> Iterator[Clip]:
        for block in master.blocks(gains):
            peaks.add(block.samples)
            energies.extend(_energies(block))
            yield block

    def measured(blocks: Iterable[Clip]) -> Iterator[Clip]:
        for block in blocks:
            meter.add(block.samples)
            yield block

    with ahead(drawn()) as blocks:
        write(measured(blocks), to, MASTER)
    return meter.result(), peaks.result(), _strengths(energies)


def _energies(block: Clip) -> list[float]:
    """Return the mean square of every 5 ms."""
    n = len(block.samples) // _STRENGTH_FRAMES
    pieces = block.samples[: n * _STRENGTH_FRAMES].reshape(n, _STRENGTH_FRAMES)
    means: list[float] = np.square(pieces).mean(axis=1).tolist()
    return means


def _strengths(energies: Sequence[float]) -> tuple[float, ...]:
    """Return the root mean square over even stretches, the strongest as 1."""
    if not energies:
        return ()
    starts = np.arange(_N_PEAKS) * len(energies) // _N_PEAKS
    ends = np.maximum(starts + 1, (np.arange(_N_PEAKS) + 1) * len(energies) // _N_PEAKS)
    whole = np.concatenate([[0.0], np.cumsum(energies)])
    strengths = np.sqrt(np.maximum(0.0, whole[ends] - whole[starts]) / (ends - starts))
    return tuple(round(float(each), 4) for each in strengths / max(float(strengths.max()), 1e-9))
