"""OpenAI's JSON as our values. Pure functions, no socket: tests feed them recorded bodies."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from audiokit.audio.decode import decode
from audiokit.audio.resample import resample
from audiokit.audio.wav import mended, pcm16_of, to_wav, wav_header
from audiokit.catalog.prices import Usage
from audiokit.errors import InputError, ProviderRefused, ReplyUnusable
from audiokit.speech.calls import Calls
from audiokit.speech.fields import Json, count_at, first_at, object_at, objects_at, text_at
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.transcripts import language_of, timed_segments, timed_words

__all__ = [
    "BYTES_PER_SECOND",
    "NOT_OPENAI",
    "EmptyReply",
    "WithheldReply",
    "chat_reply",
    "chat_usage",
    "decoded",
    "ending",
    "expiry",
    "spoken_reply",
    "transcription_reply",
    "usable",
]

_RATE_HZ = 24_000
BYTES_PER_SECOND = 2 * _RATE_HZ  # 24 kHz, mono, 16 bit: the only sound these models give
_FORMAT = wav_header(None)[12:36]  # the same, as it stands in a WAV
NOT_OPENAI = "The answer is not in OpenAI's format. Check the address of the server (OPENAI_BASE_URL)."
_EVENT, _LAST_EVENT = b"data:", b"data: [DONE]"
_BROKE_OFF = "The connection broke off before all was spoken. Send it again."
_UNREADABLE = "The provider sent sound that cannot be read. Send it again."


class EmptyReply(ReplyUnusable):
    """The model answered nothing, and was paid for it: ``reply.usage`` says how much."""

    def __init__(self, reply: Reply) -> None:
        broke = reply.ending is Ending.CUT
        sentence = "The connection broke off before any answer came." if broke else "The model gave an empty answer."
        super().__init__(f"{sentence} Send it again.", model=reply.model)
        self.reply = reply


class WithheldReply(ProviderRefused):
    """A content filter withheld the whole answer, which was paid for: ``reply.usage`` says how much."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("The provider's content filter withheld the answer. Say it in other words.", model=reply.model)
        self.reply = reply


def chat_reply(body: Json, *, wants_sound: bool, listened: bool = True) -> Reply:
    """Read a whole ``chat.completion``; ``listened`` says whether sound was sent along.

    Raises:
        ReplyUnusable: neither words nor sound nor a call, or no completion at all.
        WithheldReply: a content filter withheld it; on Azure there is no message at all then.
    """
    if not isinstance(body.get("choices"), list):
        raise ReplyUnusable(NOT_OPENAI)
    choice = first_at(body, "choices")
    message, finish_reason = object_at(choice, "message"), text_at(choice, "finish_reason")
    audio, refusal = object_at(message, "audio"), text_at(message, "refusal")
    sound, duration_s = _sound(decoded(text_at(audio, "data")))
    calls = Calls.whole(objects_at(message, "tool_calls"))
    reply = Reply(
        words=text_at(audio, "transcript") or text_at(message, "content") or refusal or "",
        ending=ending(finish_reason, refusal=refusal, unheard=wants_sound and sound is None and not calls),
        sound=sound,
        sound_duration_s=duration_s,
        audio_id=text_at(audio, "id"),
        audio_expires_at=expiry(count_at(audio, "expires_at")),
        tool_calls=calls,
        model=text_at(body, "model"),
        usage=chat_usage(object_at(body, "usage"), silent=not (wants_sound or listened)),
    )
    return usable(reply, finish_reason)


def usable(reply: Reply, finish_reason: str | None) -> Reply:
    """Return ``reply``, or raise :class:`EmptyReply` or :class:`WithheldReply` carrying it if there is nothing in it.

    gpt-audio-1.5 gives an empty completion for a minority of calls, and bills it.
    """
    if reply.words or reply.sound or reply.tool_calls:
        return reply
    raise WithheldReply(reply) if finish_reason == "content_filter" else EmptyReply(reply)


def transcription_reply(body: Json) -> Reply:
    """Read the JSON of ``/audio/transcriptions``; empty words are a valid answer, no words are none."""
    if not isinstance(text := body.get("text"), str):
        raise ReplyUnusable(NOT_OPENAI)
    return Reply(
        words=text.strip(),
        timed_words=timed_words(body),
        timed_segments=timed_segments(body),
        language=language_of(body),
        usage=_transcription_usage(object_at(body, "usage")),
    )


def spoken_reply(data: bytes, *, text: str) -> Reply:
    """Read the WAV of ``/audio/speech``: bare, or in a stream of events of which the last one counts tokens.

    Beside a bare one nothing says what was used, and only the characters that we sent are known.

    Raises:
        EmptyReply: there is no sound in it.
        ReplyUnusable: the stream says that something failed, or never came to an end.
    """
    usage = Usage(characters=len(text))
    if data.lstrip()[: len(_EVENT)] == _EVENT:
        data, usage = _of_events(data, usage)
    sound, duration_s = _sound(data)
    reply = Reply(words=text, sound=sound, sound_duration_s=duration_s, usage=usage)
    if sound is None:
        raise EmptyReply(reply)
    return reply


