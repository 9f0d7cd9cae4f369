"""What a recorded answer says, read with plain ``json`` and ``base64`` and priced by a table of our own.

None of it uses the code under test, so that one misunderstanding cannot hide in both.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from recordings import Exchange, sse_lines

from audiokit.catalog.prices import Usage
from audiokit.speech.replies import Event, SoundPiece, WordPiece

__all__ = ["Truth", "pcm16_in", "said_in", "truth_of"]

# USD per million tokens: text in, text out, sound in, sound out. From facts/openai-audio.md, section 2.
PRICES = {
    "gpt-4o-audio-preview-2024-12-17": ("2.50", "10", "40", "80"),
    "gpt-4o-audio-preview-2025-06-03": ("2.50", "10", "40", "80"),
    "gpt-4o-mini-audio-preview-2024-12-17": ("0.15", "0.60", "10", "20"),
    "gpt-audio-mini-2025-12-15": ("0.60", "2.40", "10", "20"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One recorded answer, as this module reads it."""

    words: str
    pcm16: bytes
    audio_id: str | None
    expires_at: datetime | None
    model: str
    created: datetime
    usage: dict[str, Any]

    @property
    def as_usage(self) -> Usage:
        into, out = self.usage["prompt_tokens_details"], self.usage["completion_tokens_details"]
        return Usage(
            text_in_tokens=into["text_tokens"],
            audio_in_tokens=into["audio_tokens"],
            cached_in_tokens=into["cached_tokens"],
            text_out_tokens=out["text_tokens"],
            audio_out_tokens=out["audio_tokens"],
        )

    @property
    def nanousd(self) -> int:
        into, out = self.usage["prompt_tokens_details"], self.usage["completion_tokens_details"]
        counts = (into["text_tokens"], out["text_tokens"], into["audio_tokens"], out["audio_tokens"])
        usd = sum(Decimal(price) * count / 1_000_000 for price, count in zip(PRICES[self.model], counts, strict=True))
        return int((Decimal(usd) * 10**9).to_integral_value(ROUND_CEILING))


def truth_of(exchange: Exchange) -> Truth:
    chunks = sse_lines(exchange.answer) if exchange.is_streamed else [exchange.said]
    choices = [choice for chunk in chunks for choice in chunk.get("choices", [])]
    messages = [choice["delta"] if "delta" in choice else choice["message"] for choice in choices]
    audios = [message["audio"] for message in messages if message.get("audio")]
    expiries = [audio["expires_at"] for audio in audios if "expires_at" in audio]
    return Truth(
        words="".join(audio.get("transcript", "") for audio in audios)
        or "".join(message.get("content") or "" for message in messages),
        pcm16=b"".join(base64.b64decode(audio["data"]) for audio in audios if "data" in audio),
        audio_id=next((audio["id"] for audio in audios if "id" in audio), None),
        expires_at=datetime.fromtimestamp(expiries[-1], UTC) if expiries else None,
        model=chunks[0]["model"],
        created=datetime.fromtimestamp(chunks[0]["created"], UTC),
        usage=[chunk["usage"] for chunk in chunks if chunk.get("usage")][-1],
    )


def pcm16_in(wav: bytes) -> bytes:
    """The samples of a WAV of which every size is true."""
    assert (wav[:4], int.from_bytes(wav[4:8], "little")) == (b"RIFF", len(wav) - 8)
    assert (wav[36:40], int.from_bytes(wav[40:44], "little")) == (b"data", len(wav) - 44)
    assert struct.unpack("<HHIIHH", wav[20:36]) == (1, 1, 24_000, 48_000, 2, 16)
    return wav[44:]


def said_in(events: Iterable[Event]) -> tuple[str, bytes]:
    words = "".join(event.text for event in events if isinstance(event, WordPiece))
    return words, b"".join(event.pcm16 for event in events if isinstance(event, SoundPiece))
