"""From a kept turn to the attempts at having it answered: who is asked, what is sent, what may be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from audiokit.catalog.models import Role, Tier
from audiokit.converse.answer import Summing
from audiokit.converse.answering_at import decides_apart, voice_of, who_answers
from audiokit.converse.asking import Attempt
from audiokit.converse.conversation import Conversation, KeptTurn
from audiokit.converse.history import as_turns, carried
from audiokit.converse.instructions import DECIDING, instructions_for
from audiokit.converse.outlook import compacted, goes_along
from audiokit.errors import NotConfigured
from audiokit.speech.in_turn import Answer, answer_in_turn
from audiokit.speech.place import Place
from audiokit.speech.requests import MAX_SOUND_BYTES, Caller, Converse, Heard, PersonTurn, Transcribe

__all__ = ["Sending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One turn on its way. ``listen`` prepares a recording for a model, anew at each call; ``now`` is the moment."""

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
        options, hears = self.conversation.heading.options, self.turn.clip_digest is not None
        choice = who_answers(place, options, hears=hears)
        said = PersonTurn(
            words=self.turn.typed if hears else self.turn.words, sound=self.listen(self.turn) if hears else None
        )

        room_bytes = MAX_SOUND_BYTES - (len(said.sound.data) if said.sound else 0)

        def ask(by_id: bool) -> Converse:  # noqa: FBT001 - one question, answered yes or no
            ways = goes_along(place, choice, self.conversation, self.turn, now=self.now(), by_id=by_id)
            return Converse(
                model=choice.model_name,
                turns=(*as_turns(ways, self.listen, room_bytes=room_bytes), said),
                instructions=instructions_for(self.conversation.heading),
                voice=voice_of(place, options, choice),
            )

        decide = self._deciding(place) if decides_apart(place, options, choice, hears=hears) else None
        return Attempt(endpoint=place.endpoint, speech=place.speech_for(self.caller), ask=ask, decide=decide)

    def _deciding(self, place: Place) -> Callable[[str], Converse]:
        in_words = compacted(self.conversation)

        def decide(said: str) -> Converse:
            model = place.choose(Role.WRITE, Tier.MINI).model_name
            ways = carried(in_words, endpoint=place.endpoint.base_url, now=self.now(), listens=False)
            turns = (*as_turns(ways, self.listen), PersonTurn(words=said))
            return Converse(model=model, turns=turns, instructions=DECIDING)

        return decide
