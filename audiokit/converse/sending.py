"""From a kept turn to the attempts at having it answered: who is asked, what is sent, what may be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from audiokit.catalog.models import Role, Tier
from audiokit.converse.answer import Summing
from audiokit.converse.answering_at import decides_apart, lesser, voice_of, who_answers
from audiokit.converse.asking import Attempt
from audiokit.converse.conversation import AnswerWith, Conversation, KeptTurn, Options
from audiokit.converse.history import as_turns, carried
from audiokit.converse.instructions import DECIDING, instructions_for
from audiokit.converse.outlook import compacted, goes_along, spared
from audiokit.errors import ModelRetired, NotConfigured
from audiokit.speech.in_turn import Answer, answer_in_turn
from audiokit.speech.place import Place
from audiokit.speech.purser import Way
from audiokit.speech.requests import MAX_SOUND_BYTES, Caller, Converse, Heard, PersonTurn, Transcribe

__all__ = ["Sending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One turn on its way.

    ``places`` are the person's. ``listen`` prepares a recording for a model, anew at each call; ``now`` is the moment.
    """

    places: tuple[Place, ...]
    conversation: Conversation
    turn: KeptTurn
    caller: Caller
    listen: Callable[[KeptTurn], Heard]
    now: Callable[[], datetime]

    def attempts(self) -> Iterator[Attempt]:
        """Yield a way to ask at each place, the preferred one first; one that has no model for it is passed over."""
        for index, place in enumerate(self.places):
            try:
                yield self._attempt(place)
            except NotConfigured:
                if index == 0:
                    raise

    def write_down(self, sound: Heard) -> Answer:
        """Have what is said in a recording written down, by the first who can.

        Raises:
            ProviderError: nobody could.
        """

        def request(model: str) -> Transcribe:
            return Transcribe(model=model, sound=sound)

        return answer_in_turn(self.places, self.caller, Role.TRANSCRIBE, Tier.FULL, request)

    def summing(self) -> Summing | None:
        """Return who sums up what has become too long, if there is anybody."""
        place = self.places[0]
        try:
            return Summing(place.speech_for(self.caller), place.choose(Role.WRITE, Tier.MINI).model_name)
        except NotConfigured:
            return None

    def _attempt(self, place: Place) -> Attempt:
        """Return the way to ask at a place: as was wished, or the next lesser way that the budgets reach for."""
        hears = self.turn.clip_digest is not None
        said = PersonTurn(
            words=self.turn.typed if hears else self.turn.words, sound=self.listen(self.turn) if hears else None
        )

        @cache  # what was made to know its price is what is sent
        def request(options: Options, *, by_id: bool) -> Converse:
            return self._request(place, options, said, by_id=by_id)

        options, note = self._affordable(place, lambda options: request(options, by_id=True), hears=hears)
        choice = who_answers(place, options, hears=hears)

        def ask(by_id: bool) -> Converse:  # noqa: FBT001 - one question, answered yes or no
            return request(options, by_id=by_id)

        decide = self._deciding(place) if decides_apart(place, options, choice, hears=hears) else None
        return Attempt(endpoint=place.endpoint, speech=place.speech_for(self.caller), ask=ask, decide=decide, note=note)

    def _affordable(
        self, place: Place, request: Callable[[Options], Converse], *, hears: bool
    ) -> tuple[Options, str | None]:
        """Return the options that the budgets reach for, and why these are less than was wished."""
        wished = self.conversation.heading.options
        if place.purser.is_unlimited:
            return wished, None
        ways = list[Way[Options]]()
        for options in lesser(wished):
            try:
                model = who_answers(place, options, hears=hears).model_name
            except (NotConfigured, ModelRetired):
                if not ways:
                    raise
                continue
            in_words = " in words" if options.answer_with is AnswerWith.WORDS else ""
            ways.append(
                Way(
                    offer=options,
                    model=model,
                    estimate=partial(_estimated, place, self.caller, request, options),
                    sentence=f"{model} answered{in_words}",
                )
            )
        return place.purser.choose(self.caller, ways)

    def _request(self, place: Place, options: Options, said: PersonTurn, *, by_id: bool) -> Converse:
        choice = who_answers(place, options, hears=said.sound is not None)
        room_bytes = MAX_SOUND_BYTES - (len(said.sound.data) if said.sound else 0)
        ways = goes_along(place, choice, self.conversation, self.turn, now=self.now(), by_id=by_id)
        return Converse(
            model=choice.model_name,
            turns=(*as_turns(ways, self.listen, room_bytes=room_bytes), said),
            instructions=instructions_for(self.conversation.heading),
            voice=voice_of(place, options, choice),
            spared=spared(place, choice, self.conversation, self.turn, now=self.now()) if by_id else None,
        )

    def _deciding(self, place: Place) -> Callable[[str], Converse]:
        in_words = compacted(self.conversation)

        def decide(said: str) -> Converse:
            model = place.choose(Role.WRITE, Tier.MINI).model_name
            ways = carried(in_words, endpoint=place.endpoint.base_url, now=self.now(), listens=False)
            turns = (*as_turns(ways, self.listen), PersonTurn(words=said))
            return Converse(model=model, turns=turns, instructions=DECIDING)

        return decide


def _estimated(place: Place, caller: Caller, request: Callable[[Options], Converse], options: Options) -> int | None:
    return place.estimate(caller, request(options))
