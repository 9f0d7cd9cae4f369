"""Why this model and no other, in sentences for the page; and what to tell when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from audiokit.catalog.models import Model, Provider, Role, Tier
from audiokit.catalog.picking import Ask, Obstacle, Pick, heir, obstacle, obstacle_to_asking, pick
from audiokit.errors import AudiokitError, ModelRetired, NotConfigured

__all__ = ["PURPOSES", "nobody", "why_asked", "why_ended", "why_instead", "why_listed", "why_offered", "why_told"]

PURPOSES: Mapping[Role, str] = {
    Role.CONVERSE: "conversation",
    Role.SPEAK: "reading aloud",
    Role.TRANSCRIBE: "transcription",
    Role.WRITE: "writing",
    Role.JUDGE: "judging a voice",
    Role.LIVE: "live conversation",
    Role.TRANSLATE: "interpreting",
}
_PLACES: Mapping[Provider, str] = {
    Provider.OPENAI: "OpenAI",
    Provider.AZURE: "Azure",
    Provider.COMPATIBLE: "this server",
    Provider.OFFLINE: "the offline engine",
}
_OFFLINE_LIMITS: Mapping[Role, str] = {
    Role.TRANSLATE: " It goes word by word, without any grammar, from English into German, French or Spanish."
}
_ADJECTIVES: Mapping[Tier, str] = {Tier.FULL: "full ", Tier.MINI: "cheaper "}


def why_listed(chosen: Pick, ask: Ask) -> str:
    """Return why the catalog's own choice fell on this model, and until when it holds."""
    if ask.provider is Provider.OFFLINE:
        limit = _OFFLINE_LIMITS.get(ask.role, "")
        return f"{chosen.model_name}: the engine inside this app; free, and nothing leaves this machine.{limit}"
    merit = _merit(chosen, ask)
    if _composes(chosen, ask):
        merit += ". It composes what it says, so it may paraphrase"
    return f"{chosen.model_name}: {merit}; {_end(chosen.model, ask)}"


def why_told(name: str, model: Model, ask: Ask, *, is_listed: bool) -> str:
    """Return that the operator set this model, and what the catalog knows against it."""
    if not is_listed:
        return f"{name}: set by the operator; not in our catalog, so its price and its end are unknown."
    match obstacle(model, ask):
        case Obstacle.ENDED | Obstacle.NOT_OFFERED | Obstacle.NOT_SERVED as trouble:
            return f"{name}: set by the operator; {_trouble(model, trouble, ask)}, so it may be refused."
        case _:
            return f"{name}: set by the operator; {_end(model, ask, moves_on=False)}"


def why_asked(name: str, model: Model, ask: Ask) -> str:
    """Return that a person chose this model, and until when it can be had."""
    return f"{name}: your choice. {why_offered(model, ask)}"


def why_instead(chosen_name: str, chosen: Model, asked: str, ask: Ask) -> str:
    """Return why a person does not get the model they asked for, and that ``chosen`` serves in its place."""
    known = ask.catalog.find(asked)
    if known is None:
        because = "it is not known here"
    elif ask.role in known.roles and (trouble := obstacle_to_asking(known, ask)):
        because = _trouble(known, trouble, ask, called="it")
    else:
        because = f"it cannot be used for {PURPOSES[ask.role]}"
    return f"{chosen_name}: in place of {asked}, as {because}; {_end(chosen, ask, moves_on=False)}"


def why_offered(model: Model, ask: Ask) -> str:
    """Return until when a model that can be had will be there, and what replaces it then."""
    if ask.provider is Provider.OFFLINE:
        return "The engine inside this app; free, and nothing leaves this machine."
    if ask.server_decides:
        return "This server lists it."
    if not model.lifecycles:
        return "It is not in our catalog, so its price and its end are unknown."
    end = model.shuts_down_on(ask.provider)
    if end is None:
        return "No end date announced."
    if end <= ask.on:
        return f"It was to end on {end}, and is still listed; {_successor(model, ask)}."
    days = (end - ask.on).days
    its = "OpenAI ends its own" if ask.provider is Provider.COMPATIBLE else "Ends"
    return f"{its} {end}, in {days} day{'' if days == 1 else 's'}; {_successor(model, replace(ask, on=end))}."


def why_ended(model: Model, trouble: Obstacle, ask: Ask) -> str:
    """Return why a model cannot be had, and what replaces it."""
    successor = _successor(model, ask)
    if trouble is Obstacle.ENDED:
        its = "OpenAI ended its own" if ask.provider is Provider.COMPATIBLE else "Ended"
        return f"{its} {model.shuts_down_on(ask.provider)}. {successor.replace('nothing', 'Nothing')}."
    because = _trouble(model, trouble, ask, called="it")
    return f"{because[:1].upper()}{because[1:]}; {successor}."


