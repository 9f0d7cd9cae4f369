"""Who answers a turn at a place, in which voice, and whether it can call functions while it speaks."""

from __future__ import annotations

from dataclasses import replace

from audiokit.catalog.models import Provider, Role, Tier
from audiokit.catalog.roles import Choice
from audiokit.converse.conversation import AnswerWith, Options
from audiokit.speech.place import Place

__all__ = ["calls_while_speaking", "decides_apart", "lesser", "voice_of", "who_answers"]

# Their calls fail when a function may be called and sound is asked for at once (facts on OpenAI's audio, section 11).
_NOT_BOTH_AT_ONCE = ("gpt-audio", "gpt-4o-audio", "gpt-4o-mini-audio")


def who_answers(place: Place, options: Options, *, hears: bool) -> Choice:
    """Return who answers: audio models refuse what is words both ways, and text models all sound.

    ``hears`` says whether sound is sent along.
    """
    if hears or options.answer_with is AnswerWith.SOUND:
        return place.choose(Role.CONVERSE, options.tier, options.model)
    return place.choose(Role.WRITE, options.tier)


def lesser(options: Options) -> tuple[Options, ...]:
    """Return the ways to answer for less, dearest first: as was wished, by the mini model, in words only."""
    ways = [options]
    if options.tier is not Tier.MINI or options.model is not None:
        ways.append(replace(options, tier=Tier.MINI, model=None))
    if options.answer_with is AnswerWith.SOUND:
        ways.append(replace(ways[-1], answer_with=AnswerWith.WORDS))
    return tuple(ways)


def voice_of(place: Place, options: Options, choice: Choice) -> str | None:
    """Return the voice to answer with: the person's, or the model's first where it does not have that one."""
    if options.answer_with is AnswerWith.WORDS:
        return None
    offered = choice.model.voices_at(place.endpoint.provider)
    return options.voice if options.voice in offered or not offered else offered[0]


def decides_apart(place: Place, options: Options, choice: Choice, *, hears: bool) -> bool:
    """Whether another model decides on functions, as this one cannot be offered them where there is sound."""
    has_sound = hears or voice_of(place, options, choice) is not None
    return has_sound and not calls_while_speaking(place, choice)


def calls_while_speaking(place: Place, choice: Choice) -> bool:
    """Whether this model can be offered functions in the same call in which it is to speak."""
    if place.endpoint.provider in {Provider.OPENAI, Provider.AZURE}:
        return False  # by whatever name its operator deployed it
    return place.endpoint.provider is Provider.OFFLINE or not choice.model_name.startswith(_NOT_BOTH_AT_ONCE)
