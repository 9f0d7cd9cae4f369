"""An old model and its successor side by side on a person's own last inputs; and one switch from one to the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from audiokit.audio.door import Door
from audiokit.catalog.models import Catalog
from audiokit.catalog.roles import Choice
from audiokit.converse.conversation import KeptTurn
from audiokit.converse.conversations import Conversations
from audiokit.converse.rooms import Rooms
from audiokit.converse.take import heard_of, order_for, refuse_unsendable
from audiokit.converse.trying import TRIED_ROLES, Input, last_inputs, request_for
from audiokit.errors import AudiokitError, InputError, NotAllowed
from audiokit.people.switches import EVERYBODY, Switches
from audiokit.speech.place import Place
from audiokit.speech.replies import Reply
from audiokit.speech.requests import Caller, Converse, Heard, Request
from audiokit.store.clips import Clips
from audiokit.store.ids import new_id
from audiokit.usage.ledger import Ledger

__all__ = ["PAGE", "Answered", "Proposal", "SideBySide", "Trials"]

PAGE: Final = "usage_and_cost"
_N_INPUTS: Final = 5
_CALLS_AT_ONCE: Final = 4
_CLIP_KIND: Final = "trial"
_MEDIA_TYPE: Final = "audio/wav"
_NO_HEIR: Final = "Nobody takes over from {model} that we know. Choose another model in the conversation's settings."
_NOT_TRIED: Final = (
    "{model} is talked with live, which cannot be put side by side like this. Start a live talk with its successor."
)
_NO_INPUTS: Final = "There is nothing of yours to try it on yet. Talk with the model first, then compare."
_FOR_ALL: Final = "Models are switched for everybody by whoever looks after audiokit here. You can switch for yourself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be tried, and what it may cost at most, in nano-USD; None where a price is not known.

    ``old`` is None where the old model cannot be asked any more; ``why_not`` says why.
    """

    old: Choice | None
    new: Choice
    inputs: tuple[Input, ...]
    old_nanousd: int | None
    new_nanousd: int | None
    why_not: str | None = None

    @property
    def total_nanousd(self) -> int | None:
        """What all of it may cost."""
        both = (self.old_nanousd, self.new_nanousd)
        return None if None in both else sum(part or 0 for part in both)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one model made of one input; ``clip_digest`` is its sound, ``trouble`` why there is nothing, or not all."""

    model: str
    words: str = ""
    clip_digest: str | None = None
    duration_s: float | None = None
    first_sound_ms: int | None = None
    total_ms: int | None = None
    cost_nanousd: int | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """What both made of one input; ``old`` is None where the old model cannot be asked any more."""

    input: Input
    old: Answered | None
    new: Answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Trials at the first place. ``may_decide`` says who may switch models for everybody."""

    place: Place
    catalog: Catalog
    conversations: Conversations
    clips: Clips
    door: Door
    rooms: Rooms
    ledger: Ledger
    switches: Switches
    may_decide: Callable[[str], bool]

    def propose(self, person_id: str, old_model: str) -> Proposal:
        """Return what a trial of a model against its successor would be, and cost; nothing is asked yet.

        Raises:
            NotAllowed: it has no successor, or is talked with live.
            InputError: the person has said nothing yet, or it cannot be sent.
        """
        known, new = self.catalog.find(old_model), self.place.heir_of(old_model)
        if known is None or new is None:
            raise NotAllowed(_NO_HEIR.format(model=old_model))
        if new.role not in TRIED_ROLES:
            raise NotAllowed(_NOT_TRIED.format(model=old_model))
        inputs = last_inputs(self.conversations, person_id, new.role, _N_INPUTS)
        if not inputs:
            raise InputError(_NO_INPUTS)
        old = self.place.choose(new.role, known.tier, old_model)
        why_not = None if old.model.id == known.id else old.why
        return Proposal(
            old=None if why_not else old,
            new=new,
            inputs=inputs,
            old_nanousd=0 if why_not else self._priced(person_id, old, inputs),
            new_nanousd=self._priced(person_id, new, inputs),
            why_not=why_not,
        )

    def run(self, person_id: str, proposal: Proposal) -> tuple[SideBySide, ...]:
        """Ask both models for each input, several at a time; what one of them fails at is told in its place.

        Sounds are kept as clips of the person's; :meth:`forget` lets go of them.
        """
        both = (proposal.old, proposal.new)
        with ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="trial") as pool:
            started = [
                (one, [pool.submit(self._asked, person_id, choice, one) for choice in both if choice])
                for one in proposal.inputs
            ]
            return tuple(
                SideBySide(input=one, old=answers[0].result() if len(answers) > 1 else None, new=answers[-1].result())
                for one, answers in started
            )

    def forget(self, person_id: str, results: tuple[SideBySide, ...]) -> None:
        """Let go of the sounds of a trial."""
        for answered in (side for one in results for side in (one.old, one.new)):
            if answered is not None and answered.clip_digest is not None:
                self.clips.forget(person_id, answered.clip_digest)

    def switch(self, person_id: str, old_model: str, new_model: str, *, for_everybody: bool = False) -> None:
        """Ask ``new_model`` wherever ``old_model`` would be asked, for this person or for everybody.

        Raises:
            NotAllowed: this person may not switch for everybody.
        """
        self.switches.set(self._owner(person_id, for_everybody=for_everybody), self._id(old_model), new_model)

    def switch_back(self, person_id: str, old_model: str, *, for_everybody: bool = False) -> None:
        """Take a switch back; errors as for :meth:`switch`.

        A person whose calls go elsewhere all the same, by what everybody here has switched to, stays with the old one.
        """
        owner, its_id = self._owner(person_id, for_everybody=for_everybody), self._id(old_model)
        self.switches.forget(owner, its_id)
        if owner != EVERYBODY and self.switched_to(owner, its_id) is not None:
            self.switches.set(owner, its_id, its_id)

    def switched_to(self, person_id: str, model: str) -> str | None:
        """Return which model this person's calls go to in place of ``model``; None where it is asked itself."""
        its_id = self._id(model)
        other = self.place.reached(person_id, its_id)
        return None if other == its_id else other

    def _owner(self, person_id: str, *, for_everybody: bool) -> str:
        if for_everybody and not self.may_decide(person_id):
            raise NotAllowed(_FOR_ALL)
        return EVERYBODY if for_everybody else person_id

    def _id(self, name: str) -> str:
        known = self.catalog.find(name)
        return known.id if known else name

    def _priced(self, person_id: str, choice: Choice, inputs: tuple[Input, ...]) -> int | None:
        caller = Caller(person_id=person_id, page=PAGE)
        amounts = [self.place.estimate(caller, self._request(person_id, choice, one)) for one in inputs]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if len(known) == len(amounts) else None

    def _request(self, person_id: str, choice: Choice, one: Input) -> Request:
        return request_for(one, choice, self.place.endpoint.provider, partial(self._heard, person_id, choice))

    def _heard(self, person_id: str, choice: Choice, turn: KeptTurn) -> Heard:
        admitted = self.door.admit(self.clips.read(person_id, turn.clip_digest or ""), order_for(choice.model))
        refuse_unsendable(admitted.received, room=self.rooms.of(person_id))
        return heard_of(admitted)

    def _asked(self, person_id: str, choice: Choice, one: Input) -> Answered:
        caller = Caller(person_id=person_id, page=PAGE, turn_id=new_id())
        try:
            answer = self._kept(person_id, choice, self._reply(caller, self._request(person_id, choice, one)))
        except AudiokitError as error:
            answer = Answered(model=choice.model_name, trouble=str(error))
        return replace(answer, cost_nanousd=self._cost(caller.turn_id or ""))

    def _reply(self, caller: Caller, request: Request) -> Reply:
        """Ask the model that is named, whatever was switched; streamed where it can be, to know when it is heard."""
        speech = (self.place.speech_as_named or self.place.speech_for)(caller)
        if not isinstance(request, Converse):
            return speech.reply(request)
        return next(event for event in speech.stream(request) if isinstance(event, Reply))

    def _kept(self, person_id: str, choice: Choice, reply: Reply) -> Answered:
        digest = self.clips.keep(person_id, reply.sound, _MEDIA_TYPE, _CLIP_KIND) if reply.sound else None
        return Answered(
            model=reply.model or choice.model_name,
            words=reply.words,
            clip_digest=digest,
            duration_s=reply.sound_duration_s,
            first_sound_ms=reply.first_sound_ms,
            total_ms=reply.total_ms,
            trouble=reply.why_cut,
        )

    def _cost(self, turn_id: str) -> int | None:
        """Return what the calls of one answer cost, as the ledger has them; None where one of them is not known."""
        costs = [entry.cost_nanousd for entry in self.ledger.of_turn(turn_id)]
        return None if None in costs else sum(cost or 0 for cost in costs)
