"""The items of one session in their order, what they count, and how much of that a provider would have cached."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audiokit.offline.counting import text_tokens
from audiokit.offline.messages import Message
from audiokit.offline.realtime.items import CallItem, Item, ResultItem, Said, Spoken
from audiokit.offline.realtime.setup import Setup, tool_on_wire
from audiokit.offline.refusals import Refused

__all__ = ["Conversation", "Prompt", "messages"]

_ROOT = "root"
_KEPT_WITH_SOUND = 16  # items; an hour of talk is 170 MB, and only who retrieves an item asks for its sound
_CACHED_IN = 64  # tokens, as recorded: of 85 that were known, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a response reads: tokens of text and of sound, and how many of each were read before."""

    text_in: int
    audio_in: int
    text_cached: int = 0
    audio_cached: int = 0

    def usage(self, *, text_out: int, audio_out: int) -> dict[str, Any]:
        """Return the ``usage`` of a response; keys and their order as recorded."""
        read, made = self.text_in + self.audio_in, text_out + audio_out
        cached = {"text_tokens": self.text_cached, "audio_tokens": self.audio_cached, "image_tokens": 0}
        return {
            "total_tokens": read + made,
            "input_tokens": read,
            "output_tokens": made,
            "input_token_details": {
                "text_tokens": self.text_in,
                "audio_tokens": self.audio_in,
                "image_tokens": 0,
                "cached_tokens": self.text_cached + self.audio_cached,
                "cached_tokens_details": cached,
            },
            "output_token_details": {"text_tokens": text_out, "audio_tokens": audio_out},
        }


class Conversation:
    """A list of items that can be added to anywhere, cut and deleted from."""

    def __init__(self) -> None:
        self._items = list[Item]()
        self._known = (0, 0)  # tokens of text and sound that the last response has read or made

    @property
    def last_id(self) -> str | None:
        """The last item's id; None where there is none."""
        return self._items[-1].id if self._items else None

    def items(self) -> Sequence[Item]:
        """Return what there is now."""
        return tuple(self._items)

    def find(self, item_id: str, *, to: str, param: str | None = None) -> Item:
        """Return an item by its id.

        Raises:
            Refused: there is none; ``to`` says what it was looked for.
        """
        found = next((item for item in self._items if item.id == item_id), None)
        if found is None:
            doing = {"retrieve": "retrieving", "delete": "deleting", "truncate": "truncating"}[to]
            message = f"Error {doing} item: the item with id '{item_id}' does not exist."
            raise Refused(message, param=param, code=f"item_{to}_invalid_item_id")
        return found

    def add(self, item: Item, *, after: str | None = None) -> str | None:
        """Add an item, at the end or ``after`` another or ``root``, and return the id of the one before it.

        Raises:
            Refused: its id is taken, the other is not there, or it is the result of a call that nobody made.
        """
        ids = [one.id for one in self._items]
        if item.id in ids:
            raise Refused(f"Item with id '{item.id}' already exists.", param="item.id", code="invalid_value")
        if isinstance(item, ResultItem):
            self._check_called(item.call_id)
        if after is None or after == self.last_id:
            at = len(ids)
        elif after == _ROOT:
            at = 0
        elif after in ids:
            at = ids.index(after) + 1
        else:
            message = f"Previous item with id '{after}' not found."
            raise Refused(message, param="previous_item_id", code="item_not_found")
        if at < len(ids):
            self.forget_cache()
        self._items.insert(at, item)
        for old in self._items[-_KEPT_WITH_SOUND - 1 : -_KEPT_WITH_SOUND]:
            if isinstance(old, Said):
                old.forget_sound()
        return ids[at - 1] if at else None

    def delete(self, item_id: str) -> None:
        """Take an item out; errors as in :meth:`find`."""
        self._items.remove(self.find(item_id, to="delete"))
        self.forget_cache()

    def cut(self, item_id: str, end_ms: int) -> None:
        """Cut what was spoken to what was heard.

        Raises:
            Refused: there is no such item, nothing was spoken in it, or it is shorter.
        """
        item = self.find(item_id, to="truncate")
        spoken = item.content[0] if isinstance(item, Said) and item.content else None
        if not isinstance(spoken, Spoken):
            raise Refused("Only model output audio messages can be truncated", code=None)
        if end_ms > spoken.duration_ms:
            message = f"Audio content of {spoken.duration_ms}ms is already shorter than {end_ms}ms"
            raise Refused(message, code="invalid_value")
        spoken.cut(end_ms)
        self.forget_cache()

    def forget_cache(self) -> None:
        """What was read is not what would be read now."""
        self._known = (0, 0)

    def prompt(self, setup: Setup, items: Sequence[Item], *, is_out_of_band: bool = False) -> Prompt:
        """Return what a response reads; afterwards that much is known."""
        counts = [item.tokens() for item in items]
        tools = json.dumps([tool_on_wire(tool) for tool in setup.tools]) if setup.tools else ""
        text = text_tokens(setup.instructions) + text_tokens(tools) + sum(text for text, _ in counts)
        audio = sum(audio for _, audio in counts)
        if is_out_of_band:
            return Prompt(text_in=text, audio_in=audio)
        known_text, known_audio = (known // _CACHED_IN * _CACHED_IN for known in self._known)
        self._known = (text, audio)
        return Prompt(
            text_in=text, audio_in=audio, text_cached=min(text, known_text), audio_cached=min(audio, known_audio)
        )

    def learn(self, *, text: int, audio: int) -> None:
        """What a response made is known to the next, too."""
        self._known = (self._known[0] + text, self._known[1] + audio)

    def _check_called(self, call_id: str) -> None:
        if not any(isinstance(item, CallItem) and item.call.id == call_id for item in self._items):
            message = f"Tool call ID '{call_id}' not found in conversation."
            raise Refused(message, param="item.call_id", code="invalid_tool_call_id")


def messages(setup: Setup, items: Sequence[Item]) -> list[Message]:
    """Return a conversation as the engine thinks of it."""
    told = [Message(role="system", text=setup.instructions)]
    return [*told, *(item.message() for item in items)]
