"""What a request would have cost, by the rules that fit every recorded answer of OpenAI's audio models.

Offline nothing costs anything; the counts are there so that whoever meters can be tested against them.

* sound out: 20 tokens a second, exactly one for 2400 bytes of PCM16; an earlier answer is billed as input at that rate
* sound in: ``floor(10 * seconds)``
* text in: 3 for the request, 4 for each message, 4 for each sound, and the words; an earlier answer counts the text
  tokens it had when it was given
* text out beside sound: the words and 4 more (``Hello`` is 5)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from audiokit.offline.speak import TOKEN_BYTES
from audiokit.offline.tools import Call

__all__ = [
    "Counts",
    "call_tokens",
    "heard_tokens",
    "message_tokens",
    "spoken_text_tokens",
    "spoken_tokens",
    "text_tokens",
]

FOR_THE_REQUEST = 3
_FOR_A_MESSAGE, _FOR_A_SOUND, _BESIDE_SPEECH = 4, 4, 4
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Tokens in and out of one chat completion."""

    text_in: int
    audio_in: int
    text_out: int
    audio_out: int = 0

    def usage(self) -> dict[str, Any]:
        """Return the ``usage`` of an answer; keys and their order as recorded."""
        prompt, completion = self.text_in + self.audio_in, self.text_out + self.audio_out
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "audio_tokens": self.audio_in,
                "text_tokens": self.text_in,
                "image_tokens": 0,
            },
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": self.audio_out,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
                "text_tokens": self.text_out,
            },
        }


def text_tokens(text: str) -> int:
    """Return about how many tokens a text has: its words and marks, which for English is close."""
    return len(_TOKEN.findall(text))


def message_tokens(text: str, *, n_sounds: int = 0) -> int:
    """Return the text tokens of one message in a prompt."""
    return _FOR_A_MESSAGE + text_tokens(text) + _FOR_A_SOUND * n_sounds


def call_tokens(calls: Iterable[Call]) -> int:
    """Return the text tokens of function calls, made now or earlier."""
    return sum(text_tokens(call.name) + text_tokens(call.arguments) for call in calls)


def heard_tokens(duration_s: float) -> int:
    """Return the audio tokens of a sound in a prompt."""
    return math.floor(10 * duration_s)


def spoken_tokens(size_bytes: int) -> int:
    """Return the audio tokens of PCM16 of 24 kHz, which is made in whole tokens."""
    return size_bytes // TOKEN_BYTES


def spoken_text_tokens(transcript: str) -> int:
    """Return the text tokens of an answer that is spoken."""
    return text_tokens(transcript) + _BESIDE_SPEECH
