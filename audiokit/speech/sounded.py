"""What the sound of a call is like: what was newly sent, as it was measured when it came in, and what came back."""

from __future__ import annotations

from audiokit.audio.measuring.figures import Figures, figures_of_clip
from audiokit.errors import UnreadableAudio
from audiokit.speech.replies import Reply
from audiokit.speech.requests import Converse, PersonTurn, Request, Speak, Transcribe

__all__ = ["figures_heard", "figures_said"]

_RATE_HZ = 24_000


def figures_heard(request: Request) -> Figures | None:
    """Return what the sound is like that is new to the model; None where there is none, or nobody measured it.

    Sound of earlier turns was told of by their own calls, and so was that of a turn which goes on with what functions
    gave back.
    """
    match request:
        case Converse(turns=(*_, PersonTurn(sound=sound))) if sound is not None:
            return sound.figures
        case Transcribe(sound=sound):
            return sound.figures
        case Converse() | Speak():
            return None


def figures_said(reply: Reply) -> Figures | None:
    """Return what the sound of a reply is like; measuring takes 1.5 ms for each second of it."""
    if reply.sound is None:
        return None
    from audiokit.audio.wav import from_pcm16, pcm16_of  # noqa: PLC0415 - heavy, and only where something was said

    try:
        return figures_of_clip(from_pcm16(pcm16_of(reply.sound), _RATE_HZ))
    except UnreadableAudio:
        return None
