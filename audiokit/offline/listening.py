"""From messages on the wire to messages in words: sound is decoded and heard, earlier answers are recalled by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiokit.audio.clip import Clip
from audiokit.audio.decode import decode
from audiokit.audio.reading.sniff import Container, sniff
from audiokit.errors import InputError
from audiokit.offline.audio_ids import SpokenAnswers
from audiokit.offline.chat_request import Sound, WireMessage
from audiokit.offline.counting import FOR_THE_REQUEST, call_tokens, heard_tokens, message_tokens
from audiokit.offline.engine import Engine, Heard, Message
from audiokit.offline.refusals import Refused

__all__ = ["MAX_DURATION_S", "Understood", "understood"]

MAX_DURATION_S = 1_400.0  # what OpenAI's transcribers take; more would keep everyone else waiting
_CONTAINERS = {"wav": Container.WAV, "mp3": Container.MP3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A conversation in words, and what its prompt counts."""

    messages: tuple[Message, ...]
    text_in: int
    audio_in: int


def understood(
    messages: Sequence[WireMessage], engine: Engine, answers: SpokenAnswers, *, hears: bool = True
) -> Understood:
    """Hear and recall what the messages hold. Everything is decoded before anything is heard.

    Where no words are needed, sound is decoded and counted, and not heard, which takes longest.

    Raises:
        Refused: an audio id is not known, or bytes are not what they are said to be.
        AudiokitError: the engine cannot hear.
    """
    recalled = {
        index: answers.recall(message.audio_id, message_index=index)
        for index, message in enumerate(messages)
        if message.audio_id is not None
    }
    clips = [[_decoded(sound) for sound in message.sounds] for message in messages]
    found, text_in, audio_in = list[Message](), FOR_THE_REQUEST, 0
    for index, (message, sounds) in enumerate(zip(messages, clips, strict=True)):
        audio_in += sum(heard_tokens(clip.duration_s) for clip in sounds)
        if (earlier := recalled.get(index)) is not None:
            found.append(Message(role=message.role, text=earlier.transcript, calls=message.calls))
            text_in += message_tokens("") + earlier.text_tokens + call_tokens(message.calls)
            audio_in += earlier.audio_tokens
        else:
            heard = tuple(engine.hear(clip) if hears else Heard((), clip.duration_s) for clip in sounds)
            found.append(
                Message(role=message.role, text=message.text, heard=heard, calls=message.calls, answers=message.answers)
            )
            text_in += message_tokens(message.text, n_sounds=len(sounds)) + call_tokens(message.calls)
    return Understood(messages=tuple(found), text_in=text_in, audio_in=audio_in)


def _decoded(sound: Sound) -> Clip:
    if sniff(sound.data) is not _CONTAINERS[sound.declared]:
        raise Refused(
            f"The audio data you provided is not of the format '{sound.declared}'.",
            param=sound.param,
            code="unsupported_format",
        )
    try:
        return decode(sound.data, max_duration_s=MAX_DURATION_S)
    except InputError as error:
        raise Refused(str(error), param=sound.param, code="invalid_value") from error
