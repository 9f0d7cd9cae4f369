"""Who can write a recording down, best first, and what each can be asked to tell: times, speakers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from audiokit.catalog.models import Provider, Role, Tier
from audiokit.catalog.roles import Choice
from audiokit.catalog.unlisted import UNLISTED
from audiokit.errors import ModelRetired, NotConfigured
from audiokit.speech.in_turn import MODELS_A_PLACE
from audiokit.speech.place import Place
from audiokit.speech.requests import Telling

__all__ = ["Transcriber", "Transcribers"]


@dataclass(frozen=True, slots=True)
class Transcriber:
    """A model at a place, and what to ask of it."""

    place: Place
    choice: Choice
    telling: Telling


@dataclass(frozen=True, slots=True)
class Transcribers:
    """Those at ``asked_at``, the first place before the others.

    A model that tells speakers apart goes before the catalog's own choice, if that is wanted and the operator named no
    other.
    """

    asked_at: tuple[Place, ...]
    tier: Tier
    wants_speakers: bool

    @property
    def places(self) -> tuple[Place, ...]:
        """The places, at which those who tell speakers apart are asked before the others."""
        return tuple(replace(place, candidates=self._candidates(place)) for place in self.asked_at)

    def first(self) -> Transcriber:
        """Return who is asked before all others.

        Raises:
            NotConfigured, ModelRetired: nobody at the first place can write anything down.
        """
        return next(self._at(self.places[0]))

    def all(self) -> Iterator[Transcriber]:
        """Yield everybody who may be asked.

        Raises:
            NotConfigured, ModelRetired: nobody at the first place can write anything down.
        """
        yield from self._at(self.places[0])
        for place in self.places[1:]:
            with suppress(NotConfigured, ModelRetired):
                yield from self._at(place)

    def _at(self, place: Place) -> Iterator[Transcriber]:
        for choice in place.candidates(Role.TRANSCRIBE, self.tier)[:MODELS_A_PLACE]:
            yield Transcriber(place, choice, self._telling(place, choice))

    def _candidates(self, place: Place) -> Callable[[Role, Tier], tuple[Choice, ...]]:
        def candidates(role: Role, tier: Tier) -> tuple[Choice, ...]:
            usual = place.candidates(role, tier)
            tellers = [place.choose(role, tier, asked=name) for name in self._tellers(place)]
            names = [teller.model_name for teller in tellers]
            return (*tellers, *(choice for choice in usual if choice.model_name not in names))

        return candidates

    def _tellers(self, place: Place) -> list[str]:
        """Return the models there that tell speakers apart; of a compatible server, only its operator knows."""
        endpoint = place.endpoint
        is_named = Role.TRANSCRIBE.value in endpoint.models
        if not self.wants_speakers or is_named or endpoint.provider not in {Provider.OPENAI, Provider.AZURE}:
            return []
        offered = [offer for offer in place.offers(Role.TRANSCRIBE) if offer.is_available]
        names = [offer.model_name for offer in offered if offer.model.tells_speakers]
        return [name for name in names if not endpoint.deployments or name in endpoint.deployments]

    def _telling(self, place: Place, choice: Choice) -> Telling:
        """Return what to ask of a model. One that nobody here knows may well tell times, as most servers do."""
        model, provider = choice.model, place.endpoint.provider
        if model.tells_speakers and self.wants_speakers:
            return Telling.SPEAKERS
        is_unknown = model.family == UNLISTED and provider is Provider.COMPATIBLE
        return Telling.TIMES if model.tells_times or is_unknown else Telling.WORDS
