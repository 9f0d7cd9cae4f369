"""The responses of one session: one at a time in its conversation, any number beside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from audiokit.offline.fields import a_list, a_mapping, a_text, one_of
from audiokit.offline.realtime.answering import Spawn
from audiokit.offline.realtime.conversation import Conversation
from audiokit.offline.realtime.item_requests import item_in
from audiokit.offline.realtime.items import Item
from audiokit.offline.realtime.reply import Reply
from audiokit.offline.realtime.setup import Setup
from audiokit.offline.realtime.updates import for_one_response
from audiokit.offline.realtime.wire import Event, new_id
from audiokit.offline.refusals import Refused

__all__ = ["Replies"]


class Replies:
    """Begins responses, has ``make`` make them, and ends them early."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        emit: Callable[[Event], None],
        spawn: Spawn,
        make: Callable[[Reply], Awaitable[None]],
    ) -> None:
        self._conversation, self._emit, self._spawn, self._make = conversation, emit, spawn, make
        self._conversation_id = new_id("conv")
        self._last: Reply | None = None  # of the conversation
        self._apart = dict[str, Reply]()
        self._wanted: Setup | None = None  # of an answer that another one is in the way of
        self._have_spoken = False

    @property
    def have_spoken(self) -> bool:
        """Whether any sound was sent; from then on the voice stays."""
        return self._have_spoken or (self._last is not None and self._last.audio_tokens > 0)

    def create(self, setup: Setup, asked: Mapping[str, Any]) -> None:
        """Begin the response that a client asks for.

        Raises:
            Refused: what it asks is not right, or the conversation is being answered already.
        """
        wanted = a_mapping(asked.get("response"), "response", default={})
        setup = for_one_response(setup, wanted)
        is_apart = one_of(wanted.get("conversation") or "auto", ("auto", "none"), "response.conversation") == "none"
        if not is_apart and (active := self._active) is not None:
            message = f"Conversation already has an active response in progress: {active.id}. "
            message += "Wait until the response is finished before creating a new one."
            raise Refused(message, code="conversation_already_has_active_response")
        read = None if wanted.get("input") is None else self._read(a_list(wanted["input"], "response.input"))
        metadata = None if wanted.get("metadata") is None else a_mapping(wanted["metadata"], "response.metadata")
        self._begin(setup, read=read, metadata=metadata, is_apart=is_apart)

    def cancel(self, asked: Mapping[str, Any]) -> None:
        """End the response of the conversation, or the one that is named.

        Raises:
            Refused: there is none to end.
        """
        wanted = asked.get("response_id")
        reply = self._apart.get(str(wanted), self._active)
        if reply is None or (wanted is not None and wanted != reply.id):
            raise Refused("Cancellation failed: no active response found", code="response_cancel_not_active")
        reply.cancel("client_cancelled")

    def interrupt(self) -> None:
        """End the response of the conversation, since somebody speaks."""
        self._wanted = None
        if (active := self._active) is not None:
            active.cancel("turn_detected")

    def answer_when_free(self, setup: Setup) -> None:
        """Answer the conversation, at once or after the answer that is being given."""
        self._wanted = None if self._active is None else setup
        if self._wanted is None:
            self._begin(setup)

    async def _finish(self, reply: Reply) -> None:
        """See a response to its end, and begin the one that waited for it."""
        await self._make(reply)
        self._have_spoken = self._have_spoken or reply.audio_tokens > 0
        self._apart.pop(reply.id, None)
        if self._wanted is not None:
            self.answer_when_free(self._wanted)

    @property
    def _active(self) -> Reply | None:
        return None if self._last is None or self._last.is_over else self._last

    def _begin(
        self,
        setup: Setup,
        *,
        read: list[Item] | None = None,
        metadata: Mapping[str, Any] | None = None,
        is_apart: bool = False,
    ) -> None:
        conversation_id = None if is_apart else self._conversation_id
        items = self._conversation.items() if read is None else read
        reply = Reply(setup, self._conversation, conversation_id, self._emit, read=items, metadata=metadata)
        if is_apart:
            self._apart[reply.id] = reply
        else:
            self._last = reply
        self._spawn(self._finish(reply))

    def _read(self, given: Any) -> list[Item]:
        """Return what a response reads instead of the conversation: items of its own, and references to others."""
        items = list[Item]()
        for index, one in enumerate(given):
            param = f"response.input[{index}]"
            item = a_mapping(one, param)
            if item.get("type") == "item_reference":
                items.append(self._conversation.find(a_text(item.get("id"), f"{param}.id"), to="retrieve", param=param))
            else:
                items.append(item_in(item, param))
        return items
