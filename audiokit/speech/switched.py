"""A call goes to the model that a person, or everybody here, has switched to; the rest of the request stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from audiokit.catalog.models import Catalog
from audiokit.catalog.roles import Choice
from audiokit.people.switches import EVERYBODY, Switches
from audiokit.speech.place import Choosing
from audiokit.speech.replies import Event, Reply, Speech
from audiokit.speech.requests import Converse, Request

__all__ = ["Switched", "choice_for_everybody", "switched_name"]


@dataclass(frozen=True, slots=True)
class Switched:
    """Asks ``inner`` for the model that ``model_for`` gives in place of the one that is named."""

    inner: Speech
    model_for: Callable[[str], str]

    def reply(self, request: Request) -> Reply:
        """Pass on under the name of the other model."""
        return self.inner.reply(replace(request, model=self.model_for(request.model)))

    def stream(self, request: Converse) -> Iterator[Event]:
        """Pass on under the name of the other model."""
        return self.inner.stream(replace(request, model=self.model_for(request.model)))


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
