"""One session: what a client sends is done at once, in order; what takes time is started and tells of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audiokit.offline.engine import Engine
from audiokit.offline.fields import a_mapping, a_text
from audiokit.offline.realtime.answering import Ears, Room, Spawn, answer
from audiokit.offline.realtime.conversation import Conversation
from audiokit.offline.realtime.item_requests import item_in, pcm16_in
from audiokit.offline.realtime.items import Item, Said, Sound
from audiokit.offline.realtime.microphone import Microphone, Started, Stopped
from audiokit.offline.realtime.pace import Rules
from audiokit.offline.realtime.replies import Replies
from audiokit.offline.realtime.reply import Reply
from audiokit.offline.realtime.setup import Setup
from audiokit.offline.realtime.taking import Doing, take
from audiokit.offline.realtime.transcribing import transcribe
from audiokit.offline.realtime.updates import updated
from audiokit.offline.realtime.wire import Event, event, new_id
from audiokit.offline.refusals import Refused, invalid_value

__all__ = ["Session"]


class Session:
    """Takes a client's events, and tells its own to ``emit``.

    ``spawn`` starts what takes time, and ``room`` waits until what was told has left.
    """

    def __init__(
        self,
        model: str,
        engine: Engine,
        *,
        emit: Callable[[Event], None],
        spawn: Spawn,
        room: Room,
        rules: Rules,
        expires_at: int,
    ) -> None:
        self.setup = Setup(model=model)
        self._emit, self._spawn = emit, spawn
        self._id, self._expires_at = new_id("sess"), expires_at
        self._conversation, self._microphone = Conversation(), Microphone(self.setup.turns)
        self._ears = Ears(engine, spawn)
        self._spoken_item = new_id("item")  # what the microphone's next turn will be called

        async def make(reply: Reply) -> None:
            await answer(reply, engine, self._ears, pace=rules.pace(), room=room)

        self._replies = Replies(self._conversation, emit=emit, spawn=spawn, make=make)
        self._doing: Doing = {
            "session.update": self._update,
            "input_audio_buffer.append": self._append,
            "input_audio_buffer.commit": self._commit,
            "input_audio_buffer.clear": self._clear,
            "conversation.item.create": self._create_item,
            "conversation.item.truncate": self._truncate,
            "conversation.item.delete": self._delete,
            "conversation.item.retrieve": self._retrieve,
            "response.create": lambda asked: self._replies.create(self.setup, asked),
            "response.cancel": self._replies.cancel,
        }
        emit(event("session.created", session=self._on_wire()))

    def take(self, text: str) -> None:
        """Do what one event of the client says; a refusal is told, and ends nothing."""
        take(text, self._doing, self._emit)

    def _on_wire(self) -> dict[str, Any]:
        return self.setup.on_wire(self._id, expires_at=self._expires_at)

    def _update(self, asked: Mapping[str, Any]) -> None:
        setup = updated(self.setup, a_mapping(asked.get("session"), "session"))
        if setup.voice != self.setup.voice and self._replies.have_spoken:
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise Refused(message, param="session.audio.output.voice", code="cannot_update_voice")
        if (setup.instructions, setup.tools) != (self.setup.instructions, self.setup.tools):
            self._conversation.forget_cache()
        self.setup = setup
        self._microphone.listen_for(setup.turns)
        self._emit(event("session.updated", session=self._on_wire()))

    # What comes from the microphone.

    def _append(self, asked: Mapping[str, Any]) -> None:
        for happened in self._microphone.write(pcm16_in(asked.get("audio"), "audio")):
            if isinstance(happened, Started):
                self._begin_turn(happened)
            else:
                self._end_turn(happened)

    def _begin_turn(self, started: Started) -> None:
        turn = {"audio_start_ms": started.at_ms, "item_id": self._spoken_item}
        self._emit(event("input_audio_buffer.speech_started", **turn))
        if self.setup.turns is not None and self.setup.turns.interrupts:
            self._replies.interrupt()

    def _end_turn(self, stopped: Stopped) -> None:
        turn = {"audio_end_ms": stopped.at_ms, "item_id": self._spoken_item}
        self._emit(event("input_audio_buffer.speech_stopped", **turn))
        self._keep(stopped.pcm16)
        if self.setup.turns is not None and self.setup.turns.creates_response:
            self._replies.answer_when_free(self.setup)

    def _commit(self, _: Mapping[str, Any]) -> None:
        self._keep(self._microphone.commit())

    def _clear(self, _: Mapping[str, Any]) -> None:
        self._microphone.clear()
        self._emit(event("input_audio_buffer.cleared"))

    def _keep(self, pcm16: bytes) -> None:
        """Make an item of a turn that is over."""
        item = Said(self._spoken_item, "user", [Sound(pcm16)])
        self._spoken_item = new_id("item")
        previous = self._conversation.last_id
        self._emit(event("input_audio_buffer.committed", previous_item_id=previous, item_id=item.id))
        self._add(item)

    # What is said already.

    def _create_item(self, asked: Mapping[str, Any]) -> None:
        after = asked.get("previous_item_id")
        item = item_in(asked.get("item"), "item")
        self._add(item, after=None if after is None else a_text(after, "previous_item_id"))

    def _add(self, item: Item, *, after: str | None = None) -> None:
        before = self._conversation.add(item, after=after)
        for kind in ("conversation.item.added", "conversation.item.done"):
            self._emit(event(kind, previous_item_id=before, item=item.on_wire()))
        if self.setup.transcription is None or not isinstance(item, Said):
            return
        for sound in item.sounds:
            model = str(self.setup.transcription["model"])
            self._spawn(transcribe(item.id, sound, model, self._ears, self._emit))

    def _truncate(self, asked: Mapping[str, Any]) -> None:
        item_id = a_text(asked.get("item_id"), "item_id")
        index, end_ms = (_count(asked, name) for name in ("content_index", "audio_end_ms"))
        if index != 0:
            raise invalid_value("content_index", index, ("0",))
        self._conversation.cut(item_id, end_ms)
        cut = {"item_id": item_id, "content_index": index, "audio_end_ms": end_ms}
        self._emit(event("conversation.item.truncated", **cut))

    def _delete(self, asked: Mapping[str, Any]) -> None:
        item_id = a_text(asked.get("item_id"), "item_id")
        self._conversation.delete(item_id)
        self._emit(event("conversation.item.deleted", item_id=item_id))

    def _retrieve(self, asked: Mapping[str, Any]) -> None:
        item = self._conversation.find(a_text(asked.get("item_id"), "item_id"), to="retrieve")
        self._emit(event("conversation.item.retrieved", item=item.on_wire(with_sound=True)))


def _count(asked: Mapping[str, Any], name: str) -> int:
    found = a_text(None, name) if asked.get(name) is None else asked[name]
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise Refused(f"Invalid type for '{name}': expected a whole number.", param=name, code="invalid_type")
    return found
