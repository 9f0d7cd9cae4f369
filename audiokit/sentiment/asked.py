"""Models asked for one thing by a forced function; once more where what they gave cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from audiokit.catalog.models import Role, Tier
from audiokit.errors import NotConfigured, ProviderRefused, ReplyUnusable
from audiokit.sentiment.given import NotGiven
from audiokit.speech.in_turn import Answer, answer_in_turn
from audiokit.speech.place import Place, places_for
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.requests import Caller, Converse, Heard, PersonTurn, Tool
from audiokit.words.plain_text import one_line

__all__ = ["MAX_MATERIAL_TOKENS", "Asked", "Order", "again", "wishes"]

MAX_MATERIAL_TOKENS = 90_000
"""Of transcripts in one request: three hours of talk; less where the model's context is smaller."""

_FOR_THE_REST = 10_000  # tokens of a context: instructions, the schema, what is thought and answered
_LEAST_MATERIAL = 1_500
_MOST_STEERING = 2_000  # characters
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for: the rules, the words of the request, and the one function that is to be called."""

    tool: Tool
    rules: str
    words: str
    max_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The models of some places, on somebody's behalf. ``tier`` is the text model's."""

    places: tuple[Place, ...]
    caller: Caller
    tier: Tier = Tier.MINI

    def room(self) -> int:
        """Return how many tokens of material a request may have, at whichever text model answers it."""
        contexts = [MAX_MATERIAL_TOKENS + _FOR_THE_REST]
        for place in self._places:
            with suppress(NotConfigured):
                choices = place.candidates(Role.WRITE, self.tier)
                contexts += [choice.model.max_context_tokens or contexts[0] for choice in choices]
        return max(_LEAST_MATERIAL, min(contexts) - _FOR_THE_REST)

    def read(self, order: Order) -> Answer:
        """Ask the text model once.

        Raises:
            ProviderError: nobody answered.
            NotConfigured: there is no text model.
        """
        return self._answer(order, Role.WRITE, self.tier, None)

    def listen(self, order: Order, sound: Heard, tier: Tier) -> Answer:
        """Ask the audio model of a tier once; the sound comes first and the words after it. Errors as in ``read``."""
        return self._answer(order, Role.JUDGE, tier, sound)

    def for_(self, order: Order, read: Callable[[Reply], _Read]) -> _Read:
        """Return what ``read`` makes of the text model's answer, asked once more where it makes nothing of it.

        Raises:
            ProviderError: nobody answered; or the model declined; or its answer could not be read, twice.
        """
        trouble = ""
        for attempt in range(2):
            said = order if attempt == 0 else replace(order, words=again(order.words, trouble))
            answer = self.read(said)
            if answer.reply.ending is Ending.REFUSED:
                raise ProviderRefused("The text model declined to answer this. Ask in other words.", model=answer.model)
            try:
                return read(answer.reply)
            except NotGiven as error:
                trouble = str(error)
        raise ReplyUnusable(
            "The text model answered twice with something that cannot be used. Try it again.",
            tool=order.tool.name,
        )

    def _answer(self, order: Order, role: Role, tier: Tier, sound: Heard | None) -> Answer:
        def request(model: str) -> Converse:
            return Converse(
                model=model,
                turns=(PersonTurn(words=order.words, sound=sound),),
                instructions=order.rules,
                max_completion_tokens=order.max_tokens,
                forced_tool=order.tool,
            )

        return answer_in_turn(self._places, self.caller, role, tier, request)

    @property
    def _places(self) -> tuple[Place, ...]:
        return places_for(self.places, self.caller.person_id)


def again(words: str, trouble: str) -> str:
    """Return a request with what was wrong with the first answer to it."""
    return f"{words}\n\nYour last answer could not be used. {trouble} Call the function again, with all it asks for."


def wishes(steering: str) -> str:
    """Return what the person who asks wishes, as a rule of its own; empty where they wish nothing."""
    wish = one_line(steering)[:_MOST_STEERING].replace('"', "'")
    return f'\n\nThe person who asks wishes: "{wish}"' if wish else ""
