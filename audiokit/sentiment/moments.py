"""What is worth listening to in a recording: a few moments of each kind, each with its reason in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from audiokit.sentiment.agreement import agreement, is_strong, why
from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.readings import Agreement, Readings
from audiokit.sentiment.turning import turnings
from audiokit.sentiment.whole import Kind, Moment, Turning

__all__ = ["contrasts_in", "moments"]

_MOST_OF_A_KIND = 5
_LEAST_SILENCE_S = 5.0
_FAR_Z = 1.5
_STRONG_Z = 2.0


def moments(
    segments: Sequence[KeptSegment],
    duration_s: float,
    turned: Sequence[Turning] | None = None,
    contrasting: frozenset[str] | None = None,
) -> tuple[Moment, ...]:
    """Return the moments in order of time: all turnings, and at most five contrasts, strong ones and silences.

    The calmest and the most excited segment are among them, measured against its speaker's own usual, where they are
    far from it. A silence is 5 s or more in which nobody speaks, between speech; ``duration_s`` bounds them all. A
    contrast that is strong too is a contrast only. ``turned`` are the turnings, and ``contrasting`` the ids of the
    segments whose readings contrast, where they are known already.
    """
    ordered = sorted(segments, key=lambda segment: segment.start_s)
    contrasting = contrasts_in(segments) if contrasting is None else contrasting
    contrasts, others = list[KeptSegment](), list[KeptSegment]()
    for one in ordered:
        (contrasts if one.id in contrasting else others).append(one)
    strong = [one for one in others if is_strong(one.readings)]
    found = [
        *_turnings(ordered, turnings(ordered) if turned is None else turned),
        *(_moment(Kind.CONTRAST, one, why(one.readings)) for one in _largest(contrasts, _distance)),
        *(_moment(Kind.STRONG, one, _strongest(one.readings)[1]) for one in _largest(strong, _strength)),
        *_extremes(ordered),
        *_silences(ordered),
    ]
    within = (moment for moment in found if moment.start_s < duration_s)
    return tuple(sorted(within, key=lambda moment: (moment.start_s, moment.kind)))


def contrasts_in(segments: Iterable[KeptSegment]) -> frozenset[str]:
    """Return the ids of the segments whose readings contrast."""
    return frozenset(one.id for one in segments if agreement(one.readings) is Agreement.CONTRASTING)


def _moment(kind: Kind, segment: KeptSegment, sentence: str) -> Moment:
    return Moment(kind=kind, start_s=segment.start_s, end_s=segment.end_s, segment_ids=(segment.id,), sentence=sentence)


def _largest(segments: Iterable[KeptSegment], by: Callable[[Readings], float]) -> list[KeptSegment]:
    return sorted(segments, key=lambda segment: by(segment.readings), reverse=True)[:_MOST_OF_A_KIND]


def _turnings(ordered: Sequence[KeptSegment], turned: Sequence[Turning]) -> Iterator[Moment]:
    begins = {segment.start_s: segment for segment in reversed(ordered)}
    for turning in turned:
        yield _moment(Kind.TURNING, begins[turning.at_s], turning.sentence)


def _distance(readings: Readings) -> float:
    words, voice = readings.words, readings.voice
    if words is None or voice is None or words.sentiment is None or voice.sentiment is None:
        return 0.0
    return abs(words.sentiment - voice.sentiment)


def _strength(readings: Readings) -> float:
    return _strongest(readings)[0]


def _strongest(readings: Readings) -> tuple[float, str]:
    """Return how far the farthest reading is from the middle, on the scale of -1…+1, and what that means."""
    return max(_strengths(readings), default=(0.0, ""))


def _strengths(readings: Readings) -> Iterator[tuple[float, str]]:
    words, voice, measured = readings.words, readings.voice, readings.measured
    if words and words.sentiment is not None:
        yield abs(words.sentiment), f"The words are very {'positive' if words.sentiment > 0 else 'negative'}."
    if voice and voice.sentiment is not None:
        yield abs(voice.sentiment), f"The voice sounds very {'pleasant' if voice.sentiment > 0 else 'unpleasant'}."
    if voice and voice.arousal is not None:
        yield abs(voice.arousal), f"The voice sounds very {'excited' if voice.arousal > 0 else 'calm'}."
    if measured and measured.activation is not None:
        yield min(1.0, abs(measured.activation) / (2 * _STRONG_Z)), _against_usual(measured.activation)


def _extremes(ordered: Sequence[KeptSegment]) -> Iterator[Moment]:
    known = [
        (one.readings.measured.activation, one)
        for one in ordered
        if one.readings.measured and one.readings.measured.activation is not None
    ]
    if not known:
        return
    for kind, sign in ((Kind.CALMEST, -1), (Kind.MOST_EXCITED, 1)):
        activation, segment = max(known, key=lambda one: sign * one[0])
        if sign * activation >= _FAR_Z:
            yield _moment(kind, segment, _against_usual(activation))


def _against_usual(activation: float) -> str:
    return f"The voice is far {'more excited' if activation > 0 else 'calmer'} than is usual for this speaker."


def _silences(ordered: Sequence[KeptSegment]) -> Iterator[Moment]:
    found = list[Moment]()
    last: KeptSegment | None = None
    for segment in ordered:
        if last and segment.start_s - last.end_s >= _LEAST_SILENCE_S:
            gap_s = segment.start_s - last.end_s
            found.append(
                Moment(
                    kind=Kind.SILENCE,
                    start_s=last.end_s,
                    end_s=segment.start_s,
                    segment_ids=(last.id, segment.id),
                    sentence=f"Nobody speaks for {gap_s:.0f} seconds.",
                )
            )
        last = segment if last is None or segment.end_s > last.end_s else last
    yield from sorted(found, key=lambda moment: moment.start_s - moment.end_s)[:_MOST_OF_A_KIND]