def _of_events(data: bytes, usage: Usage) -> tuple[bytes, Usage]:
    """Join ``speech.audio.delta`` and read the counts of ``speech.audio.done``."""
    sound, is_whole = list[bytes](), False
    for line in data.splitlines():
        if not line.startswith(_EVENT) or line == _LAST_EVENT:
            continue
        event = _event(line)
        if text_at(event, "type") == "speech.audio.done":
            counts, is_whole = object_at(event, "usage"), True
            into, out = count_at(counts, "input_tokens"), count_at(counts, "output_tokens")
            usage = replace(usage, text_in_tokens=into, audio_out_tokens=out)
        elif event.get("error"):
            raise ReplyUnusable("The provider broke off while it was speaking. Send it again.")
        else:
            sound.append(decoded(text_at(event, "audio")) or b"")
    if not is_whole:
        raise ReplyUnusable(_BROKE_OFF)
    return b"".join(sound), usage


def _event(line: bytes) -> Json:
    try:
        event = json.loads(line[len(_EVENT) :])
    except ValueError as error:
        raise ReplyUnusable(_BROKE_OFF) from error
    if not isinstance(event, dict):
        raise ReplyUnusable(NOT_OPENAI)
    return event


def chat_usage(usage: Json, *, silent: bool = False) -> Usage | None:
    """Read ``usage`` of a chat completion. Every detail may be missing, and missing is unknown, not zero.

    In a ``silent`` exchange, words both ways, all tokens are text tokens even where no details are given.
    """
    if not usage:
        return None
    into, out = object_at(usage, "prompt_tokens_details"), object_at(usage, "completion_tokens_details")
    audio_in, audio_out = _audio_tokens(into, silent=silent), _audio_tokens(out, silent=silent)
    return Usage(
        text_in_tokens=_text_tokens(into, count_at(usage, "prompt_tokens"), audio_in),
        audio_in_tokens=audio_in,
        cached_in_tokens=count_at(into, "cached_tokens"),
        text_out_tokens=_text_tokens(out, count_at(usage, "completion_tokens"), audio_out),
        audio_out_tokens=audio_out,
    )


def ending(finish_reason: str | None, *, refusal: str | None, unheard: bool) -> Ending:
    """Return how a reply ended; ``unheard`` says that sound was asked for and none came, nor anything in its place."""
    if refusal or finish_reason == "content_filter":
        return Ending.REFUSED
    if finish_reason == "length":
        return Ending.LENGTH
    if unheard and finish_reason not in {"tool_calls", "function_call"}:
        return Ending.WORDS_ONLY
    return Ending.WHOLE


def decoded(data: str | None) -> bytes | None:
    """Return base64 as bytes; nothing stays None (an id can come without data)."""
    if not data:
        return None
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise ReplyUnusable(_UNREADABLE) from error


def expiry(timestamp: int | None) -> datetime | None:
    """Return when the provider forgets an answer, aware; None where it does not say, or beyond all calendars."""
    try:
        return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _audio_tokens(details: Json, *, silent: bool) -> int | None:
    counted = count_at(details, "audio_tokens")
    return 0 if counted is None and silent else counted


def _text_tokens(details: Json, total: int | None, audio: int | None) -> int | None:
    """Text tokens as reported, or what is left of the total when only the audio part is."""
    text = count_at(details, "text_tokens")
    if text is not None or total is None or audio is None or audio > total:
        return text
    return total - audio


def _sound(data: bytes | None) -> tuple[bytes | None, float | None]:
    """Return sound as :class:`Reply` promises it, and how long it lasts; None and None where there is none.

    OpenAI's WAV needs its sizes mended, which since 2025 are both 0xFFFFFFFF. Other servers have other rates.
    """
    if data is None:
        return None, None
    try:
        wav = mended(data) if data[12:36] == _FORMAT else to_wav(resample(decode(data).mono(), _RATE_HZ))
        size_bytes = len(pcm16_of(wav))
    except InputError as error:
        raise ReplyUnusable(_UNREADABLE) from error
    return (wav, size_bytes / BYTES_PER_SECOND) if size_bytes else (None, None)


def _transcription_usage(usage: Json) -> Usage | None:
    """Seconds for models billed by the minute, tokens for those billed by token; some servers say nothing."""
    if not usage:
        return None
    if usage.get("type") == "duration":
        seconds = usage.get("seconds")
        known = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < float("inf")
        return Usage(input_seconds=Decimal(str(seconds))) if known else None
    details = object_at(usage, "input_token_details")
    return Usage(
        text_in_tokens=count_at(details, "text_tokens"),
        audio_in_tokens=count_at(details, "audio_tokens"),
        text_out_tokens=count_at(usage, "output_tokens"),
    )
