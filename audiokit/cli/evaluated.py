"""What comes of ``audiokit evaluate``, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audiokit import money
from audiokit.cli.audio.tables import clock, shown, table

if TYPE_CHECKING:
    from audiokit.sentiment.evaluation import ByMeasures, ByVoice, Listened
    from audiokit.sentiment.scores import Area, Matrix

__all__ = ["Found", "told", "told_of"]

_NOT_A_MEASURE = "Acted speech is easier than life. None of this is a measure of what a person feels."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What comes of it, as programs are told it. ``cost_nanousd`` None: not known."""

    n_files: int
    n_actors: int
    duration_s: float
    corpora: dict[str, int]
    measures: ByMeasures
    voice: ByVoice | None
    cost_nanousd: int | None
    troubles: tuple[str, ...]
    files: tuple[dict[str, Any], ...]


def told_of(one: Listened) -> dict[str, Any]:
    """Return one file as programs are told it."""
    labelled, voice = one.labelled, one.voice
    activation = one.measured.activation
    return {
        "file": labelled.path,
        "corpus": labelled.corpus,
        "actor": labelled.actor,
        "emotion": labelled.emotion.value,
        "activation": None if activation is None else round(activation, 4),
        "tone": voice.tone.value if voice else None,
        "arousal": voice.arousal if voice else None,
        "sentiment": voice.sentiment if voice else None,
    }


def told(found: Found) -> str:
    """Return what comes of it for a terminal."""
    corpora = ", ".join(f"{name} {n}" for name, n in found.corpora.items())
    parts = [
        f"{found.n_files} files of {found.n_actors} actors, {clock(found.duration_s)} ({corpora}).",
        "Measured: vocal activation against the actor's own",
        _matrix(found.measures.confusion),
        f"Excited against calm: {_area(found.measures.excited)}",
    ]
    if found.voice is not None:
        parts += _of_voice(found.voice, found.cost_nanousd)
    if found.troubles:
        parts.append("Left out:\n" + "\n".join(f"  {shown(trouble)}" for trouble in found.troubles))
    return "\n\n".join([*parts, _NOT_A_MEASURE])


def _of_voice(voice: ByVoice, cost_nanousd: int | None) -> list[str]:
    share = f" ({100 * voice.n_right / voice.n_told:.0f} %)" if voice.n_told else ""
    return [
        "Heard by the audio model: families of tones",
        _matrix(voice.confusion),
        f"Excited against calm: {_area(voice.excited)}\nPleasant against unpleasant: {_area(voice.pleasant)}",
        f"As acted: {voice.n_right} of {voice.n_told}{share}; of {voice.n_cannot_tell} it could not tell.",
        f"Cost: {money.show(cost_nanousd)}.",
    ]


def _matrix(confusion: Matrix) -> str:
    rows = [[name, *map(str, counts)] for name, counts in zip(confusion.rows, confusion.counts, strict=True)]
    return table([["acted", *confusion.columns], *rows])


def _area(area: Area) -> str:
    if area.value is None:
        return f"AUC not known, with {area.n_yes} of the one and {area.n_no} of the other."
    return f"AUC {area.value:.3f} ({area.n_yes} against {area.n_no}; 0.5 is chance)"
