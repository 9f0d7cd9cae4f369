"""Record, send, be answered: what the Record & Converse page asks for, one call each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain

from audiokit.audio.door import Admitted, Door
from audiokit.audio.intake import Order
from audiokit.audio.measuring.levels import levels_of
from audiokit.audio.measuring.room import Room
from audiokit.audio.reading.sniff import sniff
from audiokit.catalog.models import Role, Tier
from audiokit.catalog.offers import Offer
from audiokit.converse.answer import Answering, Job
from audiokit.converse.answering_at import calls_while_speaking
from audiokit.converse.conversation import POINTS, Conversation, Heading, KeptTurn, Memory, Options, Speaker, State
from audiokit.converse.conversations import Conversations
from audiokit.converse.export.archive import exported
from audiokit.converse.export.zipped import Exported
from audiokit.converse.outlook import Outlook, outlook
from audiokit.converse.rooms import Rooms
from audiokit.converse.sending import Sending
from audiokit.converse.take import heard_of, order_for, refuse_unsendable
from audiokit.converse.tools.registry import Toolbox
from audiokit.errors import InputError, NotAllowed, NotFound
from audiokit.speech.growing import Growing
from audiokit.speech.place import Place, places_for
from audiokit.speech.requests import Caller, Heard
from audiokit.store.clips import Clips
from audiokit.usage.ledger import Ledger

__all__ = ["PAGE", "ConverseService"]

PAGE = "record_and_converse"
_UNKNOWN_MEDIA_TYPE = "application/octet-stream"
_MAX_TITLE = 120
_INTERRUPTED = "The app stopped while this was being answered. It may have been billed. Send it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverseService:
    """Conversations by voice. Built once, shared by all visitors; every call names the person.

    ``door`` is where recordings come in; ``places`` are where a turn can be answered, in the order in which they are
    asked; ``toolbox_for`` gives the functions that a model may call for a person in a time zone. A turn that no one
    here is answering for ``interrupted_after_s`` was lost.
    """

    conversations: Conversations
    clips: Clips
    door: Door
    rooms: Rooms
    ledger: Ledger
    places: tuple[Place, ...]
    answering: Answering
    toolbox_for: Callable[[str, str | None], Toolbox]
    interrupted_after_s: float = 10.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def headings(self, person_id: str) -> tuple[Heading, ...]:
        """Return the person's conversations, the latest first."""
        return self.conversations.headings(person_id)

    def find(self, person_id: str, words: str) -> tuple[Heading, ...]:
        """Return the person's conversations in which ``words`` occur, the latest first."""
        return self.conversations.find(person_id, words)

    def start(self, person_id: str, options: Options) -> Heading:
        """Begin an empty conversation."""
        return self.conversations.start(person_id, options)

    def open(self, person_id: str, conversation_id: str) -> Conversation:
        """Return a conversation; what was being answered when the app stopped can be sent again."""
        conversation = self.conversations.open(person_id, conversation_id)
        lost = [turn for turn in conversation.turns if self._was_interrupted(turn)]
        if not lost:
            return conversation
        self.conversations.give_up(conversation_id, tuple(turn.id for turn in lost), _INTERRUPTED)
        return self.conversations.open(person_id, conversation_id)

    def heading(self, person_id: str, conversation_id: str) -> Heading:
        """Return a conversation without its turns; NotFound where it is not there any more."""
        return self.conversations.heading(person_id, conversation_id)

    def has_moved_on(self, person_id: str, conversation_id: str, turn_id: str, *, n_calls: int) -> bool:
        """Return whether a reply that was being given is there, is lost, or has called more than it had."""
        try:
            now = self.conversations.turn(person_id, conversation_id, turn_id)
        except NotFound:
            return True
        return now.state is not State.SENDING or len(now.calls) != n_calls or self._was_interrupted(now)

    def change(self, person_id: str, conversation_id: str, **options: object) -> None:
        """Change any of the :class:`Options` of a conversation, from the next turn on."""
        self.conversations.change(person_id, conversation_id, **options)

    def rename(self, person_id: str, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one is no title, and changes nothing."""
        if title.strip():
            self.conversations.change(person_id, conversation_id, title=" ".join(title.split())[:_MAX_TITLE])

    def branch(self, person_id: str, conversation_id: str, turn_id: str) -> str:
        """Begin another conversation that shares everything up to a turn, and return its id.

        From a reply it goes on behind it; from what the person said, that waits to be sent again.
        """
        conversation = self.open(person_id, conversation_id)
        turn = conversation.turn(turn_id)
        kept = [one for one in conversation.answered if one.position <= turn.position]
        heading = _as_of(conversation.heading, kept, but=turn)
        if turn.speaker is Speaker.PERSON and turn.state in {State.ANSWERED, State.FAILED}:
            again = replace(turn, state=State.RECORDED, failure=None)
            kept = [one for one in kept if one.id != turn_id] + [again]
        return self.conversations.branch(heading, tuple(kept))

    def compact(self, person_id: str, conversation_id: str) -> None:
        """Keep the words and drop the sound from what goes along, now and later; every turn can still be heard here."""
        conversation = self.open(person_id, conversation_id)
        self.conversations.change_turns({turn.id: {"in_words": True} for turn in conversation.answered})
        self.conversations.change(person_id, conversation_id, memory=Memory.WORDS)

    def look(self, options: Options, data: bytes, *, whose: str = "") -> Admitted:
        """Return all that is known of a recording, and what will be sent of it. Nothing is kept.

        ``whose`` is the person's id, so that no one keeps the others waiting.

        Raises:
            InputError: it is not sound, or too much of it.
        """
        return self.door.look(data, self._order(whose, options), whose=whose)

    def keep_take(self, person_id: str, conversation_id: str, data: bytes, known: Admitted | None = None) -> KeptTurn:
        """Keep a recording, whatever is in it, before anything else is done with it; it is not sent yet.

        A take that cannot be used is kept as unusable, with the sentence that says why. ``known`` is what a look at it
        found, if there was one.
        """
        options = self.conversations.heading(person_id, conversation_id).options
        container = sniff(data)
        media_type = container.media_type if container else _UNKNOWN_MEDIA_TYPE
        with self.clips.keeping(person_id, data, media_type, "take") as digest:
            turn_id = self.conversations.add_turn(
                conversation_id, Speaker.PERSON, State.RECORDED, clip_digest=digest, clip_media_type=media_type
            )
        try:
            known = known or self.look(options, data, whose=person_id)
        except InputError as error:
            self.conversations.change_turns({turn_id: {"state": State.UNUSABLE, "failure": str(error)}})
        else:
            self.clips.draw(person_id, digest, known.waveform.to_bytes())
            judged = _judged(known, self.rooms.of(person_id))
            shape = {} if self.clips.keeps_sound(person_id) else {"peaks": None, "levels": None}
            self.conversations.change_turns({turn_id: judged | shape})
        return self.conversations.turn(person_id, conversation_id, turn_id)

    def keep_words(self, person_id: str, conversation_id: str, words: str) -> KeptTurn:
        """Keep what was typed; it is not sent yet.

        Raises:
            InputError: there are no words in it.
        """
        if not words.strip():
            raise InputError("There is nothing to send yet. Type something first.")
        self.conversations.heading(person_id, conversation_id)
        turn_id = self.conversations.add_turn(conversation_id, Speaker.PERSON, State.RECORDED, words=words.strip())
        return self.conversations.turn(person_id, conversation_id, turn_id)

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

    def type_beside(self, person_id: str, conversation_id: str, turn_id: str, words: str) -> None:
        """Keep words that go along with a recording which was not sent yet.

        Raises:
            NotAllowed: it has been sent.
        """
        self.open(person_id, conversation_id).turn(turn_id)
        if not self.conversations.type_beside(conversation_id, turn_id, words.strip() or None):
            raise NotAllowed("This turn has been sent already. Say it in the next one.")

    def offers(self) -> tuple[Offer, ...]:
        """Return the models that a person may insist on, and what became of those that are gone."""
        return self.places[0].offers(Role.CONVERSE)

    def calls_while_speaking(self) -> bool:
        """Whether tools cost no second call, and no waiting, with the model that answers by default."""
        place = self.places[0]
        return calls_while_speaking(place, place.choose(Role.CONVERSE, Tier.FULL))

    def outlook(self, conversation: Conversation, new: KeptTurn | None = None) -> Outlook:
        """Return what sending ``new`` would mean, or a few typed words where there is nothing yet."""
        heading = conversation.heading
        tools = self.toolbox_for(heading.person_id, None).tools if heading.options.calls_tools else ()
        place = self.places[0].for_person(heading.person_id)
        return outlook(place, conversation, new, now=self.now(), tools=tools)

    def send(self, person_id: str, conversation_id: str, turn_id: str, *, home: str | None = None) -> str:
        """Send a kept turn and return the id of the reply, which grows until it is answered.

        ``home`` is the person's time zone by its IANA name, for who asks what time it is; None is this machine's.

        Raises:
            InputError: the recording cannot be sent; the sentence says what to do.
            NotAllowed: it has been sent already, or this person may not have models called.
        """
        self.places[0].permit(person_id)
        conversation = self.conversations.open(person_id, conversation_id)
        turn, options = conversation.turn(turn_id), conversation.heading.options
        order, prepared = self._order(person_id, options), dict[str, Heard]()

        def listen(one: KeptTurn) -> Heard:
            """Prepare a recording once for all who are to hear it."""
            if one.id not in prepared:
                prepared[one.id] = self._heard(person_id, one, order)
            return prepared[one.id]

        caller = Caller(person_id=person_id, page=PAGE, conversation_id=conversation_id, turn_id=turn_id)
        sending = Sending(
            places=places_for(self.places, person_id),
            conversation=conversation,
            turn=turn,
            caller=caller,
            listen=listen,
            now=self.now,
        )
        attempts = sending.attempts()
        first = next(attempts)  # what is wrong with the turn itself is told before anything is sent
        needs_words = turn.clip_digest is not None and not turn.words
        sound = listen(turn) if needs_words else None
        reply_id = self.conversations.claim(conversation_id, turn_id)
        if reply_id is None:
            raise NotAllowed(self._why_not(person_id, conversation_id, turn_id))
        self.answering.start(
            Job(
                person_id=person_id,
                conversation_id=conversation_id,
                said_id=turn_id,
                reply_id=reply_id,
                typed=turn.said or None,
                is_titled=bool(conversation.heading.title),
                notes=turn.notes,
                attempts=chain((first,), attempts),
                write_down=partial(sending.write_down, sound) if sound else None,
                toolbox=self.toolbox_for(person_id, home) if options.calls_tools else None,
                summing=sending.summing,
            )
        )
        return reply_id

    def growing(self, reply_id: str) -> Growing | None:
        """Return a reply that is being spoken."""
        return self.answering.growing(reply_id)

    def exported(self, person_id: str, conversation_id: str) -> Exported:
        """Return a conversation as what can be written as one archive."""
        conversation = self.open(person_id, conversation_id)
        return exported(
            conversation,
            costs=self.costs(person_id, conversation_id),
            read=lambda digest: self.clips.read(person_id, digest),
        )

    def costs(self, person_id: str, conversation_id: str) -> dict[str, int | None]:
        """Return what each turn of the person's has cost by its id; None where a part of it is unknown."""
        spent: dict[str, int | None] = {}
        for entry in self.ledger.of_conversation(conversation_id):
            if entry.turn_id is not None and entry.person_id == person_id:
                so_far, cost = spent.get(entry.turn_id, 0), entry.cost_nanousd
                spent[entry.turn_id] = None if so_far is None or cost is None else so_far + cost
        return spent

    def close(self) -> None:
        """Wait for what is being answered."""
        self.answering.close()

    def _order(self, person_id: str, options: Options) -> Order:
        place = self.places[0].for_person(person_id)
        return order_for(place.choose(Role.CONVERSE, options.tier, options.model).model)

    def _heard(self, person_id: str, turn: KeptTurn, order: Order) -> Heard:
        """Prepare a kept recording anew for the model that is to hear it: only the original is ever kept."""
        admitted = self.door.admit(self.clips.read(person_id, turn.clip_digest or ""), order, whose=person_id)
        refuse_unsendable(admitted.received, room=self.rooms.of(person_id))
        return heard_of(admitted)

    def _why_not(self, person_id: str, conversation_id: str, turn_id: str) -> str:
        if self.conversations.open(person_id, conversation_id).turn(turn_id).state in {State.RECORDED, State.FAILED}:
            return "Another turn is being answered just now. Wait for its answer, then send this one."
        return "This turn has been sent already."

    def _was_interrupted(self, turn: KeptTurn) -> bool:
        if turn.state is not State.SENDING or turn.speaker is Speaker.PERSON:
            return False
        growing, age = self.answering.growing(turn.id), self.now() - turn.created_at
        is_here = growing is not None and not growing.ended
        is_old = age > timedelta(seconds=self.interrupted_after_s)
        return is_old and not is_here and not self.answering.is_elsewhere(turn.id)

    def _forget_clips(self, person_id: str, turns: tuple[KeptTurn, ...]) -> None:
        for digest in {turn.clip_digest for turn in turns if turn.clip_digest}:
            self.clips.forget(person_id, digest)


def _as_of(heading: Heading, kept: list[KeptTurn], *, but: KeptTurn) -> Heading:
    """Return the heading of a branch: a summary of what came later would stand for turns that are not in it."""
    until = heading.digest_until
    last = max((one.position for one in kept if one.id != but.id or but.speaker is Speaker.MODEL), default=-1)
    return heading if until is None or until <= last else replace(heading, digest=None, digest_until=None)


def _judged(known: Admitted, room: Room | None) -> dict[str, object]:
    """Return what a turn keeps of what is known: length, shape, what will be done to it, or why it cannot be used."""
    received = known.received
    values = {
        "duration_s": received.measures.duration_s,
        "peaks": known.waveform.points(n=POINTS),
        "sent_s": received.changes.duration_s,
        "changes": received.changes.sentences,
        "notes": received.advice,
        "levels": levels_of(received.measures),
    }
    try:
        refuse_unsendable(received, room=room)
    except InputError as error:
        return values | {"state": State.UNUSABLE, "failure": str(error)}
    return values
