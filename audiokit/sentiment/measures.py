"""What was measured of a voice, in sentences: for a model that listens, and for a person who wants the proof."""

from __future__ import annotations

from collections.abc import Iterator

from audiokit.audio.voice.baseline import Difference, Differences
from audiokit.sentiment.readings import Measured

__all__ = ["in_sentences"]

_UNITS: tuple[tuple[str, str, str, str, str], ...] = (
    # field, what, unit, above, below
    ("pitch_semitones", "Pitch", "semitones", "above", "below"),
    ("pitch_range_semitones", "Melody", "semitones", "wider than", "narrower than"),
    ("level_db", "Loudness", "dB", "above", "below"),
    ("speaking_rate_percent", "Rate of speech", "%", "faster than", "slower than"),
    ("pause_points", "Pauses", "points of the time", "more than", "less than"),
)


def in_sentences(measured: Measured | None) -> tuple[str, ...]:
    """Return one sentence for each figure, against what is usual for this speaker in this recording, where known."""
    return () if measured is None else tuple(_sentences(measured))


def _sentences(measured: Measured) -> Iterator[str]:
    if (activation := measured.activation) is not None:
        yield f"Vocal activation: {_amount(activation)} deviations {_side(activation, 'above', 'below')} {_USUAL}."
    for field, what, unit, more, less in _UNITS:
        if (found := _known(measured.differences, field)) is not None:
            how = f"{_amount(found.amount)} {unit} {_side(found.amount, more, less)} {_USUAL}"
            yield f"{what}: {how}{_rareness(found)}."
    yield from _plain(measured)


_USUAL = "this speaker's usual"


def _known(differences: Differences, field: str) -> Difference | None:
    found: Difference | None = getattr(differences, field)
    return found


def _plain(measured: Measured) -> Iterator[str]:
    prosody = measured.prosody
    if prosody.pitch_hz is not None:
        yield f"The median pitch is {prosody.pitch_hz:.0f} Hz."
    if prosody.articulation_rate_per_s is not None:
        yield f"There are {prosody.articulation_rate_per_s:.1f} syllables a second without the pauses."
    if prosody.pause_ratio is not None:
        yield f"{100 * prosody.pause_ratio:.0f} % of the time is pause."


def _rareness(difference: Difference) -> str:
    """Say so where it is unusual for this speaker, and where nobody can know."""
    if difference.z is None:
        return ""
    return ", which is rare for them" if abs(difference.z) >= 2 else ""


def _amount(value: float) -> str:
    return f"{abs(value):.1f}"


def _side(value: float, more: str, less: str) -> str:
    return less if value < 0 else more
