"""Kept turns and conversations, made up for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from audiokit.converse.conversation import Conversation, Heading, KeptTurn, Options, Speaker, State

__all__ = ["HERE", "NOW", "a_turn", "conversation_of", "said", "told"]

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE = "https://here.example/v1"
_BARE = KeptTurn(
    id="t",
    conversation_id="c",
    position=0,
    speaker=Speaker.PERSON,
    state=State.ANSWERED,
    words=None,
    clip_digest=None,
    clip_media_type=None,
    duration_s=None,
    peaks=(),
    audio_id=None,
    audio_expires_at=None,
    endpoint=None,
    model=None,
    first_sound_ms=None,
    total_ms=None,
    failure=None,
    notes=(),
    created_at=NOW,
    sent_s=None,
    changes=(),
    typed=None,
    timings=(),
    calls=(),
    levels=None,
    in_words=False,
)


def a_turn(**values: Any) -> KeptTurn:
    """An answered turn of a person who typed nothing, but for ``values``."""
    return replace(_BARE, **values)


def said(words: str | None, *, seconds: float = 10.0, **values: Any) -> KeptTurn:
    """A recording of a person's."""
    return a_turn(words=words, clip_digest="d", duration_s=seconds, **values)


def told(words: str, *, seconds: float = 10.0, **values: Any) -> KeptTurn:
    """A spoken answer, which the provider at :data:`HERE` remembers unless ``values`` say otherwise."""
    known = {"audio_id": "audio_1", "audio_expires_at": NOW.replace(hour=13), "endpoint": HERE}
    spoken = {"words": words, "clip_digest": "d", "duration_s": seconds}
    return a_turn(speaker=Speaker.MODEL, **{**known, **spoken, **values})


def conversation_of(
    *turns: KeptTurn, digest: str | None = None, digest_until: int | None = None, **options: Any
) -> Conversation:
    """A conversation of these turns, in order."""
    heading = Heading(
        id="c",
        person_id="local",
        title="",
        updated_at=NOW,
        options=Options(**options),
        digest=digest,
        digest_until=digest_until,
    )
    placed = tuple(replace(turn, id=f"t{index}", position=index) for index, turn in enumerate(turns))
    return Conversation(heading=heading, turns=placed)
