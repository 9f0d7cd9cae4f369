"""Live sessions for everyone who may have one: opened here, held by their bridges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from audiokit.catalog.models import Role, Tier
from audiokit.catalog.roles import Choice
from audiokit.converse.conversation import Options
from audiokit.converse.conversations import Conversations
from audiokit.converse.live.accounts import PAGE
from audiokit.converse.live.bridge import LiveBridge
from audiokit.converse.live.keeping import Keeping
from audiokit.converse.live.logs import Logs
from audiokit.converse.live.options import LiveOptions
from audiokit.converse.live.seats import Seats
from audiokit.converse.live.slices import Slices
from audiokit.converse.live.talk import TRANSLATIONS, Line, Talk
from audiokit.converse.tools.registry import Toolbox
from audiokit.errors import ModelRetired, NotConfigured, NotFound
from audiokit.speech.endpoint import Endpoint
from audiokit.speech.place import Place
from audiokit.speech.purser import Way
from audiokit.speech.realtime_translation import TRANSCRIBER
from audiokit.speech.requests import Caller
from audiokit.store.clips import Clips
from audiokit.usage.ledger import Ledger

__all__ = ["LiveService"]

_THREADS = 8  # for disks and functions, of all sessions together


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveService:
    """Built once, shared by all visitors; every call names the person.

    ``places`` are where a session can be held, in the order in which they are asked; ``toolbox_for`` gives the
    functions that a model may call for a person in a time zone. ``reach`` returns an endpoint with the address of its
    WebSocket, where that is another one than its address over HTTP; it may block. ``as_kept`` gives a person's words as
    they are to be stored, None where they are not.
    """

    conversations: Conversations
    clips: Clips
    ledger: Ledger
    places: tuple[Place, ...]
    toolbox_for: Callable[[str, str | None], Toolbox]
    reach: Callable[[Endpoint], Endpoint] = lambda endpoint: endpoint
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_THREADS, "live"))
    seats: Seats = field(default_factory=Seats)
    logs: Logs = field(default_factory=Logs)
    as_kept: Callable[[str, str], str | None] = lambda _person_id, words: words

    def open(self, person_id: str, conversation_id: str, options: LiveOptions) -> LiveBridge:
        """Return a session of this person's conversation, which connects to nobody until it is run.

        Raises:
            NotFound: the person has no such conversation.
            NotConfigured, ModelRetired: no model here can be talked with live.
            NotAllowed: this person may not have models called.
        """
        permit = self.places[0].permit
        permit(person_id)
        caller = Caller(person_id=person_id, page=PAGE, conversation_id=conversation_id)
        slices = Slices(self.ledger, self.places[0].purser.budgets, caller, permit)
        keeping = Keeping(
            conversations=self.conversations,
            clips=self.clips,
            ledger=slices,
            person_id=person_id,
            conversation_id=conversation_id,
            as_kept=partial(self.as_kept, person_id),
        )
        chosen, note = self._affordable(caller, keeping.conversation().heading.options, options)
        return LiveBridge(
            Talk(
                options=options,
                keeping=keeping,
                lines=self._lines(person_id, chosen, options),
                toolbox=self.toolbox_for(person_id, options.home) if options.calls and chosen.uses_tools else None,
                reach=self.reach,
                pool=self.pool,
                slices=slices,
                note=note,
            ),
            self.logs if self.clips.keeps_sound(person_id) else Logs(most=0),
        )

    def log_of(self, person_id: str, conversation_id: str) -> bytes:
        """Return what went over the wire in the conversation's latest session, as JSON lines; may block.

        Raises:
            NotFound: the person has no such conversation, or nothing is remembered of a session in it.
        """
        self.conversations.open(person_id, conversation_id)
        if (log := self.logs.of(person_id, conversation_id)) is None:
            raise NotFound("There is no log of a live session here any more. It is kept until the server starts again.")
        return log.written()

    def line(self, person_id: str, chosen: Options, options: LiveOptions) -> Line:
        """Return where a person's next session would be held, and by whom, to be shown before it; errors as above."""
        return self._lines(person_id, chosen, options)[0]

    def close(self) -> None:
        """Wait for what is being written."""
        self.pool.shutdown(wait=True)

    def _affordable(self, caller: Caller, chosen: Options, options: LiveOptions) -> tuple[Options, str | None]:
        """Return what is wished, or the same with the mini model where the budgets reach for no more, and why."""
        lesser = replace(chosen, tier=Tier.MINI)
        purser = self.places[0].purser
        if purser.is_unlimited or chosen.tier is Tier.MINI:
            return chosen, None
        return purser.choose(caller, [self._way(caller, wished, options) for wished in (chosen, lesser)])

    def _way(self, caller: Caller, chosen: Options, options: LiveOptions) -> Way[Options]:
        line = self._lines(caller.person_id, chosen, options)[0]
        name = line.choice.model_name
        sentence = f"You are talking with {name}"
        return Way(offer=chosen, model=name, estimate=lambda: line.slice.amount_nanousd, sentence=sentence)

    def _lines(self, person_id: str, chosen: Options, options: LiveOptions) -> tuple[Line, ...]:
        refused: list[NotConfigured | ModelRetired] = []
        lines = []
        for place in self.places:
            try:
                lines.append(_line(place, _who(place, chosen, options, person_id), person_id))
            except (NotConfigured, ModelRetired) as error:
                refused.append(error)
        if not lines:
            raise refused[0]
        return tuple(lines)


def _who(place: Place, chosen: Options, options: LiveOptions, person_id: str) -> Choice:
    """Return the first who can do it: a model made for translating, where that is wanted and there is one."""
    failure: NotConfigured | ModelRetired | None = None
    for role in _roles(options):
        try:
            return _chosen(place, role, chosen.tier, person_id)
        except (NotConfigured, ModelRetired) as error:
            failure = failure or error
    raise failure or NotConfigured("Nobody here can be talked with live.")


def _roles(options: LiveOptions) -> Iterator[Role]:
    if options.way.interprets:
        yield Role.TRANSLATE
    yield Role.LIVE


def _chosen(place: Place, role: Role, tier: Tier, person_id: str) -> Choice:
    """Return the model that a person has switched to, or everybody's where that one cannot play the role.

    It is asked by its name: nothing passes a session on to another model, as is done with a call.
    """
    own = place.for_person(person_id).choose(role, tier)
    return own if role in own.model.roles else place.choose(role, tier)


def _line(place: Place, choice: Choice, person_id: str) -> Line:
    writer = _writer(place, choice, person_id)
    return Line(
        place=place,
        choice=choice,
        price=place.price_of(choice),
        writer=writer,
        writer_price=place.price_of(writer) if writer else None,
    )


def _writer(place: Place, choice: Choice, person_id: str) -> Choice | None:
    """Return who writes down what is said; where one only translates, that is a model that nobody else needs."""
    if choice.endpoint == TRANSLATIONS:
        return choice if Role.TRANSCRIBE in choice.model.roles else replace(choice, model_name=TRANSCRIBER)
    try:
        return _chosen(place, Role.TRANSCRIBE, Tier.FULL, person_id)
    except (NotConfigured, ModelRetired):
        return None
