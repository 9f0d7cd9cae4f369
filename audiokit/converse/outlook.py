"""What sending the next turn would mean: who answers, what goes along, what it costs, what compacting would save."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from audiokit.catalog.models import Modality, Role, Tier
from audiokit.catalog.prices import Price, Usage, audio_in_tokens, cost, text_tokens
from audiokit.catalog.roles import Choice
from audiokit.converse.answering_at import decides_apart, who_answers
from audiokit.converse.conversation import AnswerWith, Conversation, KeptTurn, Memory, Speaker
from audiokit.converse.history import BYTES_PER_S, Carried, Way, carried, sent_s, tokens
from audiokit.converse.instructions import DECIDING, instructions_for
from audiokit.converse.quote import Expected, Quote, quote
from audiokit.errors import NotConfigured
from audiokit.speech.place import Place
from audiokit.speech.requests import MAX_SOUND_BYTES, Spared, Tool

__all__ = ["Outlook", "compacted", "goes_along", "outlook", "spared"]

_ANSWER_TOKENS = 4_096
_DECISION_TOKENS = 20
_WORDS_TOKENS_PER_S = 4
_NEVER = datetime.max.replace(tzinfo=UTC)  # words do not expire
_MARGIN_TOKENS = 2_000  # estimates of text are rough


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The next turn before it is sent. ``compact`` is its price once old sound is dropped; None: there is none."""

    choice: Choice
    carried: tuple[Carried, ...]
    quote: Quote
    compact: Quote | None

    @property
    def saving_nanousd(self) -> int | None:
        """What compacting would save on this turn, and about as much on each one after it; None if not known."""
        if self.compact is None or self.quote.history_nanousd is None or self.compact.history_nanousd is None:
            return None
        return self.quote.history_nanousd - self.compact.history_nanousd


def outlook(
    place: Place, conversation: Conversation, new: KeptTurn | None, *, now: datetime, tools: tuple[Tool, ...] = ()
) -> Outlook:
    """Return the outlook at one place on ``new``, or on a few typed words where there is nothing yet.

    ``tools`` are offered along with it.
    """
    options = conversation.heading.options
    hears = new is not None and new.clip_digest is not None
    choice = who_answers(place, options, hears=hears)
    ways = goes_along(place, choice, conversation, new, now=now)
    expected = _expected(conversation, new)
    price, words_price = place.price_of(choice), _words_price(place)
    offering = _offering(place, choice, conversation, new, tools) if tools else 0
    is_sound = any(one.way in {Way.ID, Way.CLIP} for one in ways)
    less = goes_along(place, choice, compacted(conversation), new, now=now) if is_sound else ways
    saves = tokens(less) != tokens(ways)  # a recording without known words goes along either way
    return Outlook(
        choice=choice,
        carried=ways,
        quote=replace(quote(expected, ways, price=price, words_price=words_price), tools_nanousd=offering),
        compact=replace(quote(expected, less, price=price, words_price=words_price), tools_nanousd=offering)
        if saves
        else None,
    )


def goes_along(
    place: Place,
    choice: Choice,
    conversation: Conversation,
    new: KeptTurn | None,
    *,
    now: datetime,
    by_id: bool = True,
) -> tuple[Carried, ...]:
    """Return what goes along with ``new`` to the chosen model, within its context."""
    context = choice.model.max_context_tokens
    taken = text_tokens(instructions_for(conversation.heading)) + _ANSWER_TOKENS + _MARGIN_TOKENS
    if new is not None:
        taken += audio_in_tokens(sent_s(new)) + text_tokens(new.said)
    return carried(
        conversation,
        endpoint=place.endpoint.base_url,
        now=now,
        listens=Modality.AUDIO in choice.model.input_modalities,
        by_id=by_id,
        room_tokens=None if context is None else max(0, context - taken),
        room_s=MAX_SOUND_BYTES / BYTES_PER_S - (sent_s(new) if new and new.clip_digest else 0.0),
    )


