"""Samples of the voices in what was heard so far, by which those who write down the next parts recognise them.

A model names voices anew in each reply. Only where it is given a sample of each does it call them the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from audiokit.audio.measuring.activity import Segment
from audiokit.sentiment.heard import HeardPart, HeardWord

__all__ = ["MOST_SAMPLES_S", "samples_of"]

# OpenAI, API reference: at most four voices, each of 2 to 10 s (checked 2026-11-21).
_MOST_VOICES = 4
_LEAST_S, _MOST_S = 2.0, 9.5
_APART_S = 0.5  # the longest pause within a sample
MOST_SAMPLES_S = _MOST_VOICES * _MOST_S
"""How much sound all samples are together, at most."""


def samples_of(heard: HeardPart) -> Mapping[int, Segment]:
    """Return where each of those who speak most is heard alone, by number: the longest such stretch of 2 to 10 s."""
    found = dict[int, Segment]()
    for speaker, sample in _alone(heard):
        if speaker not in found or sample.duration_s > found[speaker].duration_s:
            found[speaker] = sample
    spoken_s = dict.fromkeys(found, 0.0)
    for word in heard.words:
        if word.speaker in spoken_s:
            spoken_s[word.speaker] += word.end_s - word.start_s
    most = sorted(found, key=lambda speaker: -spoken_s[speaker])[:_MOST_VOICES]
    return {speaker: found[speaker] for speaker in sorted(most)}


def _alone(heard: HeardPart) -> Iterator[tuple[int, Segment]]:
    """Yield stretches of a good length in which one speaker alone says word after word."""
    by_time = sorted(heard.words, key=lambda word: word.start_s)
    whose = [word.speaker for word in by_time]
    for n, (one, other) in enumerate(itertools.pairwise(by_time)):
        if one.speaker != other.speaker and one.end_s > other.start_s:
            whose[n] = whose[n + 1] = None
    for speaker, said in itertools.groupby(zip(whose, by_time, strict=True), key=lambda pair: pair[0]):
        if speaker is not None:
            for run in _runs([word for _, word in said]):
                if run.duration_s >= _LEAST_S:
                    yield speaker, run


def _runs(words: list[HeardWord]) -> Iterator[Segment]:
    start_s, end_s = words[0].start_s, words[0].end_s
    for word in words[1:]:
        if word.start_s - end_s > _APART_S or word.end_s - start_s > _MOST_S:
            yield Segment(start_s, end_s)
            start_s = word.start_s
        end_s = word.end_s
    yield Segment(start_s, end_s)
