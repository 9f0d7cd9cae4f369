"""A transcription as words with times and speakers: as told by the model, and placed by the sound where it is not."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.voice.alignment import TimedWord, word_times
from audiokit.sentiment.heard import HeardWord
from audiokit.speech.replies import Reply, TimedText
from audiokit.speech.requests import Heard
from audiokit.words.plain_text import one_line

__all__ = ["timed"]

_LEAST_S = 0.1  # of sound, to place any words in
_NEAR_S = 1.5
_REACH = 40  # letters: how far beyond the last one a word is looked for in the text


@dataclass(frozen=True, slots=True)
class _Placed:
    """A word with times that count from the beginning of the sound, and the model's name for its speaker."""

    text: str
    start_s: float
    end_s: float
    speaker: str | None
    is_joined: bool = False
    confidence: float | None = None


def timed(
    reply: Reply, sound: Heard, *, at_s: float = 0.0, known: Mapping[str, int] = MappingProxyType({})
) -> tuple[HeardWord, ...]:
    """Return what was heard in ``sound``, which begins at ``at_s`` of the recording.

    ``known`` are the numbers of the speakers whom the model was told to call so. The others are numbered from 1 on, or
    from the highest of these, in the order in which they are first heard. Words without times of their own are
    placed by the sound (:mod:`audiokit.audio.voice.alignment`). All lie within it.
    """
    if reply.timed_words:
        words = _of_segments(_punctuated(reply.timed_words, reply.words), reply.timed_segments)
    elif reply.timed_segments:
        words = _placed(sorted(reply.timed_segments, key=lambda segment: segment.start_s), sound)
    else:
        words = _placed([TimedText(reply.words, 0.0, sound.duration_s)], sound)
    return tuple(_numbered(words, sound.duration_s, at_s, known))


def _numbered(
    words: Iterable[_Placed], duration_s: float, at_s: float, known: Mapping[str, int]
) -> Iterator[HeardWord]:
    numbers, following = dict(known), itertools.count(1 + max(known.values(), default=0))
    for word in words:
        if not (text := one_line(word.text)):
            continue
        if word.speaker is not None and word.speaker not in numbers:
            numbers[word.speaker] = next(following)
        start_s = min(word.start_s, duration_s)
        end_s = min(max(start_s, word.end_s), duration_s)
        yield HeardWord(
            text,
            round(at_s + start_s, 3),
            round(at_s + end_s, 3),
            None if word.speaker is None else numbers[word.speaker],
            word.is_joined,
            None if word.confidence is None else round(word.confidence, 3),
        )


def _placed(segments: Sequence[TimedText], sound: Heard) -> Iterator[_Placed]:
    """Yield the words of each segment, placed by the sound as a whole: times of segments are up to 0.4 s early.

    So they are in a recorded ``diarized_json`` of which we have the sound. Where both are far from each other, as
    where people talk at once, the segment is believed, and its words are placed within it.
    """
    if not any(segment.text.strip() for segment in segments):
        return
    clip = decode(sound.data).mono()
    all_words = iter(word_times(" ".join(segment.text for segment in segments), clip))
    for segment in segments:
        words = _of_text(segment.text, all_words)
        if words and segment.end_s - segment.start_s < clip.duration_s and not _is_near(words, segment):
            start_s, piece = _piece(clip, segment.start_s, segment.end_s)
            words = [
                replace(word, start_s=start_s + word.start_s, end_s=start_s + word.end_s)
                for word in word_times(segment.text, piece)
            ]
        for word in words:
            yield _Placed(word.text, word.start_s, word.end_s, segment.speaker, is_joined=word.is_joined)


def _of_text(text: str, words: Iterator[TimedWord]) -> list[TimedWord]:
    """Take as many words as the text has letters for; no word stands in two texts."""
    found, left = list[TimedWord](), len("".join(text.split()))
    while left > 0:
        found.append(next(words))
        left -= len(found[-1].text)
    return found


def _is_near(words: Sequence[TimedWord], segment: TimedText) -> bool:
    off_s = max(abs(words[0].start_s - segment.start_s), abs(words[-1].end_s - segment.end_s))
    return off_s <= _NEAR_S


def _piece(clip: Clip, start_s: float, end_s: float) -> tuple[float, Clip]:
    """Return the sound between two instants, a little of it at least, and where it begins."""
    rate, least = clip.sample_rate_hz, min(clip.n_frames, math.ceil(_LEAST_S * clip.sample_rate_hz))
    start = min(math.floor(start_s * rate), clip.n_frames - least)
    end = max(start + least, math.ceil(end_s * rate))
    return start / rate, Clip(clip.samples[start:end], rate)


def _punctuated(words: Iterable[TimedText], text: str) -> Iterator[_Placed]:
    """Yield the words as they stand in the text, with its punctuation: times are told of bare words."""
    text, at, before = one_line(text), 0, -1
    folded = text.lower() if len(text.lower()) == len(text) else text
    for word in words:
        bare = word.text.strip()
        found = folded.find(bare.lower(), at, at + len(bare) + _REACH)
        if found < 0:
            yield _Placed(word.text, word.start_s, word.end_s, word.speaker, confidence=word.confidence)
            continue
        start, end = found, found + len(bare)
        while start > at and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace() and not text[end].isalnum():
            end += 1
        is_joined = start == before
        yield _Placed(text[start:end], word.start_s, word.end_s, word.speaker, is_joined, word.confidence)
        at = before = end


def _of_segments(words: Iterable[_Placed], segments: Sequence[TimedText]) -> Iterator[_Placed]:
    """Yield the words, each with the speaker of the segment that its middle is in, where it has none of its own."""
    told = [segment for segment in segments if segment.speaker is not None]
    for word in words:
        middle_s = (word.start_s + word.end_s) / 2
        around = (segment.speaker for segment in told if segment.start_s <= middle_s <= segment.end_s)
        yield word if word.speaker else replace(word, speaker=next(around, None))