def spared(
    place: Place, choice: Choice, conversation: Conversation, new: KeptTurn | None, *, now: datetime
) -> Spared | None:
    """Return what a compacted conversation spares the next turn, beside one of the usual memory; None: it is not one.

    What a provider has forgotten meanwhile would go along in words anyway, and spares nothing.
    """
    heading = conversation.heading
    is_compacted = heading.digest or any(turn.in_words for turn in conversation.answered)
    if not is_compacted and heading.options.memory is not Memory.WORDS:
        return None
    whole = _not_compacted(conversation)
    sound, text = tokens(goes_along(place, choice, conversation, new, now=now))
    whole_sound, whole_text = tokens(goes_along(place, choice, whole, new, now=now))
    more_text = text_tokens(instructions_for(whole.heading)) - text_tokens(instructions_for(heading))
    return Spared(audio_tokens=whole_sound - sound, text_tokens=whole_text - text + more_text)


def _not_compacted(conversation: Conversation) -> Conversation:
    heading = conversation.heading
    options = heading.options
    if options.memory is Memory.WORDS:
        options = replace(options, memory=Memory.BALANCED)
    turns = tuple(replace(turn, in_words=False) for turn in conversation.turns)
    heading = replace(heading, options=options, digest=None, digest_until=None)
    return replace(conversation, heading=heading, turns=turns)


def compacted(conversation: Conversation) -> Conversation:
    """Return the conversation as it would be with its words kept and its old sound dropped."""
    options = replace(conversation.heading.options, memory=Memory.WORDS)
    return replace(conversation, heading=replace(conversation.heading, options=options))


def _expected(conversation: Conversation, new: KeptTurn | None) -> Expected:
    replies = [t.duration_s for t in conversation.answered if t.speaker is Speaker.MODEL and t.duration_s]
    is_heard = new is not None and new.clip_digest is not None
    is_measured = new is not None and new.duration_s is not None
    recording_s = (sent_s(new) if is_measured else None) if new and is_heard else 0.0
    return Expected(
        recording_s=recording_s,
        is_written_down=bool(new and new.words),
        words=(new.typed if new.clip_digest else new.words) or "" if new else "",
        instructions=instructions_for(conversation.heading),
        earlier_replies_s=tuple(replies),
        answers_aloud=conversation.heading.options.answer_with is AnswerWith.SOUND,
    )


def _offering(
    place: Place, choice: Choice, conversation: Conversation, new: KeptTurn | None, tools: tuple[Tool, ...]
) -> int | None:
    """Price what functions cost even if none is called: they are described, perhaps to a model of their own."""
    described = sum(text_tokens(f"{tool.name} {tool.description} {json.dumps(tool.parameters)}") for tool in tools)
    hears = new is not None and new.clip_digest is not None
    if not decides_apart(place, conversation.heading.options, choice, hears=hears):
        return _text_cost(place.price_of(choice), described, 0)
    try:
        decider = place.choose(Role.WRITE, Tier.MINI)
    except NotConfigured:
        return 0  # then no tools are used
    _, told = tokens(carried(compacted(conversation), endpoint=place.endpoint.base_url, now=_NEVER, listens=False))
    said = text_tokens(new.said) if new else 0
    if new and hears and not new.words:
        said += round(sent_s(new) * _WORDS_TOKENS_PER_S)
    return _text_cost(place.price_of(decider), described + text_tokens(DECIDING) + told + said, _DECISION_TOKENS)


def _text_cost(price: Price | None, tokens_in: int, tokens_out: int) -> int | None:
    usage = Usage(
        text_in_tokens=tokens_in,
        text_out_tokens=tokens_out,
        audio_in_tokens=0,
        audio_out_tokens=0,
        cached_in_tokens=0,
    )
    return None if price is None else cost(price, usage)


def _words_price(place: Place) -> Price | None:
    try:
        return place.price_of(place.choose(Role.TRANSCRIBE, Tier.FULL))
    except NotConfigured:
        return None
