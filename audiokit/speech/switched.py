"""A call goes to the model that a person, or everybody here, has switched to; the rest of the request stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from audiokit.catalog.models import Catalog, Provider
from audiokit.catalog.roles import Choice
from audiokit.people.switches import EVERYBODY, Switches
from audiokit.speech.place import Choosing
from audiokit.speech.reading import read_by, voice_of
from audiokit.speech.replies import Event, Reply, Speech
from audiokit.speech.requests import Converse, Request, Speak

__all__ = ["Switched", "choice_for_everybody", "switched_name"]

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


def switched_name(switches: Switches | None, catalog: Catalog, person_id: str, name: str) -> str:
    """Return which model is asked in place of ``name``, by whatever of its names it goes; itself where none is."""
    if switches is None:
        return name
    known = catalog.find(name)
    its_id = known.id if known else name
    other = switches.model_for(person_id, its_id)
    return name if other == its_id else other


def choice_for_everybody(chosen: Choice, switches: Switches | None, catalog: Catalog, choose: Choosing) -> Choice:
    """Return the choice that everybody here has switched to; the one that was made where it cannot play the role."""
    other = switched_name(switches, catalog, EVERYBODY, chosen.model_name)
    if other == chosen.model_name:
        return chosen
    choice = choose(chosen.role, chosen.tier, other)
    if choice.model_name != other:
        return chosen
    why = choice.why.replace("your choice", f"everybody here has switched to it from {chosen.model_name}", 1)
    return replace(choice, why=why)
