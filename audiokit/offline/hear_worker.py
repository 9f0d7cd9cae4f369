"""The process that hears: ``python -m audiokit.offline.hear_worker``, sound in, words with times over the pipe.

pocketsphinx holds the interpreter's lock for as long as it decodes, which is why it has an interpreter of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from audiokit.process.pipe import Answer, Frame, Kind, serve

__all__ = ["SAMPLE_RATE_HZ", "utterances"]

SAMPLE_RATE_HZ = 16_000

_WINDOW_MS = 30  # what WebRTC's activity detector takes; the rest was tuned on real speech
_WINDOW_BYTES = SAMPLE_RATE_HZ * _WINDOW_MS // 1000 * 2
_SMOOTHED_OVER = 5
_HANGOVER = 10
_LONGEST = 20_000 // _WINDOW_MS
_SHORTEST = 3
_MARGIN = 5
_STRICTNESS = 2

_NOT_A_WORD = re.compile(r"<.*>|\[.*\]|\+\+.*")
_PRONUNCIATION = re.compile(r"\(\d+\)$")


def utterances(is_speech: list[bool]) -> Iterator[tuple[int, int]]:
    """Yield ``[start, end)`` of every stretch of speech, in windows of 30 ms.

    The flags are smoothed by majority; a pause shorter than the hangover does not part an utterance, nothing lasts
    longer than 20 s, and a little of the quiet on both sides stays with the words.
    """
    half = _SMOOTHED_OVER // 2
    smooth = [2 * sum(is_speech[max(0, i - half) : i + half + 1]) > _SMOOTHED_OVER for i in range(len(is_speech))]
    start, last, free_from = -1, -1, 0
    for index, speaking in enumerate([*smooth, *[False] * _HANGOVER]):
        if speaking:
            start, last = (index if start < 0 else start), index
        if start < 0:
            continue
        is_too_long = index - start + 1 >= _LONGEST
        if is_too_long or index - last >= _HANGOVER:
            end = last + 1 if is_too_long else min(len(is_speech), last + 1 + _MARGIN)
            if last - start + 1 >= _SHORTEST:
                yield max(free_from, start - _MARGIN), end
            start, free_from = -1, end


def open_ear() -> Answer:
    """Load pocketsphinx, and return what answers PCM16 of 16 kHz mono with one JSON frame an utterance."""
    import pocketsphinx  # noqa: PLC0415 - a missing wheel is told over the pipe

    decoder = pocketsphinx.Decoder(loglevel="FATAL", fwdflat=False)
    detector = pocketsphinx.Vad(mode=_STRICTNESS, sample_rate=SAMPLE_RATE_HZ, frame_length=_WINDOW_MS / 1000)

    def answer(request: Frame) -> Iterator[Frame]:
        pcm = request.payload
        starts = range(0, len(pcm) - _WINDOW_BYTES + 1, _WINDOW_BYTES)
        is_speech = [bool(detector.is_speech(pcm[at : at + _WINDOW_BYTES])) for at in starts]
        for start, end in utterances(is_speech):
            words = list(_words(decoder, pcm[start * _WINDOW_BYTES : end * _WINDOW_BYTES], start * _WINDOW_MS / 1000))
            if words:
                yield Frame(Kind.JSON, json.dumps(words).encode())

    return answer


def _words(decoder: Any, pcm: bytes, offset_s: float) -> Iterator[tuple[str, float, float, float]]:
    """Decode one utterance whole (batch normalisation: 24 % of words wrong, against 26 % in pieces)."""
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    if decoder.hyp() is None:
        return
    frames_per_s = decoder.config["frate"]
    for segment in decoder.seg():
        if not _NOT_A_WORD.match(segment.word):
            start_s, end_s = segment.start_frame / frames_per_s, (segment.end_frame + 1) / frames_per_s
            confidence = min(1.0, max(0.0, float(segment.prob)))
            text = _PRONUNCIATION.sub("", segment.word)
            yield text, round(offset_s + start_s, 3), round(offset_s + end_s, 3), round(confidence, 4)


if __name__ == "__main__":
    serve(open_ear)
