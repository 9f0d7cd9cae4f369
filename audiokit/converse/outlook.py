"""What sending the next turn would mean: who answers, what goes along, what it costs, what compacting would save."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from audiokit.catalog.models import Modality, Role, Tier
from audiokit.catalog.prices import Price, audio_in_tokens, text_tokens
from audiokit.catalog.roles import Choice
from audiokit.converse.conversation import AnswerWith, Conversation, KeptTurn, Memory, Speaker
from audiokit.converse.history import Carried, Way, carried, sent_s
from audiokit.converse.instructions import instructions_for
from audiokit.converse.place import Place
from audiokit.converse.quote import Expected, Quote, quote
from audiokit.errors import NotConfigured

__all__ = ["Outlook", "compacted", "goes_along", "outlook"]

_ANSWER_TOKENS = 4_096
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


def outlook(place: Place, conversation: Conversation, new: KeptTurn | None, *, now: datetime) -> Outlook:
    """Return the outlook at one place on ``new``, or on a few typed words where there is nothing yet."""
    options = conversation.heading.options
    hears = new is not None and new.clip_digest is not None
    choice = place.answering(options, hears=hears)
    ways = goes_along(place, choice, conversation, new, now=now)
    expected = _expected(conversation, new)
    price, words_price = place.price_of(choice), _words_price(place)
    is_sound = any(one.way in {Way.ID, Way.CLIP} for one in ways)
    less = goes_along(place, choice, compacted(conversation), new, now=now) if is_sound else ()
    return Outlook(
        choice=choice,
        carried=ways,
        quote=quote(expected, ways, price=price, words_price=words_price),
        compact=quote(expected, less, price=price, words_price=words_price) if is_sound else None,
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
    )


def compacted(conversation: Conversation) -> Conversation:
    """Return the conversation as it would be with its words kept and its old sound dropped."""
    options = replace(conversation.heading.options, memory=Memory.WORDS)
    return replace(conversation, heading=replace(conversation.heading, options=options))


def _expected(conversation: Conversation, new: KeptTurn | None) -> Expected:
    replies = [t.duration_s for t in conversation.answered if t.speaker is Speaker.MODEL and t.duration_s]
    return Expected(
        recording_s=sent_s(new) if new else 0.0,
        words=(new.typed if new.clip_digest else new.words) or "" if new else "",
        instructions=instructions_for(conversation.heading),
        earlier_replies_s=tuple(replies),
        answers_aloud=conversation.heading.options.answer_with is AnswerWith.SOUND,
    )


def _words_price(place: Place) -> Price | None:
    try:
        return place.price_of(place.choose(Role.TRANSCRIBE, Tier.FULL))
    except NotConfigured:
        return None
