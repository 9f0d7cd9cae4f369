"""What was heard, in the formats of ``audio/transcriptions``. Pure functions; keys and their order as recorded."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any

from audiokit.offline.counting import heard_tokens, text_tokens
from audiokit.offline.hear import Heard, Utterance

__all__ = ["duration_usage", "plain_text", "srt", "token_usage", "verbose", "vtt"]


def plain_text(heard: Heard) -> str:
    """Return the words and a line's end."""
    return f"{heard.text}\n"


def verbose(heard: Heard, granularities: Sequence[str]) -> dict[str, Any]:
    """Return everything: segments unless only words are wanted, words if they are.

    ``probability`` at a word is what compatible servers add (speaches, of faster-whisper); OpenAI's have none.
    """
    body: dict[str, Any] = {
        "task": "transcribe",
        "language": "english",
        "duration": heard.duration_s,
        "text": heard.text,
    }
    if "segment" in granularities or not granularities:
        body["segments"] = [_segment(index, utterance) for index, utterance in enumerate(heard.utterances)]
    if "word" in granularities:
        body["words"] = [
            {"word": word.text, "start": word.start_s, "end": word.end_s, "probability": word.confidence}
            for word in heard.words
        ]
    return body | {"usage": duration_usage(heard)}


def srt(heard: Heard) -> str:
    """Return SubRip, a cue an utterance."""
    cues = [
        f"{number}\n{_clock(cue[0].start_s, ',')} --> {_clock(cue[-1].end_s, ',')}\n{_text(cue)}\n\n"
        for number, cue in enumerate(heard.utterances, 1)
    ]
    return "".join(cues) + "\n"


def vtt(heard: Heard) -> str:
    """Return WebVTT, a cue an utterance."""
    cues = [
        f"{_clock(cue[0].start_s, '.')} --> {_clock(cue[-1].end_s, '.')}\n{_text(cue)}\n\n" for cue in heard.utterances
    ]
    return "WEBVTT\n\n" + "".join(cues)


def duration_usage(heard: Heard) -> dict[str, Any]:
    """Return the usage of models billed by time: seconds, rounded up."""
    return {"type": "duration", "seconds": math.ceil(heard.duration_s)}


def token_usage(heard: Heard) -> dict[str, Any]:
    """Return the usage of models billed by tokens."""
    audio, text = heard_tokens(heard.duration_s), text_tokens(heard.text)
    return {
        "type": "tokens",
        "total_tokens": audio + text,
        "input_tokens": audio,
        "input_token_details": {"text_tokens": 0, "audio_tokens": audio},
        "output_tokens": text,
    }


def _segment(index: int, utterance: Utterance) -> dict[str, Any]:
    """Return one utterance; ``tokens`` is empty, since this recogniser has none."""
    text, confidences = f" {_text(utterance)}", [max(word.confidence, 1e-4) for word in utterance]
    spoken_s = sum(word.end_s - word.start_s for word in utterance)
    length_s = max(utterance[-1].end_s - utterance[0].start_s, 1e-3)
    return {
        "id": index,
        "seek": round(utterance[0].start_s * 100),
        "start": utterance[0].start_s,
        "end": utterance[-1].end_s,
        "text": text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": math.fsum(map(math.log, confidences)) / len(confidences),
        "compression_ratio": len(text.encode()) / len(zlib.compress(text.encode())),
        "no_speech_prob": max(0.0, 1 - spoken_s / length_s),
    }


def _text(utterance: Utterance) -> str:
    return " ".join(word.text for word in utterance)


def _clock(at_s: float, point: str) -> str:
    minutes, milliseconds = divmod(round(at_s * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
