"""A text model asked for one thing by a forced function; once more where its answer cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import TypeVar

from audiokit.catalog.models import Role
from audiokit.errors import NotConfigured, ProviderRefused, ReplyUnusable
from audiokit.speech.in_turn import answer_in_turn
from audiokit.speech.place import Place, places_for
from audiokit.speech.replies import Ending, Reply
from audiokit.speech.requests import Caller, Converse, PersonTurn, Tool
from audiokit.summaries import asking
from audiokit.summaries.drafts import NoDraft
from audiokit.summaries.shape import Shape

__all__ = ["MAX_MATERIAL_TOKENS", "Asked", "Paying", "unlimited"]

MAX_MATERIAL_TOKENS = 24_000
"""Of the documents in one request, about 17,000 words of English; less where the model's context is smaller."""

_FOR_THE_REST = 8_000  # tokens of a context: instructions, the script so far, the schema, the answer
_LEAST_MATERIAL = 1_500
_TOKENS_PER_WORD, _TOKENS_TO_THINK, _MOST_TOKENS = 8, 4_000, 16_000  # a line comes with its quote, in JSON
_Read = TypeVar("_Read")


Paying = Callable[[str, int], AbstractContextManager[object]]
"""Holds what one call may cost while it is made: one of these words, to be answered with about so many."""


def unlimited(_words: str, _n_words: int) -> AbstractContextManager[object]:
    """Hold nothing."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Asked:
    """The text models of some places, on somebody's behalf, about one programme; each call is paid for by itself."""

    places: tuple[Place, ...]
    caller: Caller
    shape: Shape
    paying: Paying = unlimited

    def room(self) -> int:
        """Return how many tokens of material a request may have, at whichever model answers it."""
        contexts = [MAX_MATERIAL_TOKENS + _FOR_THE_REST]
        for place in self._places:
            with suppress(NotConfigured):
                choices = place.candidates(Role.WRITE, self.shape.tier)
                contexts += [choice.model.max_context_tokens or contexts[0] for choice in choices]
        return max(_LEAST_MATERIAL, min(contexts) - _FOR_THE_REST)

    def for_(self, tool: Tool, words: str, read: Callable[[Reply, Tool], _Read], *, n_words: int) -> _Read:
        """Return what ``read`` makes of the answer, which is to have about ``n_words``.

        Raises:
            BudgetExceeded: a call would go beyond what may be paid.
            ProviderError: nobody answered; or the model declined; or its answer could not be read, twice.
        """
        trouble = ""
        for said in (words, None):
            reply = self._reply(tool, asking.again(words, trouble) if said is None else said, n_words)
            try:
                return read(reply, tool)
            except NoDraft as error:
                trouble = str(error)
        raise ReplyUnusable(
            "The text model answered twice with something that is no script. Try it again, or with the other quality.",
            tool=tool.name,
            trouble=trouble,
        )

    @property
    def _places(self) -> tuple[Place, ...]:
        return places_for(self.places, self.caller.person_id)

    def _reply(self, tool: Tool, words: str, n_words: int) -> Reply:
        tokens = min(_MOST_TOKENS, _TOKENS_TO_THINK + _TOKENS_PER_WORD * n_words)

        def request(model: str) -> Converse:
            return Converse(
                model=model,
                turns=(PersonTurn(words=words),),
                instructions=asking.instructions(self.shape),
                max_completion_tokens=tokens,
                forced_tool=tool,
            )

        with self.paying(f"{asking.instructions(self.shape)}\n{words}", n_words):
            reply = answer_in_turn(self._places, self.caller, Role.WRITE, self.shape.tier, request).reply
        if reply.ending is Ending.REFUSED:
            raise ProviderRefused("The text model declined to write this. Change your wishes, or the documents.")
        return reply
