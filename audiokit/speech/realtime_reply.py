"""The events of a session that answers one request, one after the other, as a reply. No socket."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import httpx2
import openai

from audiokit.audio.wav import wav_header
from audiokit.catalog.prices import AUDIO_OUT_TOKENS_PER_S, Usage
from audiokit.errors import ProviderError
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.failures import NO_ANSWER_CODE, QUOTA_CODES, translated
from audiokit.speech.fields import Json, object_at, text_at
from audiokit.speech.realtime_events import Called, Opened, ReplyBegan, ReplyEnded, ReplyStatus
from audiokit.speech.realtime_events import SoundPiece as LiveSound
from audiokit.speech.realtime_events import WordPiece as LiveWords
from audiokit.speech.realtime_fold import Fold
from audiokit.speech.replies import Ending, Event, Reply, SoundPiece, WordPiece
from audiokit.speech.requests import Converse, ToolCall
from audiokit.speech.wire import BYTES_PER_SECOND, usable

__all__ = ["RealtimeReply", "no_answer", "refusal"]

_ITEM_TAKEN: Final = frozenset({"conversation.item.added", "conversation.item.created"})  # the second of older servers
_CONTENT_FILTER: Final = "content_filter"
# An event has no status: these are the ones that the same complaint has over HTTP.
_STATUSES: Final = MappingProxyType(
    {
        "invalid_api_key": 401,
        "model_not_found": 404,
        "rate_limit_exceeded": 429,
        **dict.fromkeys(QUOTA_CODES, 429),
        "invalid_request_error": 400,
    }
)
_FAULT: Final = 500


class RealtimeReply:
    """Collects a session that is set up, and then answers once.

    ``has_begun`` turns true with the response: from then on what goes wrong may have cost something. ``is_over`` turns
    true with its end, and ``is_too_long`` when there is more sound than was asked for.
    """

    def __init__(self, endpoint: Endpoint, request: Converse) -> None:
        self._endpoint, self._request = endpoint, request
        self._fold = Fold(endpoint, request.model)
        self._most_bytes = request.max_completion_tokens * BYTES_PER_SECOND // AUDIO_OUT_TOKENS_PER_S
        self._pcm16, self._words = bytearray(), list[str]()
        self._calls, self._items = list[ToolCall](), set[str]()
        self._is_set_up = False
        self._model: str | None = None
        self._session_id: str | None = None
        self._response_id: str | None = None
        self._ended: ReplyEnded | None = None
        self._failure: Json = {}

    @property
    def has_begun(self) -> bool:
        """Whether the response was begun."""
        return self._response_id is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self._ended is not None

    @property
    def is_too_long(self) -> bool:
        """Whether the model goes on for longer than it may."""
        return len(self._pcm16) > self._most_bytes

    def has_taken(self, n_items: int) -> bool:
        """Whether the session is as it was asked to be, and knows so many items."""
        return self._is_set_up and len(self._items) >= n_items

    def feed(self, event: Json) -> list[Event]:
        """Take one event of the wire and return what is new in it.

        Raises:
            ProviderError: it refuses the session, or what it was told, before anything was answered.
        """
        kind = text_at(event, "type")
        if kind == "error" and not self.has_begun:
            raise refusal(object_at(event, "error"), self._endpoint, self._request.model, self._session_id)
        if kind in _ITEM_TAKEN and (item_id := text_at(object_at(event, "item"), "id")):
            self._items.add(item_id)
        self._is_set_up = self._is_set_up or kind == "session.updated"
        if kind == "response.done":
            self._failure = object_at(object_at(object_at(event, "response"), "status_details"), "error")
        return [new for one in self._fold.feed(event) for new in self._take(one)]

    def reply(self) -> Reply:
        """Return the whole reply; one that never ended is ``CUT``.

        Raises:
            EmptyReply, WithheldReply: there is nothing in it; ``error.reply`` is what was billed.
            ProviderError: the model failed before it said anything, or nothing was ever answered.
        """
        if not self.has_begun and not self.is_over:
            raise no_answer(self._endpoint, self._request.model, self._session_id)
        if self._has_failed_for_nothing():
            raise refusal(self._failure, self._endpoint, self._request.model, self._response_id)
        sound = bytes(self._pcm16[: min(len(self._pcm16), self._most_bytes) // 2 * 2])
        reply = Reply(
            words="".join(self._words).strip(),
            ending=self._ending(has_sound=bool(sound)),
            sound=wav_header(len(sound)) + sound if sound else None,
            sound_duration_s=len(sound) / BYTES_PER_SECOND if sound else None,
            tool_calls=tuple(self._calls),
            model=self._model,
            usage=self._ended.usage if self._ended else None,
            request_id=self._response_id or self._session_id,
        )
        return usable(reply, self._ended.reason if self._ended else None)

    def _take(self, event: object) -> list[Event]:
        match event:
            case Opened(session_id=session_id, model=model):
                self._session_id = session_id
                sent_as = self._endpoint.name_on_wire(self._request.model)
                self._model = self._request.model if model in {None, sent_as} else model
            case ReplyBegan(response_id=response_id):
                self._response_id = response_id
            case LiveWords(text=text):
                self._words.append(text)
                return [WordPiece(text)]
            case LiveSound(pcm16=pcm16):
                self._pcm16 += pcm16
                return [] if self.is_too_long else [SoundPiece(pcm16)]
            case Called(call=call):
                self._calls.append(call)
            case ReplyEnded():
                self._ended = event
            case _:
                pass
        return []

    def _has_failed_for_nothing(self) -> bool:
        """Whether the model failed with nothing to show and nothing counted, as a refusal over HTTP does."""
        ended = self._ended
        if ended is None or ended.status is not ReplyStatus.FAILED or self._pcm16 or self._words:
            return False
        return not _is_counted(ended.usage) and ended.reason != _CONTENT_FILTER

    def _ending(self, *, has_sound: bool) -> Ending:
        ended = self._ended
        if ended is None or ended.status is ReplyStatus.FAILED:
            return Ending.CUT
        if ended.reason == _CONTENT_FILTER:
            return Ending.REFUSED
        if ended.status is ReplyStatus.INCOMPLETE or self.is_too_long:
            return Ending.LENGTH
        if ended.status is ReplyStatus.CANCELLED:
            return Ending.CUT
        is_unheard = self._request.voice is not None and not has_sound and not self._calls
        return Ending.WORDS_ONLY if is_unheard else Ending.WHOLE


def refusal(error: Json, endpoint: Endpoint, model: str, request_id: str | None = None) -> ProviderError:
    """Return what an ``error`` event means where nothing was answered: what the same means over HTTP."""
    named = (text_at(error, "code") or "", text_at(error, "type") or "")
    status = next((_STATUSES[name] for name in named if name in _STATUSES), _FAULT)
    return _failure(status, dict(error), endpoint, model, request_id)


def no_answer(endpoint: Endpoint, model: str, request_id: str | None = None) -> ProviderError:
    """Return the failure of a request that was taken and not answered, which may have been billed."""
    return _failure(httpx2.codes.GATEWAY_TIMEOUT, {"code": NO_ANSWER_CODE}, endpoint, model, request_id)


def _failure(
    status: int, body: dict[str, object], endpoint: Endpoint, model: str, request_id: str | None
) -> ProviderError:
    told = {"x-request-id": request_id} if request_id else {}
    answer = httpx2.Response(status, headers=told, request=httpx2.Request("GET", endpoint.base_url))
    return translated(
        openai.APIStatusError("an error event", response=answer, body=body),
        provider=endpoint.name,
        model=model,
        key=endpoint.key_setting,
        address=endpoint.address_setting,
    )


def _is_counted(usage: Usage | None) -> bool:
    return usage is not None and any((usage.text_in_tokens, usage.audio_in_tokens, usage.text_out_tokens))
