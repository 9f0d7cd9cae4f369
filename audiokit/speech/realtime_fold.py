"""From the wire's events to ours. A pure fold: it has no socket, so tests feed it recorded sessions.

Every type of the SDK's server events is handled or ignored here on purpose; what nobody knows yet is ignored as well,
since a new kind of event is no reason to end a conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import ClassVar

from audiokit.errors import ReplyUnusable
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.fields import Json, count_at, object_at, objects_at, text_at
from audiokit.speech.realtime_events import (
    Called,
    Committed,
    HeardWords,
    LiveEvent,
    Opened,
    ReplyBegan,
    ReplyEnded,
    ReplyStatus,
    SoundPiece,
    SpeechBegan,
    SpeechEnded,
    WordPiece,
)
from audiokit.speech.realtime_failures import EXPIRED, said_failure, trouble
from audiokit.speech.realtime_usage import response_usage, transcription_usage
from audiokit.speech.requests import ToolCall
from audiokit.speech.wire import decoded, expiry

__all__ = ["IGNORED", "Fold"]

_SAYS_NOTHING_NEW = "what it says comes in pieces before, or in another event"
_NOT_OURS = "it answers what we never ask for"
_OTHER_TRANSPORT = "it is of WebRTC and SIP only"
_MCP = "we offer functions of our own, and no MCP servers"

IGNORED: Mapping[str, str] = MappingProxyType(
    {
        "conversation.created": _SAYS_NOTHING_NEW,
        "conversation.item.created": _SAYS_NOTHING_NEW,
        "conversation.item.added": _SAYS_NOTHING_NEW,
        "conversation.item.done": _SAYS_NOTHING_NEW,
        "conversation.item.deleted": _NOT_OURS,
        "conversation.item.retrieved": _NOT_OURS,
        "conversation.item.truncated": "we know what we asked for",
        "conversation.item.input_audio_transcription.segment": _SAYS_NOTHING_NEW,
        "input_audio_buffer.cleared": "we know what we asked for",
        "input_audio_buffer.dtmf_event_received": _OTHER_TRANSPORT,
        "input_audio_buffer.timeout_triggered": _NOT_OURS,
        "rate_limits.updated": "a limit that is reached is told as an error",
        "session.updated": _SAYS_NOTHING_NEW,
        "response.output_audio.done": _SAYS_NOTHING_NEW,
        "response.output_audio_transcript.done": _SAYS_NOTHING_NEW,
        "response.output_text.done": _SAYS_NOTHING_NEW,
        "response.content_part.added": _SAYS_NOTHING_NEW,
        "response.content_part.done": _SAYS_NOTHING_NEW,
        "response.output_item.added": _SAYS_NOTHING_NEW,
        "response.function_call_arguments.delta": _SAYS_NOTHING_NEW,
        "response.function_call_arguments.done": _SAYS_NOTHING_NEW,
        "output_audio_buffer.started": _OTHER_TRANSPORT,
        "output_audio_buffer.stopped": _OTHER_TRANSPORT,
        "output_audio_buffer.cleared": _OTHER_TRANSPORT,
        "mcp_list_tools.in_progress": _MCP,
        "mcp_list_tools.completed": _MCP,
        "mcp_list_tools.failed": _MCP,
        "response.mcp_call_arguments.delta": _MCP,
        "response.mcp_call_arguments.done": _MCP,
        "response.mcp_call.in_progress": _MCP,
        "response.mcp_call.completed": _MCP,
        "response.mcp_call.failed": _MCP,
        # Names of the beta, which Azure's classic paths and Voice Live still use (recorded 2026-07).
        "response.audio.done": _SAYS_NOTHING_NEW,
        "response.audio_transcript.done": _SAYS_NOTHING_NEW,
        "response.text.done": _SAYS_NOTHING_NEW,
    }
)
"""What is ignored, and why."""

Events = tuple[LiveEvent, ...]


class Fold:
    """One session's events, one after the other. ``is_expired`` turns true when the provider says that time is up."""

    def __init__(self, endpoint: Endpoint, model: str, transcribe_model: str | None = None) -> None:
        self._endpoint, self._model, self._transcribe_model = endpoint, model, transcribe_model
        self._called: set[str] = set()
        self.is_expired = self.is_refused = False

    def feed(self, event: Json) -> Events:
        """Return what an event of the wire means; mostly one of ours, or none."""
        handle = self._HANDLERS.get(text_at(event, "type") or "")
        return handle(self, event) if handle else ()

    @classmethod
    def handled(cls) -> frozenset[str]:
        """Return the types that are not ignored."""
        return frozenset(cls._HANDLERS)

    def _session(self, event: Json) -> Events:
        session = object_at(event, "session")
        until = expiry(count_at(session, "expires_at") or None)
        return (Opened(text_at(session, "id"), text_at(session, "model"), until),)

    def _speech_began(self, event: Json) -> Events:
        return (SpeechBegan(_item(event), count_at(event, "audio_start_ms") or 0),)

    def _speech_ended(self, event: Json) -> Events:
        return (SpeechEnded(_item(event), count_at(event, "audio_end_ms") or 0),)

    def _committed(self, event: Json) -> Events:
        return (Committed(_item(event)),)

    def _heard_piece(self, event: Json) -> Events:
        text = text_at(event, "delta")
        return (HeardWords(_item(event), text, is_final=False),) if text else ()

    def _heard(self, event: Json) -> Events:
        words = (text_at(event, "transcript") or "").strip()
        return (HeardWords(_item(event), words, is_final=True, usage=transcription_usage(object_at(event, "usage"))),)

    def _not_heard(self, event: Json) -> Events:
        why = said_failure(object_at(event, "error"), self._endpoint, self._transcribe_model or "The model")
        usage = transcription_usage(object_at(event, "usage"))
        return (HeardWords(_item(event), "", is_final=True, usage=usage, failure=why),)

    def _reply_began(self, event: Json) -> Events:
        return (ReplyBegan(text_at(object_at(event, "response"), "id") or ""),)

    def _sound(self, event: Json) -> Events:
        try:
            pcm16 = decoded(text_at(event, "delta"))
        except ReplyUnusable:  # one piece that nobody can read
            return ()
        return (SoundPiece(_item(event), pcm16),) if pcm16 else ()

    def _words(self, event: Json) -> Events:
        text = text_at(event, "delta")
        return (WordPiece(_item(event), text),) if text else ()

    def _item_done(self, event: Json) -> Events:
        return self._calls((object_at(event, "item"),), text_at(event, "response_id") or "")

    def _reply_ended(self, event: Json) -> Events:
        response = object_at(event, "response")
        output, details = objects_at(response, "output"), object_at(response, "status_details")
        response_id, error = text_at(response, "id") or "", object_at(details, "error")
        status = _status(response)
        calls = self._calls(output, response_id) if status is ReplyStatus.COMPLETED else ()
        ended = ReplyEnded(
            response_id,
            tuple(item_id for item in output if (item_id := text_at(item, "id"))),
            status,
            response_usage(object_at(response, "usage")),
            text_at(details, "reason") or text_at(error, "code"),
        )
        return (*calls, *(self._complaint(error) if status is ReplyStatus.FAILED else ()), ended)

    def _error(self, event: Json) -> Events:
        return self._complaint(object_at(event, "error"))

    def _complaint(self, error: Json) -> Events:
        self.is_expired = self.is_expired or text_at(error, "code") == EXPIRED
        told = trouble(error, self._endpoint, self._model)
        if told is None:
            return ()
        self.is_refused = self.is_refused or told.is_fatal
        return (told,)

    def _calls(self, items: list[Json] | tuple[Json, ...], response_id: str) -> Events:
        """Return the functions asked for, each once: an item is told when it is done, and again with its response."""
        calls: list[LiveEvent] = []
        for item in items:
            call_id, name = text_at(item, "call_id"), text_at(item, "name")
            is_whole = text_at(item, "type") == "function_call" and text_at(item, "status") in {None, "completed"}
            if is_whole and call_id and name and call_id not in self._called:
                self._called.add(call_id)
                call = ToolCall(id=call_id, name=name, arguments=text_at(item, "arguments") or "{}")
                calls.append(Called(response_id, call))
        return tuple(calls)

    _HANDLERS: ClassVar[Mapping[str, Callable[[Fold, Json], Events]]] = MappingProxyType(
        {
            "session.created": _session,
            "error": _error,
            "input_audio_buffer.speech_started": _speech_began,
            "input_audio_buffer.speech_stopped": _speech_ended,
            "input_audio_buffer.committed": _committed,
            "conversation.item.input_audio_transcription.delta": _heard_piece,
            "conversation.item.input_audio_transcription.completed": _heard,
            "conversation.item.input_audio_transcription.failed": _not_heard,
            "response.created": _reply_began,
            "response.output_audio.delta": _sound,
            "response.output_audio_transcript.delta": _words,
            "response.output_text.delta": _words,
            "response.output_item.done": _item_done,
            "response.done": _reply_ended,
            "response.audio.delta": _sound,
            "response.audio_transcript.delta": _words,
            "response.text.delta": _words,
        }
    )


def _item(event: Json) -> str:
    return text_at(event, "item_id") or ""


def _status(response: Json) -> ReplyStatus:
    try:
        return ReplyStatus(text_at(response, "status") or "")
    except ValueError:
        return ReplyStatus.COMPLETED
