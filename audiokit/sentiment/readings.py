"""Three readings of one segment, kept apart: what the words say, what the voice suggests, what was measured.

They are never mixed into one figure. Where words and voice differ, that they differ is the finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from audiokit.audio.voice.baseline import Differences
from audiokit.audio.voice.prosody import Prosody
from audiokit.catalog.models import Tier
from audiokit.sentiment.tone import Tone

__all__ = ["Agreement", "Confidence", "Correction", "Measured", "Readings", "VoiceReading", "WordsReading"]


class Confidence(StrEnum):
    """How sure a reading is, in words: figures would claim more than is known."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Agreement(StrEnum):
    """How words and voice go together."""

    ALIGNED = "aligned"
    CONTRASTING = "contrasting"
    NOT_ENOUGH = "not_enough"  # evidence for either


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsReading:
    """What the words alone say. ``sentiment`` is -1…+1, None where they say nothing of it; ``quote`` stands in them."""

    sentiment: float | None
    confidence: Confidence
    reason: str
    quote: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceReading:
    """What the voice suggests to a model that listened. Both figures are -1…+1, ``arousal`` from calm to excited.

    A model that declines, or cannot tell, gives None and ``Tone.CANNOT_TELL``, with its own words as the reason.
    """

    tone: Tone
    sentiment: float | None
    arousal: float | None
    confidence: Confidence
    reason: str
    tier: Tier = Tier.MINI
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured, and how far it is from what is usual for this speaker in this recording.

    ``activation`` is the vocal activation in deviations of the speaker's own: 0 is as usual, +2 far more excited than
    usual; None where there is too little voice, or too little of this speaker to know what is usual.
    """

    prosody: Prosody
    brightness_db: float | None  # power from 1 to 5 kHz against that below 1 kHz, where there is voice
    differences: Differences
    activation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person put in the place of the readings; None leaves a reading as it is. Never overwritten by a model."""

    sentiment: float | None = None
    tone: Tone | None = None
    note: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All that is known of one segment. ``again``: further runs of the same question, where they were asked for.

    ``first`` is the mini model's; ``second`` the full one's, where it was asked. Both stay.
    """

    words: WordsReading | None = None
    first: VoiceReading | None = None
    second: VoiceReading | None = None
    again: tuple[VoiceReading, ...] = ()
    measured: Measured | None = None
    correction: Correction | None = None

    @property
    def voice(self) -> VoiceReading | None:
        """The reading of the voice that counts: the second opinion where there is one."""
        return self.second or self.first

    @property
    def tone(self) -> Tone:
        """The tone that counts: a person's correction before any model's."""
        if self.correction and self.correction.tone:
            return self.correction.tone
        return self.voice.tone if self.voice else Tone.CANNOT_TELL