def nobody(ask: Ask) -> AudiokitError:
    """Return the error for a role that nobody can play there: retired, never offered, not served, or out of reach."""
    purpose, place = PURPOSES[ask.role], _PLACES[ask.provider]
    detail = {"role": ask.role.value, "tier": ask.tier.value, "provider": ask.provider.value}
    troubles = {model.id: obstacle(model, ask) for model in ask.candidates}
    known = {model_id: trouble for model_id, trouble in troubles.items() if trouble is not Obstacle.NOT_OFFERED}
    if not known:
        return NotConfigured(f"No model for {purpose} is known at {place}. Choose another engine.", **detail)
    if all(trouble is Obstacle.ENDED for trouble in known.values()):
        return ModelRetired(
            f"Every model for {purpose} that we know at {place} has been switched off. "
            f"Name a newer one for {ask.role} in AUDIOKIT_MODELS.",
            **detail,
        )
    if Obstacle.OUT_OF_REACH in known.values():
        return NotConfigured(f"{place[:1].upper()}{place[1:]} offers {purpose} only over a live connection.", **detail)
    listed = ", ".join(model_id for model_id, trouble in known.items() if trouble is Obstacle.NOT_SERVED)
    return NotConfigured(
        f"{place[:1].upper()}{place[1:]} lists no model for {purpose} that we know (such as {listed}). "
        f"Name one of its own for {ask.role} in AUDIOKIT_MODELS.",
        **detail,
    )


def _merit(chosen: Pick, ask: Ask) -> str:
    first, purpose = ask.candidates[0], PURPOSES[ask.role]
    is_shared = first in {ask.catalog.preferred(ask.role, tier)[0] for tier in Tier if tier is not ask.tier}
    trouble = obstacle(first, ask)
    if trouble is None:
        return f"the {'' if is_shared else _ADJECTIVES[ask.tier]}model for {purpose}"
    because = _trouble(first, trouble, ask)
    if ask.tier is Tier.MINI and chosen.model.tier is Tier.FULL and not is_shared:
        place = _PLACES[ask.provider]
        return f"no cheaper model for {purpose} is left at {place} on this endpoint ({because}), so the full one serves"
    return f"it takes over {purpose}, as {because}"


def _trouble(model: Model, trouble: Obstacle, ask: Ask, *, called: str | None = None) -> str:
    place, name = _PLACES[ask.provider], called or model.id
    match trouble:
        case Obstacle.ENDED:
            owner = "OpenAI" if ask.provider is Provider.COMPATIBLE else place
            return f"{owner} switched {name} off on {model.shuts_down_on(ask.provider)}"
        case Obstacle.NOT_OFFERED:
            return f"{place} is not known to offer {name}"
        case Obstacle.NOT_SERVED:
            return f"{place if ask.provider is Provider.COMPATIBLE else f'this key at {place}'} does not list {name}"
        case Obstacle.OUT_OF_REACH:
            return f"{name} needs a live connection"


def _end(model: Model, ask: Ask, *, moves_on: bool = True) -> str:
    if ask.server_decides:
        return "this server lists it."
    end = model.shuts_down_on(ask.provider)
    if end is None:
        return "no end date announced."
    days = (end - ask.on).days
    owner, what = ("OpenAI", "its own") if ask.provider is Provider.COMPATIBLE else (_PLACES[ask.provider], "it")
    switch = f"{owner} switches {what} off on {end}, in {days} day{'' if days == 1 else 's'}."
    if not moves_on:
        return switch
    return f"{switch} {_afterwards(replace(ask, on=end))}"


def _afterwards(ask: Ask) -> str:
    follower = pick(ask)
    if follower is None:
        return "Nothing that we know follows it."
    warning = ", which may paraphrase" if _composes(follower, ask) else ""
    return f"Then this tier moves to {follower.model_name}{warning}."


def _successor(model: Model, ask: Ask) -> str:
    successor = heir(model, ask)
    if successor is None:
        return "nothing that we know replaces it"
    warning = ", and may paraphrase" if _composes(successor, ask) else ""
    return f"{successor.model_name} replaces it{warning}"


def _composes(chosen: Pick, ask: Ask) -> bool:
    """Whether a text to be read aloud goes to a model that converses, and not to one that reads."""
    return ask.role is Role.SPEAK and chosen.endpoint != "audio/speech"
