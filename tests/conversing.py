"""Conversations as tests have them: a made-up take, a question asked and answered, a provider's clock put forward."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from clips import noise, silence

from audiokit.audio.clip import Clip
from audiokit.audio.wav import to_wav
from audiokit.converse.conversation import Conversation, State
from audiokit.studio import Studio

__all__ = ["ME", "Clock", "asked", "settled", "spoken", "wait"]

ME = "local"


class Clock:
    """The provider's clock, which can be put forward."""

    ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


def spoken() -> bytes:
    """Bursts of noise, as loud and as long as syllables, that pass for speech at the door."""
    syllable = np.concatenate([noise(seconds=0.18, rms=0.1), silence(seconds=0.12)])
    return to_wav(Clip(np.concatenate([syllable] * 6), 24_000))


def settled(studio: Studio, conversation_id: str) -> Conversation:
    """Wait until nothing of a conversation is being answered any more."""
    return wait(
        lambda: studio.converse.open(ME, conversation_id),
        lambda found: all(turn.state is not State.SENDING for turn in found.turns),
    )


def wait(look: Callable[[], Conversation], until: Callable[[Conversation], bool]) -> Conversation:
    for _ in range(600):
        if until(found := look()):
            return found
        time.sleep(0.02)  # a worker process speaks; there is nothing to wait on but time
    raise AssertionError("nothing happened in 12 s")


def asked(studio: Studio, conversation_id: str, words: str) -> Conversation:
    turn = studio.converse.keep_words(ME, conversation_id, words)
    studio.converse.send(ME, conversation_id, turn.id)
    return settled(studio, conversation_id)
