"""Text to sound: PCM16 of 24 kHz mono, piece by piece, the first one fast.

A reply's length is always a whole number of audio tokens: 50 ms, 1200 samples, 2400 bytes (as in every recorded reply).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_pcm16
from audiokit.offline.voices import DEFAULT_VOICE, Voice, voice_called
from audiokit.offline.wording import sentences
from audiokit.process.pipe import Frame, Kind
from audiokit.process.worker import Worker

__all__ = ["SAMPLE_RATE_HZ", "TOKEN_BYTES", "Mouth", "Spoken", "clauses"]

SAMPLE_RATE_HZ = 24_000
TOKEN_BYTES = 2_400

_WORKER_MODULE = "audiokit.offline.speak_worker"
_WORKER_RATE_HZ = 22_050
_TIMEOUT_S = 30.0  # for one clause, which takes 5 to 30 ms
_AUDIBLE = 10 ** (-60 / 20)  # -60 dBFS
_LEAD_IN = _WORKER_RATE_HZ // 200
_FIRST_CLAUSE, _LATER_CLAUSE = 90, 220  # characters
_SENTENCE_END = re.compile(r"[.!?;:…][\"'”’)\]]*(?=\s)|[。！？]|(?<=\S)(?=\n)")  # noqa: RUF001 - the full-width marks are meant


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of text and its sound; the texts of all pieces, joined, are the whole text."""

    text: str
    pcm16: bytes


class Mouth:
    """Speaks through one worker process; usable from any thread."""

    def __init__(self) -> None:
        self.worker = Worker(_WORKER_MODULE, sentences("speak"))

    def say(
        self, text: str, voice_name: str = DEFAULT_VOICE, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Spoken]:
        """Yield ``text`` clause by clause with its sound, in whole audio tokens and at least one.

        The worker is held for one clause at a time, so that a slow listener keeps nobody waiting.

        Raises:
            UnsupportedFormat: no such voice.
            NotConfigured: this machine cannot speak.
            ProviderError: the worker failed.
        """
        voice = voice_called(voice_name).speaking(language)
        stream = soxr.ResampleStream(_WORKER_RATE_HZ, SAMPLE_RATE_HZ, 1, dtype="float32")
        gain = np.float32(10 ** (voice.gain_db / 20))
        kept, n_bytes, silent = b"", 0, np.zeros(0, np.float32)
        pieces = list(clauses(text)) or [""]
        for number, piece in enumerate(pieces, 1):
            samples = self._synthesise(piece, voice, speed) if piece.strip() else silent
            if number == 1:
                samples = _from_first_sound(samples)
            kept += _to_pcm16(stream.resample_chunk(samples, last=number == len(pieces)) * gain)
            if number == len(pieces):
                kept += b"\0" * (-len(kept) % TOKEN_BYTES or (0 if n_bytes + len(kept) else TOKEN_BYTES))
            whole = len(kept) - len(kept) % TOKEN_BYTES
            yield Spoken(piece, kept[:whole])
            n_bytes, kept = n_bytes + whole, kept[whole:]

    def _synthesise(self, text: str, voice: Voice, speed: float) -> npt.NDArray[np.float32]:
        request = Frame(Kind.JSON, json.dumps(voice.request(text, speed)).encode())
        pcm = b"".join(frame.payload for frame in self.worker.ask(request, timeout_s=_TIMEOUT_S))
        return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32_768)


def _from_first_sound(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Cut the silence before the first sound, but for 5 ms; espeak begins some texts with 50 ms of it."""
    heard = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    return samples[max(0, heard[0] - _LEAD_IN) :] if len(heard) else samples


def clauses(text: str, *, first: int = _FIRST_CLAUSE, later: int = _LATER_CLAUSE) -> Iterator[str]:
    """Yield ``text`` in pieces that are short enough to be spoken at once; joined again, they are the text.

    Sentences are kept whole where they fit; longer ones part at a comma, else at a space, else anywhere.
    """
    limit, start = first, 0
    while start < len(text):
        end = _cut(text, start, limit)
        yield text[start:end]
        start, limit = end, later


def _cut(text: str, start: int, limit: int) -> int:
    """Return where the piece that begins at ``start`` ends; what is between two words belongs to the second."""
    sentence = _SENTENCE_END.search(text, start)
    end = sentence.end() if sentence and sentence.end() > start else len(text)
    if end - start <= limit:
        return end
    for mark in (", ", " "):
        if (found := text.rfind(mark, start + 1, start + limit)) > start:
            return found + len(mark) - 1
    return start + limit


def _to_pcm16(samples: npt.NDArray[np.float32]) -> bytes:
    return to_pcm16(Clip(samples.reshape(-1, 1), SAMPLE_RATE_HZ))
