"""Record, send, be answered: what the Record & Converse page asks for, one call each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audiokit.audio.door import Admitted, Door
from audiokit.audio.intake import Order
from audiokit.audio.reading.sniff import sniff
from audiokit.catalog.models import Role, Tier
from audiokit.catalog.prices import Price
from audiokit.catalog.roles import Choice
from audiokit.converse.answer import Answering, Job
from audiokit.converse.conversation import POINTS, Conversation, Conversations, Heading, KeptTurn, Speaker, State
from audiokit.converse.history import before
from audiokit.converse.quote import Quote, quote
from audiokit.converse.take import heard_of, order_for, refuse_unsendable
from audiokit.errors import InputError, NotAllowed
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.growing import Growing
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller, Converse, Heard, InputFormat, PersonTurn, Transcribe, Turn
from audiokit.store.clips import Clips
from audiokit.usage.ledger import Ledger

__all__ = ["INSTRUCTIONS", "PAGE", "ConverseService"]

PAGE = "record_and_converse"
INSTRUCTIONS = (
    "You are a friendly voice assistant. Answer in the language you are spoken to, briefly, in plain sentences that "
    "are pleasant to listen to: no lists, no markup. Recordings are what a person says to you in this conversation."
)
_UNKNOWN_MEDIA_TYPE = "application/octet-stream"
_INTERRUPTED = "The app stopped while this was being answered. It may have been billed. Send it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverseService:
    """Conversations by voice. Built once, shared by all visitors; every call names the person.

    ``door`` is where recordings come in, ``choose`` says which model lives today for a role and tier, ``price_of`` what
    it costs, and ``speech_for`` gives the speech stack on behalf of a caller. A turn that no one here is answering for
    ``interrupted_after_s`` was lost.
    """

    conversations: Conversations
    clips: Clips
    door: Door
    ledger: Ledger
    endpoint: Endpoint
    answering: Answering
    choose: Callable[[Role, Tier], Choice]
    price_of: Callable[[Choice], Price | None]
    speech_for: Callable[[Caller], Speech]
    interrupted_after_s: float = 10.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def headings(self, person_id: str) -> tuple[Heading, ...]:
        """Return the person's conversations, the latest first."""
        return self.conversations.headings(person_id)

    def start(self, person_id: str, *, voice: str, tier: Tier) -> Heading:
        """Begin an empty conversation."""
        return self.conversations.start(person_id, voice=voice, tier=tier)

    def open(self, person_id: str, conversation_id: str) -> Conversation:
        """Return a conversation; what was being answered when the app stopped can be sent again."""
        conversation = self.conversations.open(person_id, conversation_id)
        lost = [turn for turn in conversation.turns if self._was_interrupted(turn)]
        if not lost:
            return conversation
        self.conversations.give_up(conversation_id, tuple(turn.id for turn in lost), _INTERRUPTED)
        return self.conversations.open(person_id, conversation_id)

    def speak_as(self, person_id: str, conversation_id: str, *, voice: str, tier: Tier) -> None:
        """Change the voice and the tier of a conversation from the next turn on."""
        self.conversations.change(person_id, conversation_id, voice=voice, tier=tier.value)

    def look(self, tier: Tier, data: bytes) -> Admitted:
        """Return all that is known of a recording, and what will be sent of it. Nothing is kept.

        Raises:
            InputError: it is not sound, or too much of it.
        """
        return self.door.look(data, self._order(tier))

    def keep_take(self, person_id: str, conversation_id: str, data: bytes, known: Admitted | None = None) -> KeptTurn:
        """Keep a recording, whatever is in it, before anything else is done with it; it is not sent yet.

        A take that cannot be used is kept as unusable, with the sentence that says why. ``known`` is what a look at it
        found, if there was one.
        """
        tier = self.conversations.open(person_id, conversation_id).heading.tier
        container = sniff(data)
        media_type = container.media_type if container else _UNKNOWN_MEDIA_TYPE
        digest = self.clips.keep(person_id, data, media_type, "take")
        turn_id = self.conversations.add_turn(
            conversation_id, Speaker.PERSON, State.RECORDED, clip_digest=digest, clip_media_type=media_type
        )
        try:
            known = known or self.look(tier, data)
        except InputError as error:
            self.conversations.change_turns({turn_id: {"state": State.UNUSABLE, "failure": str(error)}})
        else:
            self.clips.draw(person_id, digest, known.waveform.to_bytes())
            self.conversations.change_turns({turn_id: _judged(known)})
        return self.conversations.open(person_id, conversation_id).turn(turn_id)

    def keep_words(self, person_id: str, conversation_id: str, words: str) -> KeptTurn:
        """Keep what was typed; it is not sent yet.

        Raises:
            InputError: there are no words in it.
        """
        if not words.strip():
            raise InputError("There is nothing to send yet. Type something first.")
        self.conversations.open(person_id, conversation_id)
        turn_id = self.conversations.add_turn(conversation_id, Speaker.PERSON, State.RECORDED, words=words.strip())
        return self.conversations.open(person_id, conversation_id).turn(turn_id)

    def discard(self, person_id: str, conversation_id: str, turn_id: str) -> None:
        """Remove a turn that was not answered, and its recording with it."""
        turn = self.open(person_id, conversation_id).turn(turn_id)
        if not self.conversations.take_out(conversation_id, turn_id):
            raise NotAllowed("This turn has been sent. Remove the conversation instead.")
        self._forget_clips(person_id, (turn,))

    def remove(self, person_id: str, conversation_id: str) -> None:
        """Remove a conversation with all its recordings. What it cost stays in the ledger.

        Raises:
            NotAllowed: it is being answered just now.
        """
        conversation = self.open(person_id, conversation_id)
        if not self.conversations.remove(person_id, conversation_id):
            raise NotAllowed("This conversation is being answered just now. Wait for the answer, then remove it.")
        self._forget_clips(person_id, conversation.turns)

    def quote(self, tier: Tier, turns: tuple[KeptTurn, ...] = (), new: KeptTurn | None = None) -> Quote:
        """Price the next turn after ``turns``: ``new`` that is kept and not sent yet, or None for a few typed words."""
        earlier = [turn for turn in turns if turn.state is State.ANSWERED]
        return quote(
            price=self.price_of(self.choose(Role.CONVERSE, tier)),
            words_price=self.price_of(self.choose(Role.TRANSCRIBE, Tier.FULL)),
            new=PersonTurn(words=new.words) if new else None,
            new_s=_sent_s(new) if new else 0.0,
            history=zip(self._before(turns, listen=_unheard), (_sent_s(turn) for turn in earlier), strict=True),
            instructions=INSTRUCTIONS,
            earlier_replies_s=tuple(t.duration_s for t in earlier if t.speaker is Speaker.MODEL and t.duration_s),
        )

    def send(self, person_id: str, conversation_id: str, turn_id: str) -> str:
        """Send a kept turn and return the id of the reply, which grows until it is answered.

        Raises:
            InputError: the recording cannot be sent; the sentence says what to do.
            NotAllowed: it has been sent already.
        """
        conversation = self.conversations.open(person_id, conversation_id)
        turn = conversation.turn(turn_id)
        heading, choice = conversation.heading, self.choose(Role.CONVERSE, conversation.heading.tier)
        order = order_for(choice.model)
        offered = choice.model.voices_at(self.endpoint.provider)
        voice = heading.voice if heading.voice in offered or not offered else offered[0]
        sound = self._heard(person_id, turn, order) if turn.clip_digest else None
        said = PersonTurn(words=turn.words if sound is None else None, sound=sound)

        def request(*, by_id: bool) -> Converse:
            earlier = self._before(conversation.turns, listen=lambda t: self._heard(person_id, t, order), by_id=by_id)
            return Converse(model=choice.model_name, turns=(*earlier, said), instructions=INSTRUCTIONS, voice=voice)

        asked, asked_in_words = request(by_id=True), request(by_id=False)
        reply_id = self.conversations.claim(conversation_id, turn_id)
        if reply_id is None:
            raise NotAllowed("This turn has been sent already.")
        caller = Caller(person_id=person_id, page=PAGE, conversation_id=conversation_id, turn_id=turn_id)
        self.answering.start(
            Job(
                person_id=person_id,
                conversation_id=conversation_id,
                said_id=turn_id,
                reply_id=reply_id,
                typed=said.words,
                is_titled=bool(heading.title),
                notes=turn.notes,
                endpoint=self.endpoint.base_url,
                request=asked,
                in_words=asked_in_words,
                transcribe=None if turn.words else self._transcription(sound),
                speech=self.speech_for(caller),
            )
        )
        return reply_id

    def growing(self, reply_id: str) -> Growing | None:
        """Return a reply that is being spoken."""
        return self.answering.growing(reply_id)

    def costs(self, conversation_id: str) -> dict[str, int | None]:
        """Return what each turn of the person's has cost by its id; None where a part of it is unknown."""
        spent: dict[str, int | None] = {}
        for entry in self.ledger.of_conversation(conversation_id):
            if entry.turn_id is not None:
                so_far, cost = spent.get(entry.turn_id, 0), entry.cost_nanousd
                spent[entry.turn_id] = None if so_far is None or cost is None else so_far + cost
        return spent

    def close(self) -> None:
        """Wait for what is being answered."""
        self.answering.close()

    def _before(
        self,
        turns: tuple[KeptTurn, ...],
        *,
        listen: Callable[[KeptTurn], Heard],
        by_id: bool = True,
    ) -> tuple[Turn, ...]:
        address, now = self.endpoint.base_url, self.now()
        return before(turns, endpoint=address, now=now, listen=listen, by_id=by_id)

    def _order(self, tier: Tier) -> Order:
        return order_for(self.choose(Role.CONVERSE, tier).model)

    def _heard(self, person_id: str, turn: KeptTurn, order: Order) -> Heard:
        """Prepare a kept recording anew for the model that is to hear it: only the original is ever kept."""
        admitted = self.door.admit(self.clips.read(person_id, turn.clip_digest or ""), order)
        refuse_unsendable(admitted.received)
        return heard_of(admitted)

    def _transcription(self, sound: Heard | None) -> Transcribe | None:
        if sound is None:
            return None
        return Transcribe(model=self.choose(Role.TRANSCRIBE, Tier.FULL).model_name, sound=sound)

    def _was_interrupted(self, turn: KeptTurn) -> bool:
        if turn.state is not State.SENDING or turn.speaker is Speaker.PERSON:
            return False
        growing, age = self.answering.growing(turn.id), self.now() - turn.created_at
        return (growing is None or growing.ended) and age > timedelta(seconds=self.interrupted_after_s)

    def _forget_clips(self, person_id: str, turns: tuple[KeptTurn, ...]) -> None:
        for digest in {turn.clip_digest for turn in turns if turn.clip_digest}:
            if not self.conversations.uses_of(person_id, digest):
                self.clips.forget(person_id, digest)


def _judged(known: Admitted) -> dict[str, object]:
    """Return what a turn keeps of what is known: length, shape, what will be done to it, or why it cannot be used."""
    received = known.received
    values = {
        "duration_s": received.measures.duration_s,
        "peaks": known.waveform.points(n=POINTS),
        "sent_s": received.changes.duration_s,
        "changes": received.changes.sentences,
        "notes": received.advice,
    }
    try:
        refuse_unsendable(received)
    except InputError as error:
        return values | {"state": State.UNUSABLE, "failure": str(error)}
    return values


def _sent_s(turn: KeptTurn) -> float:
    """Return how many seconds of a turn are sent: of a recording, what is left once it is prepared."""
    return (turn.sent_s if turn.sent_s is not None else turn.duration_s) or 0.0


def _unheard(turn: KeptTurn) -> Heard:
    """Stand for a recording where only its length counts."""
    return Heard(data=b"", format=InputFormat.WAV, duration_s=_sent_s(turn))
