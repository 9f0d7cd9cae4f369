"""Where a turn can be answered: an endpoint with its models, its prices and its way to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from audiokit.catalog.models import Provider, Role, Tier
from audiokit.catalog.offers import Offer
from audiokit.catalog.prices import Price
from audiokit.catalog.roles import Choice
from audiokit.converse.conversation import AnswerWith, Options
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller

__all__ = ["Choosing", "Place"]

# Their calls fail when a function may be called and sound is asked for at once (facts on OpenAI's audio, section 11).
_NOT_BOTH_AT_ONCE = ("gpt-audio", "gpt-4o-audio", "gpt-4o-mini-audio")


class Choosing(Protocol):
    """How a model is chosen; ``asked`` is one that the person insists on."""

    def __call__(self, role: Role, tier: Tier, asked: str | None = None) -> Choice:
        """Return the model that plays ``role`` today.

        Raises:
            NotConfigured: nobody can.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One endpoint.

    ``candidates`` are all who can play a role there today, the one to be chosen first; ``offers`` all that a person may
    choose among, with those that have ended; ``price_of`` gives today's price of a model, None where it is not known.
    """

    endpoint: Endpoint
    choose: Choosing
    candidates: Callable[[Role, Tier], tuple[Choice, ...]]
    offers: Callable[[Role], tuple[Offer, ...]]
    price_of: Callable[[Choice], Price | None]
    speech_for: Callable[[Caller], Speech]

    def answering(self, options: Options, *, hears: bool) -> Choice:
        """Return who answers: audio models refuse what is words both ways, and text models all sound.

        ``hears`` says whether sound is sent along.
        """
        if hears or options.answer_with is AnswerWith.SOUND:
            return self.choose(Role.CONVERSE, options.tier, options.model)
        return self.choose(Role.WRITE, options.tier)

    def voice(self, options: Options, choice: Choice) -> str | None:
        """Return the voice to answer with: the person's, or the model's first where it does not have that one."""
        if options.answer_with is AnswerWith.WORDS:
            return None
        offered = choice.model.voices_at(self.endpoint.provider)
        return options.voice if options.voice in offered or not offered else offered[0]

    def decides_apart(self, options: Options, choice: Choice, *, hears: bool) -> bool:
        """Whether another model decides on functions, as this one cannot be offered them where there is sound."""
        has_sound = hears or self.voice(options, choice) is not None
        return has_sound and not self.calls_while_speaking(choice)

    def calls_while_speaking(self, choice: Choice) -> bool:
        """Whether this model can be offered functions in the same call in which it is to speak."""
        if self.endpoint.provider in {Provider.OPENAI, Provider.AZURE}:
            return False  # by whatever name its operator deployed it
        return self.endpoint.provider is Provider.OFFLINE or not choice.model_name.startswith(_NOT_BOTH_AT_ONCE)
