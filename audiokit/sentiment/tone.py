"""The closed set of tones that a voice may be perceived to have, and the families in which they are drawn."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Family", "Tone"]


class Family(StrEnum):
    """Where a tone lies between calm and excited, unpleasant and pleasant: what a colour stands for."""

    BRIGHT = "bright"  # excited and pleasant
    WARM = "warm"  # calm and pleasant
    HEATED = "heated"  # excited and unpleasant
    LOW = "low"  # calm and unpleasant
    EVEN = "even"
    UNKNOWN = "unknown"


class Tone(StrEnum):
    """How a voice may sound to somebody who listens. It is not what the person feels."""

    CHEERFUL = "cheerful"
    EXCITED = "excited"
    WARM = "warm"
    CALM = "calm"
    NEUTRAL = "neutral"
    DOUBTFUL = "doubtful"
    TIRED = "tired"
    SAD = "sad"
    TENSE = "tense"
    IRRITATED = "irritated"
    ANGRY = "angry"
    CANNOT_TELL = "cannot_tell"  # a value, and an honest one

    @property
    def family(self) -> Family:
        """The family that the tone belongs to."""
        return _FAMILIES[self]

    @property
    def label(self) -> str:
        """The tone in words for a person."""
        return self.value.replace("_", " ")


_FAMILIES = {
    Tone.CHEERFUL: Family.BRIGHT,
    Tone.EXCITED: Family.BRIGHT,
    Tone.WARM: Family.WARM,
    Tone.CALM: Family.WARM,
    Tone.NEUTRAL: Family.EVEN,
    Tone.DOUBTFUL: Family.LOW,
    Tone.TIRED: Family.LOW,
    Tone.SAD: Family.LOW,
    Tone.TENSE: Family.HEATED,
    Tone.IRRITATED: Family.HEATED,
    Tone.ANGRY: Family.HEATED,
    Tone.CANNOT_TELL: Family.UNKNOWN,
}
