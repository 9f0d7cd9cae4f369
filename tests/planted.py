"""Recordings in which something changes at a known time, spoken by the offline engine, and what is read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from audiokit.audio.clip import Clip, Samples
from audiokit.audio.resample import resample
from audiokit.audio.wav import from_pcm16
from audiokit.offline.engine import Engine
from audiokit.sentiment.kept import KeptSegment
from audiokit.sentiment.measuring import measured
from audiokit.sentiment.readings import Confidence, Measured, Readings, WordsReading
from audiokit.sentiment.stretches import Stretch

RATE = 24_000
SENTENCES = (
    "I sent the papers to your office on Monday morning.",
    "We looked at the numbers again after the meeting.",
    "The train from the north came in at half past nine.",
    "There are four rooms on the second floor of the house.",
    "She said that the letter was on the table in the hall.",
    "Our next appointment is in the last week of the month.",
    "He put the old chairs into the garden behind the shed.",
    "They asked me where the second entrance could be found.",
    "The shop on the corner opens early and closes at six.",
    "You can leave the keys with my neighbour down the road.",
    "A man with a brown bag was waiting in front of the door.",
    "It takes about an hour to get there with the green bus.",
    "The report has three parts and a list of names at the end.",
    "My sister works in a small town on the other side of the river.",
    "We painted the kitchen white and put in another window.",
    "The water was cold when the children went in on Sunday.",
    "I had to sign the form twice because of the wrong date.",
    "The man at the desk wrote down what everybody had said.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a sentence is said, against the voice's own way; ``sentiment`` is what its words are read as."""

    semitones: float = 0.0
    gain_db: float = 0.0
    speed: float = 1.0
    sentiment: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Planted:
    """A recording, its stretches (a sentence each), and when the manner changes."""

    clip: Clip
    stretches: tuple[Stretch, ...]
    manners: tuple[Manner, ...]
    changes_s: tuple[float, ...]

    def blocks(self, n_frames: int = 10 * RATE) -> Iterator[Clip]:
        for start in range(0, self.clip.n_frames, n_frames):
            yield Clip(self.clip.samples[start : start + n_frames], RATE)

    def segments(self) -> tuple[KeptSegment, ...]:
        found = zip(self.stretches, self.manners, measured(self.blocks(), self.stretches), strict=True)
        return tuple(
            segment(index, stretch, measures, manner.sentiment)
            for index, (stretch, manner, measures) in enumerate(found)
        )


def segment(index: int, stretch: Stretch, measures: Measured | None, sentiment: float | None) -> KeptSegment:
    words = WordsReading(sentiment=sentiment, confidence=Confidence.MEDIUM, reason="as planted")
    return KeptSegment(
        id=f"s{index}",
        position=index,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        speaker=stretch.speaker,
        text=stretch.text,
        readings=Readings(words=words, measured=measures),
    )


def planted(
    engine: Engine, voice: str, manners: Mapping[int, Manner], *, n: int = 18, first: int = 0, pause_s: float = 0.6
) -> Planted:
    """Return ``n`` sentences of a voice; from each sentence that has a manner on, it speaks in that manner."""
    manner, manners_of, stretches, changes_s = Manner(), list[Manner](), list[Stretch](), list[float]()
    pieces, at = list[Samples](), 0
    for index in range(n):
        pieces.append(np.zeros((round(pause_s * RATE), 1), np.float32))
        at += len(pieces[-1])
        if index in manners:
            manner = manners[index]
            changes_s.append(at / RATE)
        text = SENTENCES[(first + index) % len(SENTENCES)]
        said = _said(engine, voice, text, manner)
        stretches.append(Stretch(start_s=at / RATE, end_s=(at + len(said)) / RATE, speaker=1, text=text))
        manners_of.append(manner)
        pieces.append(said)
        at += len(said)
    return Planted(
        clip=Clip(np.concatenate(pieces), RATE),
        stretches=tuple(stretches),
        manners=tuple(manners_of),
        changes_s=tuple(changes_s),
    )


@lru_cache(maxsize=512)
def _spoken(engine: Engine, voice: str, text: str, speed: float) -> Samples:
    samples = from_pcm16(b"".join(engine.speak(text, voice, speed)), RATE).samples
    loud = np.flatnonzero(np.abs(samples[:, 0]) > 0.005)
    return samples[loud[0] : loud[-1] + 1]


def _said(engine: Engine, voice: str, text: str, manner: Manner) -> Samples:
    """Spoken slower and played faster, it is higher at the same pace."""
    higher = 2 ** (manner.semitones / 12)
    samples = _spoken(engine, voice, text, round(manner.speed / higher, 4))
    played = resample(Clip(samples, round(RATE * higher)), RATE).samples
    return np.asarray(played * np.float32(10 ** (manner.gain_db / 20)), np.float32)
