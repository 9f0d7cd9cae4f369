"""A call goes to the model that a person, or everybody here, has switched to; the rest of the request stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.roles import Choice
from audiokit.errors import NotConfigured
from audiokit.people.switches import EVERYBODY, Switches
from audiokit.speech.place import Choosing, Place
from audiokit.speech.reading import read_by, voice_of
from audiokit.speech.replies import Event, Reply, Speech
from audiokit.speech.requests import Caller, Converse, Request, Speak

__all__ = ["Switched", "Switching", "choice_for_everybody", "place_switched"]

Asked = TypeVar("Asked", bound=Request)


@dataclass(frozen=True, slots=True)
class Switched:
    """Asks ``inner`` for the model that ``model_for`` gives in place of the one that is named.

    A voice that the other model does not have becomes its first.
    """

    inner: Speech
    model_for: Callable[[str], str]
    catalog: Catalog
    provider: Provider

    def reply(self, request: Request) -> Reply:
        """Pass on to the other model; a text to be read may become a conversation in which it is read."""
        name = self.model_for(request.model)
        known = self.catalog.find(name)
        if name != request.model and known is not None and isinstance(request, Speak):
            return self.inner.reply(read_by(known, name, self.provider, request))
        return self.inner.reply(self._of(request, name))

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on to the other model."""
        asked = self._of(request, self.model_for(request.model))
        return self.inner.stream(asked)

    def _of(self, request: Asked, name: str) -> Asked:
        if name == request.model:
            return request
        known = self.catalog.find(name)
        if known is None or not isinstance(request, Converse) or request.voice is None:
            return replace(request, model=name)
        return replace(request, model=name, voice=voice_of(known, self.provider, request.voice))


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """Who is asked in place of whom. ``forbids`` says which models an admin lets nobody switch to for themselves."""

    switches: Switches | None
    catalog: Catalog
    forbids: Callable[[str], bool] = lambda _: False

    def name(self, person_id: str, name: str) -> str:
        """Return which model is asked in place of ``name``, by whatever of its names it goes; itself where none is."""
        if self.switches is None:
            return name
        known = self.catalog.find(name)
        its_id = known.id if known else name
        other = self.switches.model_for(person_id, its_id, forbids=self.forbids)
        return name if other == its_id else other


def choice_for_everybody(chosen: Choice, switching: Switching, choose: Choosing) -> Choice:
    """Return the choice that everybody here has switched to; the one that was made where it cannot play the role."""
    other = switching.name(EVERYBODY, chosen.model_name)
    if other == chosen.model_name:
        return chosen
    choice = choose(chosen.role, chosen.tier, other)
    if choice.model_name != other:
        return chosen
    why = choice.why.replace("your choice", f"everybody here has switched to it from {chosen.model_name}", 1)
    return replace(choice, why=why)


def place_switched(place: Place, person_id: str, *, switching: Switching, choose: Choosing) -> Place:
    """Return a place whose choices and estimates are of the models that a person's calls reach through it.

    ``choose`` gives the choice that nobody has switched: from there a person's own switch goes before everybody's.
    What is chosen here is told, priced and asked by its name.
    """

    def choose_reached(role: Role, tier: Tier, asked: str | None = None) -> Choice:
        named = choose(role, tier, asked)
        other = switching.name(person_id, named.model_name)
        if other == named.model_name:
            return named
        usual = place.choose(role, tier, asked)
        return usual if usual.model_name == other else _reached(named, other, switching.catalog, choose)

    def spare(one: Choice) -> Choice:
        other = switching.name(person_id, one.model_name)
        return one if other == one.model_name else _reached(one, other, switching.catalog, choose)

    def candidates(role: Role, tier: Tier) -> tuple[Choice, ...]:
        """Return the person's own first, then those of everybody, each once."""
        found = dict[str, Choice]()
        for one in (choose_reached(role, tier), *map(spare, place.candidates(role, tier))):
            found.setdefault(one.model_name, one)
        return tuple(found.values())

    def estimate(caller: Caller, request: Request) -> int | None:
        return place.estimate(caller, replace(request, model=switching.name(person_id, request.model)))

    return replace(place, choose=choose_reached, candidates=candidates, estimate=estimate)


def _reached(chosen: Choice, other: str, catalog: Catalog, choose: Choosing) -> Choice:
    """Return the other model as the choice; it is asked also where nobody would have chosen it for this role."""
    because = f"you have switched to it from {chosen.model_name}"
    with suppress(NotConfigured):
        choice = choose(chosen.role, chosen.tier, other)
        if choice.model_name == other:
            return replace(choice, why=choice.why.replace("your choice", because, 1))
    return replace(chosen, model_name=other, model=catalog.find(other) or chosen.model, why=f"{other}: {because}.")
