"""One response: its items, its events in the recorded order, and its end, which comes once and in one of four ways."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audiokit.offline.realtime.conversation import Conversation, Prompt
from audiokit.offline.realtime.items import CallItem, Item, Said, Spoken, Words
from audiokit.offline.realtime.setup import Setup
from audiokit.offline.realtime.wire import PCM, Event, delta, event, new_id, rate_limits
from audiokit.offline.refusals import Refused
from audiokit.offline.tools import Call

__all__ = ["Reply"]

_WORD = re.compile(r"\s*\S+|\s+$")
_BIT = re.compile(r"\w+|\W+")


class Reply:
    """What is answered, told to ``emit`` as it grows. Out of band it stands in no conversation.

    Everything here happens at once, without waiting; who makes the answer asks ``is_over`` whenever it has waited.
    """

    def __init__(
        self,
        setup: Setup,
        conversation: Conversation,
        conversation_id: str | None,
        emit: Callable[[Event], None],
        *,
        read: Sequence[Item],
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        self.setup, self.read, self.id = setup, read, new_id("resp")
        self.is_over = False
        self.prompt: Prompt = conversation.prompt(setup, read, is_out_of_band=conversation_id is None)
        self._conversation, self._conversation_id = conversation, conversation_id
        self._emit, self._metadata = emit, metadata
        self._output = list[Said | CallItem]()
        self._is_open = False  # whether the last item still grows
        emit(event("response.created", response=self._on_wire("in_progress", None, None)))

    @property
    def is_out_of_band(self) -> bool:
        """Whether it stands in no conversation."""
        return self._conversation_id is None

    @property
    def text_tokens(self) -> int:
        """The text that it made so far."""
        return sum(item.made_tokens()[0] for item in self._output)

    @property
    def audio_tokens(self) -> int:
        """The sound that it made so far."""
        return sum(item.made_tokens()[1] for item in self._output)

    def begin_message(self) -> None:
        """Open the item that words or sound go into."""
        item = Said(new_id("item"), "assistant", status="in_progress")
        self._add(item)
        part = {"type": "audio", "transcript": ""} if self.setup.speaks else {"type": "text", "text": ""}
        item.content.append(Spoken() if self.setup.speaks else Words(""))
        self._emit(event("response.content_part.added", **self._part_at(item), part=part))

    def write(self, text: str) -> None:
        """Add written words."""
        item = self._message()
        assert isinstance(item.content[0], Words)  # noqa: S101 - begin_message made it
        item.content[0] = Words(item.content[0].text + text)
        for word in _WORD.findall(text):
            self._emit(delta("response.output_text.delta", word, **self._part_at(item)))

    def announce(self, text: str) -> None:
        """Add the words that will be spoken next; they run ahead of their sound."""
        item, spoken = self._speech()
        spoken.clauses.append((text, 0))
        for word in _WORD.findall(text):
            self._emit(delta("response.output_audio_transcript.delta", word, **self._part_at(item)))

    def speak(self, pcm16: bytes) -> None:
        """Add sound of the words that were announced last."""
        item, spoken = self._speech()
        text, n_bytes = spoken.clauses[-1]
        spoken.clauses[-1] = (text, n_bytes + len(pcm16))
        spoken.pcm16 += pcm16
        data = base64.b64encode(pcm16).decode()
        self._emit(event("response.output_audio.delta", **self._part_at(item), delta=data))

    def call(self, call: Call) -> None:
        """Add a function call, from its name to its last argument."""
        item = CallItem(new_id("item"), replace(call, arguments=""), status="in_progress")
        self._add(item)
        at = {"response_id": self.id, "item_id": item.id, "output_index": len(self._output) - 1, "call_id": call.id}
        for bit in _BIT.findall(call.arguments):
            self._emit(delta("response.function_call_arguments.delta", bit, **at))
        item.call = call
        done = {"name": call.name, "arguments": call.arguments}
        self._emit(event("response.function_call_arguments.done", **at, **done))

    def close_item(self, status: str = "completed") -> None:
        """End the item that grows, if there is one."""
        if not self._is_open:
            return
        self._is_open, item = False, self._output[-1]
        item.status = status
        if isinstance(item, Said):
            self._close_part(item)
        if not self.is_out_of_band:
            self._emit(event("conversation.item.done", previous_item_id=self._before(item), item=item.on_wire()))
        index = len(self._output) - 1
        self._emit(event("response.output_item.done", response_id=self.id, output_index=index, item=item.on_wire()))

    def complete(self) -> None:
        """End as it should."""
        self._end("completed", None)

    def run_out(self) -> None:
        """End because the limit of tokens is reached."""
        self._end("incomplete", {"type": "incomplete", "reason": "max_output_tokens"})

    def cancel(self, reason: str) -> None:
        """End now, for ``turn_detected`` or ``client_cancelled``; what was sent until then counts."""
        self._end("cancelled", {"type": "cancelled", "reason": reason})

    def fail(self, refused: Refused) -> None:
        """End because nothing can be answered; what that cost is not known."""
        error = {"type": refused.kind, "code": refused.code, "message": refused.message}
        self._end("failed", {"type": "failed", "error": error}, is_counted=False)

    def _end(self, status: str, details: dict[str, Any] | None, *, is_counted: bool = True) -> None:
        if self.is_over:
            return
        self.is_over = True
        self.close_item("completed" if status == "completed" else "incomplete")
        usage = None
        if is_counted:
            usage = self.prompt.usage(text_out=self.text_tokens, audio_out=self.audio_tokens)
            if not self.is_out_of_band:
                self._conversation.learn(text=self.text_tokens, audio=self.audio_tokens)
        self._emit(event("response.done", response=self._on_wire(status, details, usage)))
        self._emit(rate_limits(usage["total_tokens"] if usage else 0))

    def _add(self, item: Said | CallItem) -> None:
        self.close_item()
        self._is_open = True
        self._output.append(item)
        at = {"response_id": self.id, "output_index": len(self._output) - 1}
        self._emit(event("response.output_item.added", **at, item=item.on_wire()))
        if not self.is_out_of_band:
            before = self._conversation.add(item)
            self._emit(event("conversation.item.added", previous_item_id=before, item=item.on_wire()))

    def _close_part(self, item: Said) -> None:
        at, part = self._part_at(item), item.content[0]
        if isinstance(part, Spoken):
            self._emit(event("response.output_audio.done", **at))
            self._emit(event("response.output_audio_transcript.done", **at, transcript=part.transcript))
            told = {"type": "audio", "transcript": part.transcript}
        else:
            assert isinstance(part, Words)  # noqa: S101 - begin_message made it
            self._emit(event("response.output_text.done", **at, text=part.text))
            told = {"type": "text", "text": part.text}
        self._emit(event("response.content_part.done", **at, part=told))

    def _before(self, item: Item) -> str | None:
        """Return the id of the item before; recorded sessions tell none for their second item, and nor do we."""
        ids = [one.id for one in self._conversation.items()]
        at = ids.index(item.id) if item.id in ids else 0  # it may have been deleted while it grew
        return ids[at - 1] if at > 1 else None

    def _message(self) -> Said:
        item = self._output[-1]
        assert isinstance(item, Said)  # noqa: S101 - begin_message made it
        return item

    def _speech(self) -> tuple[Said, Spoken]:
        item = self._message()
        assert isinstance(item.content[0], Spoken)  # noqa: S101 - begin_message made it
        return item, item.content[0]

    def _part_at(self, item: Said) -> dict[str, Any]:
        index = len(self._output) - 1
        return {"response_id": self.id, "item_id": item.id, "output_index": index, "content_index": 0}

    def _on_wire(self, status: str, details: Any, usage: Any) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [item.on_wire() for item in self._output],
            "conversation_id": self._conversation_id,
            "output_modalities": self.setup.modalities,
            "max_output_tokens": self.setup.most_tokens,
            "audio": {"output": {"format": dict(PCM), "voice": self.setup.voice}},
            "usage": usage,
            "metadata": self._metadata,
        }
