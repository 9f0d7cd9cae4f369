"""A clip reel: chosen moments of a recording one after another, each a chapter. It is cut and written as a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from audiokit.audio.clip import Clip
from audiokit.audio.writing.formats import SoundFormat
from audiokit.audio.writing.stitch import Part, joined
from audiokit.audio.writing.tags import Chapter, Tags
from audiokit.audio.writing.write import Written, write
from audiokit.errors import InputError
from audiokit.sentiment.kept import KeptRecording
from audiokit.sentiment.whole import Moment
from audiokit.sentiment.wording import KINDS, STANDING
from audiokit.words.clock import clock
from audiokit.words.plain_text import one_line

__all__ = ["Cut", "cuts_of", "write_reel"]

_PAUSE_S = 0.6
_AROUND_S = 0.25  # before and after, so that no word loses its edges
_RATE_HZ = 24_000
_MOST_CHAPTERS = 999  # audiokit.audio.writing.tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A stretch ``[start_s, end_s)`` of the recording, and the name of its chapter."""

    start_s: float
    end_s: float
    title: str


def cuts_of(moments: Iterable[Moment], duration_s: float) -> tuple[Cut, ...]:
    """Return where to cut, in order of time; moments that overlap or touch are one cut with all of their reasons.

    Raises:
        InputError: there is no moment to hear.
    """
    cuts = list[Cut]()
    for moment in sorted(moments, key=lambda one: one.start_s):
        cut = _cut(moment, duration_s)
        if cuts and cut.start_s <= cuts[-1].end_s:
            cuts[-1] = _together(cuts[-1], cut, moment)
        elif cut.end_s > cut.start_s:
            cuts.append(cut)
    if not cuts:
        raise InputError("There is no moment to hear: none stands out in this recording, or those chosen are gone.")
    return tuple(cuts[:_MOST_CHAPTERS])


def write_reel(
    recording: KeptRecording,
    cuts: Sequence[Cut],
    blocks: Callable[[float, float], Iterable[Clip]],
    file: BinaryIO,
) -> Written:
    """Write the cuts as MP3 with a chapter each; ``blocks`` returns the sound of a stretch of the recording.

    Raises:
        NotFound, Damaged, UnreadableAudio: the sound is gone, or cannot be read.
    """
    parts = (Part(blocks(cut.start_s, cut.end_s)) for cut in cuts)
    tags = Tags(title=f"Moments of {one_line(recording.name)}", comment=STANDING, chapters=_chapters(cuts))
    return write(joined(parts, pause_s=_PAUSE_S, sample_rate_hz=_RATE_HZ), file, SoundFormat.MP3, tags=tags)


def _chapters(cuts: Sequence[Cut]) -> tuple[Chapter, ...]:
    chapters, at_s = list[Chapter](), 0.0
    for cut in cuts:
        end_s = at_s + cut.end_s - cut.start_s
        chapters.append(Chapter(start_s=at_s, end_s=end_s, title=cut.title))
        at_s = end_s + _PAUSE_S
    return tuple(chapters)


def _cut(moment: Moment, duration_s: float) -> Cut:
    start_s, end_s = max(0.0, moment.start_s - _AROUND_S), min(duration_s, moment.end_s + _AROUND_S)
    title = f"{clock(moment.start_s)} {KINDS[moment.kind]}: {one_line(moment.sentence)}"
    return Cut(start_s=start_s, end_s=end_s, title=title)


def _together(before: Cut, cut: Cut, moment: Moment) -> Cut:
    reason = f"{KINDS[moment.kind]}: {one_line(moment.sentence)}"
    title = before.title if reason in before.title else f"{before.title} {reason}"
    return replace(before, end_s=max(before.end_s, cut.end_s), title=title)
