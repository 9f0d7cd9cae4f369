"""Where a recording turns: the words, the voice or what was measured changes, and stays so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from audiokit.sentiment.changing import Change, changes
from audiokit.sentiment.figures import (
    activation,
    arousal,
    log_pace,
    log_pace_of_words,
    loudness_dbfs,
    pitch_semitones,
    sentiment,
    voice_sentiment,
)
from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.readings import Readings
from audiokit.sentiment.whole import Turning

__all__ = ["turnings"]

_MOST = 12
_SAME_S = 30.0
_Figure = Callable[[str, Readings], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One figure of each segment. ``least`` is the smallest change that is worth a word; ``trust`` as for changes.

    ``said`` makes words of before and after.
    """

    by: str
    figure: _Figure
    least: float
    trust: float
    said: Callable[[float, float], str]


@dataclass(frozen=True, slots=True)
class _Found:
    row: _Row
    segment: KeptSegment
    place: int  # of the segment, among those that were looked at
    change: Change

    @property
    def weight(self) -> float:
        """How large it is, as a multiple of the least, or of how much the figure varies, whichever is less."""
        return abs(self.change.amount) / max(self.row.least, self.change.spread)


def turnings(segments: Sequence[KeptSegment]) -> tuple[Turning, ...]:
    """Return where the recording turns, in order of time; the twelve largest changes, if there are more.

    Each speaker is looked at alone, by words (their sentiment, or a person's correction of it), voice (sentiment and
    arousal as a model heard them) and measures (pitch, loudness, pace, activation); where more than one speaks, all
    together too, by words and voice. A change lasts three segments at least, before it and after it, and stands out of
    how much the figure varies by itself; what differs in a single segment is a moment, and no turn. ``at_s`` is where
    the first segment after it begins. Figures of one reading that change at once are one turning.

    ``size`` is negative where something sinks: for words and voice on their scale of -1…+1, for measures in deviations
    of how much the segments of this speaker vary.
    """
    ordered = sorted(segments, key=lambda segment: segment.start_s)
    speakers = sorted({segment.speaker for segment in ordered})
    found = list[tuple[float, Turning]]()
    if len(speakers) > 1:
        found += _of(ordered, _TOLD, None)
    for speaker in speakers:
        own = [segment for segment in ordered if segment.speaker == speaker]
        shared = [turning for _, turning in found if turning.speaker is None]
        found += [one for one in _of(own, _TOLD, speaker) if not _is_among(one[1], shared)]
        found += _of(own, _measures(own), speaker)
    largest = sorted(found, key=lambda one: one[0], reverse=True)[:_MOST]
    return tuple(turning for _, turning in sorted(largest, key=lambda one: one[1].at_s))


def _of(segments: Sequence[KeptSegment], rows: Iterable[_Row], speaker: int | None) -> Iterator[tuple[float, Turning]]:
    """Yield turnings with their weight; changes of one reading in neighbouring segments are one."""
    found = sorted((one for row in rows for one in _changed(segments, row)), key=lambda one: (one.row.by, one.place))
    together = list[_Found]()
    for one in found:
        if together and (one.row.by != together[-1].row.by or one.place > together[-1].place + 1):
            yield _turning(together, speaker)
            together = []
        together.append(one)
    if together:
        yield _turning(together, speaker)


def _changed(segments: Sequence[KeptSegment], row: _Row) -> Iterator[_Found]:
    known = [
        (place, value)
        for place, segment in enumerate(segments)
        if (value := row.figure(segment.text, segment.readings)) is not None
    ]
    for change in changes([value for _, value in known], least=row.least, trust=row.trust):
        place = known[change.index][0]
        yield _Found(row, segments[place], place, change)


def _turning(together: Sequence[_Found], speaker: int | None) -> tuple[float, Turning]:
    largest = sorted(together, key=lambda one: one.weight, reverse=True)
    main = largest[0]
    size = main.change.amount
    return main.weight, Turning(
        at_s=main.segment.start_s,
        by=main.row.by,
        size=round(size / main.change.spread if main.row.by == "measured" else size, 2),
        speaker=speaker,
        sentence=_sentence(largest),
    )


def _sentence(largest: Sequence[_Found]) -> str:
    said = list(dict.fromkeys(one.row.said(one.change.before, one.change.after) for one in largest))
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    whose = "From here on the words are" if largest[0].row.by == "words" else "From here on the voice is"
    return f"{whose} {listed} than before."


def _is_among(turning: Turning, others: Iterable[Turning]) -> bool:
    return any(other.by == turning.by and abs(other.at_s - turning.at_s) <= _SAME_S for other in others)


def _measures(segments: Sequence[KeptSegment]) -> tuple[_Row, ...]:
    """Return the rows of what was measured; the pace is that of the words, if there are words everywhere."""
    return (*_MEASURED, _PACE_OF_WORDS if all(one.text.strip() for one in segments) else _PACE)


def _read(figure: Callable[[Readings], float | None]) -> _Figure:
    return lambda _, readings: figure(readings)


def _one_of(more: str, less: str) -> Callable[[float, float], str]:
    return lambda before, after: more if after > before else less


def _semitones_said(before: float, after: float) -> str:
    return f"{abs(after - before):.0f} semitones {'higher' if after > before else 'lower'}"


def _level_said(before: float, after: float) -> str:
    return f"{abs(after - before):.0f} dB {'louder' if after > before else 'softer'}"


def _pace_said(before: float, after: float) -> str:
    percent = 100 * (math.exp(after - before) - 1)
    return f"{abs(percent):.0f} % {'faster' if percent > 0 else 'slower'}"


# The least that is worth a word: on a scale of -1…+1 a third of the way to its end; of pitch what lends a syllable
# weight to a listener (Rietveld & Gussenhoven 1985, Journal of Phonetics 13, 299-308); of loudness twice the power; of
# pace three times what is just heard (Quené 2007, Journal of Phonetics 35, 353-362).
_ON_A_SCALE, _TRUST_ON_A_SCALE = 0.35, 0.15
_LEAST_SEMITONES, _LEAST_DB, _LEAST_PACE, _LEAST_ACTIVATION = 1.5, 3.0, math.log(1.15), 1.5
_TOLD = (
    _Row(
        by="words",
        figure=_read(sentiment),
        least=_ON_A_SCALE,
        trust=_TRUST_ON_A_SCALE,
        said=_one_of("more positive", "more negative"),
    ),
    _Row(
        by="voice",
        figure=_read(voice_sentiment),
        least=_ON_A_SCALE,
        trust=_TRUST_ON_A_SCALE,
        said=_one_of("more pleasant", "less pleasant"),
    ),
    _Row(
        by="voice",
        figure=_read(arousal),
        least=_ON_A_SCALE,
        trust=_TRUST_ON_A_SCALE,
        said=_one_of("more excited", "calmer"),
    ),
)
_MEASURED = (
    _Row(by="measured", figure=_read(pitch_semitones), least=_LEAST_SEMITONES, trust=0.1, said=_semitones_said),
    _Row(by="measured", figure=_read(loudness_dbfs), least=_LEAST_DB, trust=0.2, said=_level_said),
    _Row(
        by="measured",
        figure=_read(activation),
        least=_LEAST_ACTIVATION,
        trust=0.5,
        said=_one_of("more excited", "calmer"),
    ),
)
_PACE = _Row(by="measured", figure=_read(log_pace), least=_LEAST_PACE, trust=0.05, said=_pace_said)
_PACE_OF_WORDS = replace(_PACE, figure=log_pace_of_words)
