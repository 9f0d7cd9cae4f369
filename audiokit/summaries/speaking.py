"""Who may be asked to speak a line, and what comes of asking them: sound that is whole, trimmed, and paid for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from audiokit.audio.clip import Clip
from audiokit.catalog.models import Role, Tier
from audiokit.catalog.prices import cost
from audiokit.catalog.roles import Choice
from audiokit.errors import NotConfigured, ProviderRefused, ReplyUnusable
from audiokit.speech.in_turn import answer_in_turn
from audiokit.speech.place import Place
from audiokit.speech.replies import Ending, Reply, Speech
from audiokit.speech.requests import Caller, Request
from audiokit.summaries.delivery import gives_account, line_key, request_for, voice_at
from audiokit.summaries.shape import Persona, Shape
from audiokit.summaries.sounding import clip_of, trimmed

__all__ = ["Ask", "Take", "asks_for", "take"]

_MODELS_A_PLACE = 2  # as many as are asked in turn
_NO_SOUND = "{model} answered in words and not in sound. Speak the line again, or choose another voice."
_DECLINED = "{model} declined to read this line. Say it in other words."
_BROKE_OFF = "{model} went on for longer than this line can last, and was stopped. Speak the line again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One model that may speak a line, where, in which voice, and the name of what would come of it."""

    place: Place
    choice: Choice
    voice: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """What a model made of a line. ``heard`` is its own account, ``cost_nanousd`` None where that is not known."""

    ask: Ask
    clip: Clip
    heard: str | None
    cost_nanousd: int | None
    notes: tuple[str, ...]


def asks_for(places: Sequence[Place], text: str, persona: Persona, shape: Shape, tier: Tier) -> tuple[Ask, ...]:
    """Return who may speak a line, in the order in which they are asked.

    Raises:
        NotConfigured: nobody can at the place that is asked first.
    """
    return tuple(_asks(places, text, persona, shape, tier))


def _asks(places: Sequence[Place], text: str, persona: Persona, shape: Shape, tier: Tier) -> Iterator[Ask]:
    for index, place in enumerate(places):
        try:
            choices = place.candidates(Role.SPEAK, tier)[:_MODELS_A_PLACE]
        except NotConfigured:
            if index == 0:
                raise
            continue
        name, provider = place.endpoint.name, place.endpoint.provider
        for choice in choices:
            key = line_key(text, persona, shape, choice, endpoint=name, provider=provider)
            yield Ask(place=place, choice=choice, voice=voice_at(persona, choice, provider), key=key)


def take(
    caller: Caller,
    asks: Sequence[Ask],
    text: str,
    persona: Persona,
    shape: Shape,
    tier: Tier,
    *,
    calls: AbstractContextManager[object] | None = None,
) -> Take:
    """Have the line spoken by the first who can, and pay for it; ``calls`` is held while somebody is asked.

    Raises:
        ProviderError: nobody could, or what came is of no use; what was billed is in the ledger.
        BudgetExceeded: a budget does not reach for it.
    """
    asked = _Asked(asks[0])

    def noting(place: Place) -> Place:
        """Let those be asked whom the line was looked for by, also where somebody switched models meanwhile."""
        choices = tuple(ask.choice for ask in asks if ask.place is place)
        return replace(place, speech_for=partial(asked.at, place), candidates=lambda _role, _tier: choices)

    def request(model_name: str) -> Request:
        asked.ask = next(ask for ask in asks if ask.place is asked.place and ask.choice.model_name == model_name)
        return request_for(text, persona, shape, asked.ask.choice, asked.place.endpoint.provider)

    places = {id(ask.place): ask.place for ask in asks}
    with calls or nullcontext():
        answer = answer_in_turn(tuple(map(noting, places.values())), caller, Role.SPEAK, tier, request)
    sound = _usable(answer.reply, answer.model)
    return Take(
        ask=asked.ask,
        clip=trimmed(clip_of(sound), model=answer.model),
        heard=answer.reply.words if gives_account(asked.ask.choice) else None,
        cost_nanousd=_cost(answer.reply, asked.ask),
        notes=answer.notes,
    )


class _Asked:
    """Remembers who was asked last."""

    def __init__(self, first: Ask) -> None:
        self.place, self.ask = first.place, first

    def at(self, place: Place, caller: Caller) -> Speech:
        """Go to a place."""
        self.place = place
        return place.speech_for(caller)


def _usable(reply: Reply, model: str) -> bytes:
    """Return the sound of a reply, if it is all that was asked for."""
    if reply.ending is Ending.REFUSED:
        raise ProviderRefused(_DECLINED.format(model=model), model=model, status=200)
    if reply.sound is None:
        raise ReplyUnusable(_NO_SOUND.format(model=model), model=model)
    if reply.ending in {Ending.LENGTH, Ending.CUT}:
        raise ReplyUnusable(_BROKE_OFF.format(model=model), model=model)
    return reply.sound


def _cost(reply: Reply, ask: Ask) -> int | None:
    """Return what a reply cost by today's price, as its entry in the ledger says."""
    price = ask.place.price_of(ask.choice)
    return cost(price, reply.usage) if price and reply.usage else None
