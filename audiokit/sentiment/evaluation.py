"""How far measures and models agree with actors: an evaluation over labelled speech that a user supplies.

Measures are against the speaker's own, as they are in a recording: all files of one actor are taken for one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.measuring.powers import WINDOWS_PER_S
from audiokit.audio.reading.recording import open_recording
from audiokit.audio.resample import resampled_blocks
from audiokit.audio.wav import to_wav
from audiokit.catalog.models import Tier
from audiokit.errors import (
    AudiokitError,
    InputError,
    KeyRefused,
    ProviderBusy,
    ProviderRefused,
    QuotaExhausted,
    ReplyUnusable,
)
from audiokit.sentiment.asked import Asked
from audiokit.sentiment.labels import Emotion, Labelled
from audiokit.sentiment.measuring import measured
from audiokit.sentiment.passages import Passage
from audiokit.sentiment.reading_voice import read_voice
from audiokit.sentiment.readings import Measured, VoiceReading
from audiokit.sentiment.scores import Area, Matrix, area, matrix
from audiokit.sentiment.stretches import Stretch
from audiokit.sentiment.till import CALLS_AT_ONCE
from audiokit.sentiment.tone import Family, Tone
from audiokit.speech.requests import Heard, InputFormat

__all__ = ["ByMeasures", "ByVoice", "Listened", "by_measures", "by_voice", "listened", "with_voices"]

_RATE_HZ = 24_000
_WINDOW_FRAMES = _RATE_HZ // WINDOWS_PER_S
_ABOVE, _BELOW, _UNKNOWN = "above usual", "below usual", "not known"
_EMOTIONS = tuple(emotion.value for emotion in Emotion)
_OF_ONE_FILE, _OF_ALL = (InputError, ProviderBusy, ProviderRefused, ReplyUnusable), (KeyRefused, QuotaExhausted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened:
    """One file with what was measured; ``voice`` is None where no model has read it."""

    labelled: Labelled
    duration_s: float
    measured: Measured
    voice: VoiceReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMeasures:
    """Vocal activation against the speaker's own: each emotion above or below usual, and excited against calm."""

    confusion: Matrix
    excited: Area


@dataclass(frozen=True, slots=True, kw_only=True)
class ByVoice:
    """What a model heard: the families of its tones, and its two figures. ``n_right`` of ``n_told`` are as acted.

    ``n_told`` counts files whose emotion has a family, and for which the model named a tone; ``n_cannot_tell`` those
    for which it did not.
    """

    confusion: Matrix
    excited: Area
    pleasant: Area
    n_right: int
    n_told: int
    n_cannot_tell: int


def listened(
    files: Iterable[Labelled], *, on_file: Callable[[], object] = lambda: None
) -> tuple[tuple[Listened, ...], tuple[str, ...]]:
    """Measure all files, and return with them a sentence for each that could not be read.

    ``files`` stand together by actor; the sound of one actor is held at a time.
    """
    found, troubles = list[Listened](), list[str]()
    for _, group in itertools.groupby(files, key=lambda one: (one.corpus, one.actor)):
        of_actor = list[tuple[Labelled, Clip]]()
        for one in group:
            try:
                of_actor.append((one, _sound(one)))
            except AudiokitError as error:
                troubles.append(f"{one.path.name}: {error}")
            on_file()
        found += _measured(of_actor)
    return tuple(found), tuple(troubles)


def with_voices(
    files: Sequence[Listened], asked: Asked, tier: Tier, *, on_file: Callable[[], object] = lambda: None
) -> tuple[tuple[Listened, ...], tuple[str, ...]]:
    """Have a model listen to each file; return a sentence for each that it could not be asked about.

    What stands in the way of all ends it; what was read and paid for by then is returned.

    Raises:
        AudiokitError: not one could be read.
    """
    stopped = list[AudiokitError]()

    def read(one: Listened) -> tuple[Listened, str | None]:
        if stopped:
            return one, None
        try:
            return replace(one, voice=_read(one, asked, tier)), None
        except AudiokitError as error:
            if not isinstance(error, _OF_ONE_FILE) or isinstance(error, _OF_ALL):
                stopped.append(error)
            return one, f"{one.labelled.path.name}: {error}"
        finally:
            on_file()

    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        found = list(pool.map(read, files))
    if stopped and not any(one.voice for one, _ in found):
        raise stopped[0]
    return tuple(one for one, _ in found), tuple(trouble for _, trouble in found if trouble is not None)


def by_measures(files: Iterable[Listened]) -> ByMeasures:
    """Compare what was measured with what was acted."""
    files = list(files)
    pairs = ((one.labelled.emotion.value, _side(one.measured.activation)) for one in files)
    figures = ((one.measured.activation, one.labelled.emotion.is_excited) for one in files)
    return ByMeasures(confusion=matrix(pairs, _EMOTIONS, (_ABOVE, _BELOW, _UNKNOWN)), excited=area(figures))


def by_voice(files: Iterable[Listened]) -> ByVoice:
    """Compare what a model heard with what was acted; files that it was not asked about do not count."""
    read = [(one.labelled.emotion, one.voice) for one in files if one.voice is not None]
    with_family = [(emotion.family, voice.tone) for emotion, voice in read if emotion.family is not None]
    told = [(family, tone) for family, tone in with_family if tone is not Tone.CANNOT_TELL]
    pairs = ((emotion.value, voice.tone.family.value) for emotion, voice in read)
    return ByVoice(
        confusion=matrix(pairs, _EMOTIONS, [family.value for family in Family]),
        excited=area((voice.arousal, emotion.is_excited) for emotion, voice in read),
        pleasant=area((voice.sentiment, emotion.is_pleasant) for emotion, voice in read),
        n_right=sum(tone.family is family for family, tone in told),
        n_told=len(told),
        n_cannot_tell=len(with_family) - len(told),
    )


def _side(activation: float | None) -> str:
    return _UNKNOWN if activation is None else _ABOVE if activation > 0 else _BELOW


def _sound(one: Labelled) -> Clip:
    """Return a file's sound as one channel; its length is a whole number of the windows that are measured."""
    with open_recording(one.path) as recording:
        blocks = resampled_blocks((block.mono() for block in recording.blocks()), _RATE_HZ)
        samples = np.concatenate([np.zeros((0, 1), np.float32), *(block.samples for block in blocks)])
    return Clip(samples[: len(samples) // _WINDOW_FRAMES * _WINDOW_FRAMES], _RATE_HZ)


def _measured(of_actor: Sequence[tuple[Labelled, Clip]]) -> Iterator[Listened]:
    ends_s = list(itertools.accumulate((clip.duration_s for _, clip in of_actor), initial=0.0))
    stretches = [Stretch(start_s=start_s, end_s=end_s, speaker=1) for start_s, end_s in itertools.pairwise(ends_s)]
    figures = measured((clip for _, clip in of_actor), stretches) if of_actor else ()
    for (one, clip), of_it in zip(of_actor, figures, strict=True):
        yield Listened(labelled=one, duration_s=clip.duration_s, measured=of_it)


def _read(one: Listened, asked: Asked, tier: Tier) -> VoiceReading:
    """Have one voice read; what is asked names neither the file nor what was acted."""
    clip = _sound(one.labelled)
    sound = Heard(data=to_wav(clip), format=InputFormat.WAV, duration_s=clip.duration_s)
    passage = Passage(id="1", text="", language=one.labelled.language)
    return read_voice(asked, sound, passage, one.measured, tier)
