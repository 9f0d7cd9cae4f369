"""Acted speech whose file names say what was acted: RAVDESS and EmoDB. Nothing of either is kept here.

RAVDESS: Livingstone & Russo 2018, PLOS ONE 13(5), e0196391. EmoDB: Burkhardt et al. 2005, Interspeech, 1517-1520, with
the letters of its own site, emodb.bilderbar.info (both as documented there, 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from audiokit.sentiment.tone import Family

__all__ = ["Emotion", "Labelled", "labelled", "labelled_in"]


class Emotion(StrEnum):
    """What an actor was asked for. Acted is not felt."""

    NEUTRAL = "neutral"
    CALM = "calm"
    HAPPY = "happy"
    SAD = "sad"
    ANGRY = "angry"
    FEARFUL = "fearful"
    DISGUSTED = "disgusted"
    SURPRISED = "surprised"
    BORED = "bored"

    @property
    def is_excited(self) -> bool | None:
        """Whether it is acted with an excited voice; None where that is not settled."""
        return _IS_EXCITED.get(self)

    @property
    def is_pleasant(self) -> bool | None:
        """Whether it is pleasant; None for what is neither, or may be both."""
        return _IS_PLEASANT.get(self)

    @property
    def family(self) -> Family | None:
        """The family of tones that a listener should name; None where none fits."""
        return _FAMILIES.get(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One file, who speaks in it, in which language (ISO 639-1), and what is acted. Actors of two corpora differ."""

    path: Path
    corpus: str
    actor: str
    language: str
    emotion: Emotion


def labelled_in(folder: Path) -> tuple[Labelled, ...]:
    """Return all such files in a folder and those in it, by name; a copy of one that is there already is left out."""
    found = _named(path for path in folder.rglob("*") if path.is_file())
    once = {(one.corpus, one.path.stem.casefold()): one for one in sorted(found, key=lambda one: str(one.path))}
    return tuple(sorted(once.values(), key=lambda one: (one.corpus, one.actor, one.path.name)))


def labelled(path: Path) -> Labelled | None:
    """Return what a file's name says; None if it is named otherwise, is sung, or has pictures only."""
    if found := _RAVDESS.fullmatch(path.stem):
        emotion = _OF_RAVDESS[found["emotion"]]
        return Labelled(path=path, corpus="RAVDESS", actor=found["actor"], language="en", emotion=emotion)
    if found := _EMODB.fullmatch(path.stem):
        emotion = _OF_EMODB[found["emotion"].upper()]
        return Labelled(path=path, corpus="EmoDB", actor=found["speaker"], language="de", emotion=emotion)
    return None


def _named(paths: Iterable[Path]) -> Iterator[Labelled]:
    return (one for path in paths if path.suffix.lower() in _SOUND if (one := labelled(path)) is not None)


_SOUND = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".mp4"})
# modality (01 full, 03 sound only; 02 has no sound), channel (01 speech; 02 song), emotion, intensity, statement, ...
_RAVDESS = re.compile(r"0[13]-01-(?P<emotion>0[1-8])-0[12]-0[12]-0[12]-(?P<actor>0[1-9]|1\d|2[0-4])", re.ASCII)
_EMODB = re.compile(r"(?P<speaker>\d\d)[ab]\d\d(?P<emotion>[WLEAFTN])[a-z]?", re.ASCII | re.IGNORECASE)
_OF_RAVDESS = MappingProxyType(
    {
        "01": Emotion.NEUTRAL,
        "02": Emotion.CALM,
        "03": Emotion.HAPPY,
        "04": Emotion.SAD,
        "05": Emotion.ANGRY,
        "06": Emotion.FEARFUL,
        "07": Emotion.DISGUSTED,
        "08": Emotion.SURPRISED,
    }
)
_OF_EMODB = MappingProxyType(  # Wut, Langeweile, Ekel, Angst, Freude, Trauer, neutral
    {
        "W": Emotion.ANGRY,
        "L": Emotion.BORED,
        "E": Emotion.DISGUSTED,
        "A": Emotion.FEARFUL,
        "F": Emotion.HAPPY,
        "T": Emotion.SAD,
        "N": Emotion.NEUTRAL,
    }
)
_IS_EXCITED = MappingProxyType(
    {
        **dict.fromkeys((Emotion.HAPPY, Emotion.ANGRY, Emotion.FEARFUL, Emotion.SURPRISED), True),
        **dict.fromkeys((Emotion.NEUTRAL, Emotion.CALM, Emotion.SAD, Emotion.BORED), False),
    }
)
_IS_PLEASANT = MappingProxyType(
    {
        **dict.fromkeys((Emotion.HAPPY, Emotion.CALM), True),
        **dict.fromkeys((Emotion.ANGRY, Emotion.FEARFUL, Emotion.SAD, Emotion.DISGUSTED, Emotion.BORED), False),
    }
)
_FAMILIES = MappingProxyType(
    {
        Emotion.HAPPY: Family.BRIGHT,
        Emotion.CALM: Family.WARM,
        Emotion.ANGRY: Family.HEATED,
        Emotion.FEARFUL: Family.HEATED,
        Emotion.SAD: Family.LOW,
        Emotion.BORED: Family.LOW,
        Emotion.NEUTRAL: Family.EVEN,
    }
)
