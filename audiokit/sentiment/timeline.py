"""A recording as a line over time: the arc of each speaker, and the strip of tones that stands for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from audiokit.sentiment.figures import activation, arousal, sentiment
from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.turning import turnings

__all__ = ["Point", "Strip", "arc", "strip", "turnings"]

Strip = tuple[tuple[float, float, str], ...]

_MOST_PIECES = 120  # more than a row of a table can show
_LONGEST_GAP_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What is known of one segment, at its middle. None is not known: a line has a gap there.

    ``sentiment`` is the words', or a person's correction of it, ``arousal`` the voice's as a model heard it, both
    -1…+1. ``activation`` was measured, in deviations of the speaker's own.
    """

    at_s: float
    sentiment: float | None
    arousal: float | None
    activation: float | None


def arc(segments: Iterable[KeptSegment], speaker: int | None = None) -> tuple[Point, ...]:
    """Return a point for each segment of one speaker, in order of time; of all speakers for None."""
    own = [segment for segment in segments if speaker is None or segment.speaker == speaker]
    points = (
        Point(
            at_s=(segment.start_s + segment.end_s) / 2,
            sentiment=sentiment(segment.readings),
            arousal=arousal(segment.readings),
            activation=activation(segment.readings),
        )
        for segment in own
    )
    return tuple(sorted(points, key=lambda point: point.at_s))


def strip(segments: Sequence[KeptSegment]) -> Strip:
    """Return the tone that counts over time, as (start_s, end_s, tone) in order; they do not overlap.

    Neighbours of one tone are one piece, with up to 2 s of silence between them. Where there would be more than 120
    pieces, as in hours, each of 120 equal parts has the tone that lasts longest in it.
    """
    pieces = list(_joined(_one_after_another(segments)))
    return tuple(pieces if len(pieces) <= _MOST_PIECES else _joined(_coarser(pieces)))


def _one_after_another(segments: Sequence[KeptSegment]) -> Iterator[tuple[float, float, str]]:
    """Yield the tones in order; of two who talk at once, the later one's counts."""
    ordered = sorted(segments, key=lambda segment: segment.start_s)
    ends_s = [*(segment.start_s for segment in ordered[1:]), float("inf")]
    for segment, following_s in zip(ordered, ends_s, strict=False):
        if (end_s := min(segment.end_s, following_s)) > segment.start_s:
            yield segment.start_s, end_s, segment.readings.tone.value


def _joined(pieces: Iterable[tuple[float, float, str]]) -> Iterator[tuple[float, float, str]]:
    open_piece: tuple[float, float, str] | None = None
    for start_s, end_s, tone in pieces:
        if open_piece and open_piece[2] == tone and start_s - open_piece[1] <= _LONGEST_GAP_S:
            open_piece = open_piece[0], end_s, tone
            continue
        if open_piece:
            yield open_piece
        open_piece = start_s, end_s, tone
    if open_piece:
        yield open_piece


def _coarser(pieces: Sequence[tuple[float, float, str]]) -> Iterator[tuple[float, float, str]]:
    start_s, end_s = pieces[0][0], pieces[-1][1]
    part_s = (end_s - start_s) / _MOST_PIECES
    lasting = [dict[str, float]() for _ in range(_MOST_PIECES)]
    for piece_start_s, piece_end_s, tone in pieces:
        first, last = (min(int((at_s - start_s) / part_s), _MOST_PIECES - 1) for at_s in (piece_start_s, piece_end_s))
        for index in range(first, last + 1):
            part_start_s = start_s + index * part_s
            inside_s = min(piece_end_s, part_start_s + part_s) - max(piece_start_s, part_start_s)
            lasting[index][tone] = lasting[index].get(tone, 0.0) + inside_s
    for index, tones in enumerate(lasting):
        if tones:
            yield start_s + index * part_s, start_s + (index + 1) * part_s, max(tones, key=tones.__getitem__)
