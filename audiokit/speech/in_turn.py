"""One request put to several models in turn, until one answers: the first choice, its spare, then the next endpoint's.

Only after a failure that cost nothing is another one asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from audiokit.catalog.models import Role, Tier
from audiokit.errors import BudgetExceeded, NotConfigured, ProviderError, ProviderUnreachable, QuotaExhausted
from audiokit.speech.failures import may_be_billed
from audiokit.speech.place import Place
from audiokit.speech.replies import Reply
from audiokit.speech.requests import Caller, Request
from audiokit.usage.budget import is_of_model

__all__ = ["MODELS_A_PLACE", "Answer", "answer_in_turn"]

MODELS_A_PLACE = 2
"""How many are asked at one endpoint, at most."""

_OF_THE_PLACE = (QuotaExhausted, ProviderUnreachable)  # another model there would fare no better
_TIMED_OUT = 408  # which Azure also says after working on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply, the model that gave it, and why it was not the first choice."""

    reply: Reply
    model: str
    notes: tuple[str, ...]


class _Candidate(NamedTuple):
    place: Place
    model_name: str


_Failure = tuple[_Candidate, ProviderError | BudgetExceeded]


def answer_in_turn(
    places: tuple[Place, ...], caller: Caller, role: Role, tier: Tier, request: Callable[[str], Request]
) -> Answer:
    """Ask the model of choice; where that failed for nothing, the next one there, and then at the next endpoint.

    ``request`` makes what is asked of a model by its name.

    Raises:
        ProviderError: the first of those that failed, if all did; or one that may have been billed.
        BudgetExceeded: a budget does not reach for it, and not for another model either if it is one of a model.
        NotConfigured: the preferred endpoint has nobody for the role.
    """
    failures: list[_Failure] = []
    for candidate in _candidates(places, role, tier):
        if any(candidate.place is place and isinstance(error, _OF_THE_PLACE) for (place, _), error in failures):
            continue
        try:
            reply = candidate.place.speech_for(caller).reply(request(candidate.model_name))
        except BudgetExceeded as error:
            if not is_of_model(error):
                raise
            failures.append((candidate, error))
        except ProviderError as error:
            if may_be_billed(error) or error.detail.get("status") == _TIMED_OUT:
                raise
            failures.append((candidate, error))
        else:
            return _answer(reply, candidate, failures)
    raise _none_worked(failures)


def _candidates(places: tuple[Place, ...], role: Role, tier: Tier) -> Iterator[_Candidate]:
    """Yield who may be asked, best first; an endpoint that has nobody for the role is passed over."""
    for index, place in enumerate(places):
        try:
            choices = place.candidates(role, tier)[:MODELS_A_PLACE]
        except NotConfigured:
            if index == 0:
                raise
            continue
        yield from (_Candidate(place, choice.model_name) for choice in choices)


def _answer(reply: Reply, candidate: _Candidate, failures: list[_Failure]) -> Answer:
    model = reply.model or candidate.model_name
    told = tuple(f"{failed.model_name} did not answer: {error}" for failed, error in failures)
    elsewhere = failures and failures[0][0].place is not candidate.place
    where = f" at {candidate.place.endpoint.name}" if elsewhere else ""
    return Answer(reply=reply, model=model, notes=(*told, f"{model}{where} answered instead.") if told else ())


def _none_worked(failures: list[_Failure]) -> ProviderError | BudgetExceeded:
    """Return the failure of the first choice, the one that a person would mend, with word of the others."""
    first, others = failures[0][1], " and ".join(failed.model_name for failed, _ in failures[1:])
    if not others:
        return first
    were = "was" if len(failures) == 2 else "were"
    return type(first)(f"{first} {others} {were} tried too, in vain.", **first.detail)
