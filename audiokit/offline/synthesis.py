"""``POST /v1/audio/speech``: a text is read aloud, word for word."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audiokit.audio.encode import SoundFormat
from audiokit.audio.wav import wav_header
from audiokit.errors import AudiokitError
from audiokit.offline.chat_shapes import event
from audiokit.offline.chat_stream import DONE
from audiokit.offline.chat_whole import sound_file
from audiokit.offline.counting import spoken_tokens, text_tokens
from audiokit.offline.engine import Engine
from audiokit.offline.fields import a_model, a_text, one_of
from audiokit.offline.offered import Offer, require
from audiokit.offline.refusals import Refused, as_refusal
from audiokit.offline.voices import MAX_SPEED, MIN_SPEED, VOICES

__all__ = ["SpeechRequest", "read_aloud", "read_aloud_as_events", "speech_request"]

_FORMATS = {
    "mp3": (SoundFormat.MP3, "audio/mpeg"),
    "opus": (SoundFormat.OPUS, "audio/opus"),
    "aac": (SoundFormat.AAC, "audio/aac"),
    "flac": (SoundFormat.FLAC, "audio/flac"),
    "wav": (SoundFormat.WAV, "audio/wav"),
    "pcm": (SoundFormat.PCM16, "audio/pcm"),
}
_STREAM_FORMATS = ("audio", "sse")
_MAX_CHARACTERS = 4_096
_PIECE_BYTES = 16_384
_EVENT_BYTES = 4_096  # of sound in one event, as recorded
_TEXT_BESIDE_SPEECH = 21  # output tokens that are no sound: 93 for 3.60 s, 82 for 3.00 s


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechRequest:
    """What to read, in which voice, pace and format."""

    text: str
    voice: str
    speed: float
    sound_format: SoundFormat
    media_type: str
    as_events: bool


def speech_request(body: Mapping[str, Any]) -> SpeechRequest:
    """Read the body; ``instructions`` are taken and have no effect, since this voice cannot act.

    Raises:
        Refused: something is missing, unknown or out of bounds.
    """
    require(a_model(body), Offer.SPEECH)
    text = a_text(body.get("input"), "input")
    if not text:
        raise _wrong_length("string_too_short", "String should have at least 1 character")
    if len(text) > _MAX_CHARACTERS:
        raise _wrong_length("string_too_long", f"String should have at most {_MAX_CHARACTERS} characters")
    voice = one_of(body.get("voice"), tuple(VOICES), "voice")
    sound_format = one_of(body.get("response_format") or "mp3", tuple(_FORMATS), "response_format")
    stream_format = one_of(body.get("stream_format") or "audio", _STREAM_FORMATS, "stream_format")
    speed = body.get("speed", 1.0)
    if not isinstance(speed, int | float) or not MIN_SPEED <= speed <= MAX_SPEED:
        raise Refused(f"Invalid 'speed': expected {MIN_SPEED} to {MAX_SPEED}.", param="speed", code="invalid_value")
    kind, media_type = _FORMATS[sound_format]
    return SpeechRequest(
        text=text,
        voice=voice,
        speed=float(speed),
        sound_format=kind,
        media_type=media_type,
        as_events=stream_format == "sse",
    )


def read_aloud(request: SpeechRequest, engine: Engine) -> Iterator[bytes]:
    """Yield the file. PCM and WAV come as they are spoken; what must be encoded comes when all is said.

    Raises:
        AudiokitError: the engine cannot speak; before the first piece, unless it breaks down on the way.
    """
    return _file(request.sound_format, engine.speak(request.text, request.voice, request.speed))


def read_aloud_as_events(request: SpeechRequest, engine: Engine) -> Iterator[bytes]:
    """Yield the file as server-sent events, with the usage at the end; an error is an event too, and the last one."""
    sizes = list[int]()

    def counted() -> Iterator[bytes]:
        for piece in engine.speak(request.text, request.voice, request.speed):
            sizes.append(len(piece))
            yield piece

    try:
        for part in _file(request.sound_format, counted()):
            for piece in _in_pieces(part, _EVENT_BYTES):
                yield event({"type": "speech.audio.delta", "audio": base64.b64encode(piece).decode()})
    except AudiokitError as error:
        yield event(as_refusal(error).body())
        return
    text_in, out = text_tokens(request.text), spoken_tokens(sum(sizes)) + _TEXT_BESIDE_SPEECH
    usage = {"input_tokens": text_in, "output_tokens": out, "total_tokens": text_in + out}
    yield event({"type": "speech.audio.done", "usage": usage})
    yield DONE


def _file(sound_format: SoundFormat, spoken: Iterator[bytes]) -> Iterator[bytes]:
    if sound_format is SoundFormat.PCM16:
        yield from spoken
    elif sound_format is SoundFormat.WAV:
        for number, piece in enumerate(spoken):
            yield piece if number else wav_header(None) + piece
    else:
        yield from _in_pieces(sound_file(b"".join(spoken), sound_format), _PIECE_BYTES)


def _in_pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def _wrong_length(kind: str, sentence: str) -> Refused:
    """Refuse a text as recorded: the code stands in the message, and there is no ``code``."""
    return Refused(f"[{{'type': '{kind}', 'loc': ('body', 'input'), 'msg': '{sentence}'}}]", code=None)
