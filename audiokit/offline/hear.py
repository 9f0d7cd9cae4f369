"""Sound to words, with times and confidences. English only, and honest about what it is not sure of."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from audiokit.audio.clip import Clip
from audiokit.audio.resample import resample
from audiokit.audio.wav import from_pcm16, to_pcm16
from audiokit.offline.wording import sentences
from audiokit.process.pipe import Frame, Kind
from audiokit.process.worker import Worker
from audiokit.words.word_times import SURE_FROM

__all__ = ["SAMPLE_RATE_HZ", "Ear", "Heard", "Utterance", "Word"]

SAMPLE_RATE_HZ = 16_000

_WORKER_MODULE = "audiokit.offline.hear_worker"
_LEAST_TIMEOUT_S, _TIMEOUT_PER_S = 30.0, 5.0  # decoding takes about 0.4 of the sound's own length on an idle core
_QUIETEST_PEAK = 10 ** (-55 / 20)  # -55 dBFS: below it there is hiss, in which the recogniser hears "pitt"
_REMEMBERED = 256  # clips, as words; a conversation sends all of its recordings with every turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as heard; ``confidence`` is 0..1, the recogniser's own."""

    text: str
    start_s: float
    end_s: float
    confidence: float

    @property
    def is_sure(self) -> bool:
        """Whether it is more likely right than the average word."""
        return self.confidence >= SURE_FROM


Utterance = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything heard in one clip, an utterance a stretch of speech between pauses."""

    utterances: tuple[Utterance, ...]
    duration_s: float

    @property
    def words(self) -> tuple[Word, ...]:
        """All words in order."""
        return tuple(word for utterance in self.utterances for word in utterance)

    @property
    def text(self) -> str:
        """The words, separated by spaces; the recogniser knows neither case nor punctuation."""
        return " ".join(word.text for word in self.words)

    @property
    def mean_confidence(self) -> float | None:
        """The mean over all words; None where nothing was heard."""
        return fmean(word.confidence for word in self.words) if self.words else None

    @property
    def n_unsure(self) -> int:
        """How many words are more likely wrong than the average word."""
        return sum(not word.is_sure for word in self.words)


class Ear:
    """Hears through one worker process, and remembers the last clips by their digest; usable from any thread."""

    def __init__(self) -> None:
        self.worker = Worker(_WORKER_MODULE, sentences("hear"))
        self._remembered = OrderedDict[bytes, Heard]()
        self._lock = threading.Lock()
        self._hearing = threading.Lock()

    def hear(self, sound: Clip | bytes) -> Heard:
        """Return what is said in a clip, or in PCM16 of 16 kHz mono; see :meth:`listen`.

        Of two that ask for the same clip at once, as a conversation and its transcript do, the second waits for the
        first: there is one recogniser, and the same sound is recognised once.
        """
        pcm = _pcm16(sound)
        digest = hashlib.sha256(pcm).digest()
        if (heard := self._recall(digest)) is not None:
            return heard
        with self._hearing:
            if (heard := self._recall(digest)) is not None:
                return heard
            heard = Heard(tuple(self._utterances(pcm)), _duration_s(pcm))
            self._remember(digest, heard)
            return heard

    def listen(self, sound: Clip | bytes) -> Iterator[Utterance]:
        """Yield the utterances as they are recognised. Silence has none.

        Raises:
            NotConfigured: this machine cannot hear.
            ProviderError: the worker failed.
        """
        pcm = _pcm16(sound)
        digest = hashlib.sha256(pcm).digest()
        if (known := self._recall(digest)) is not None:
            yield from known.utterances
            return
        heard = list[Utterance]()
        for utterance in self._utterances(pcm):
            heard.append(utterance)
            yield utterance
        self._remember(digest, Heard(tuple(heard), _duration_s(pcm)))

    def _utterances(self, pcm: bytes) -> Iterator[Utterance]:
        samples = np.frombuffer(pcm, "<i2")
        if not len(samples) or np.abs(samples.astype(np.int32)).max() < _QUIETEST_PEAK * 32_768:
            return
        timeout_s = _LEAST_TIMEOUT_S + _TIMEOUT_PER_S * _duration_s(pcm)
        for frame in self.worker.ask(Frame(Kind.SOUND, pcm), timeout_s=timeout_s):
            yield tuple(
                Word(text=text, start_s=start_s, end_s=end_s, confidence=confidence)
                for text, start_s, end_s, confidence in json.loads(frame.payload)
            )

    def _recall(self, digest: bytes) -> Heard | None:
        with self._lock:
            if digest in self._remembered:
                self._remembered.move_to_end(digest)
            return self._remembered.get(digest)

    def _remember(self, digest: bytes, heard: Heard) -> None:
        with self._lock:
            self._remembered[digest] = heard
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)


def _pcm16(sound: Clip | bytes) -> bytes:
    clip = from_pcm16(sound, SAMPLE_RATE_HZ) if isinstance(sound, bytes) else sound.mono()
    return to_pcm16(resample(clip, SAMPLE_RATE_HZ))


def _duration_s(pcm: bytes) -> float:
    return len(pcm) / 2 / SAMPLE_RATE_HZ
