"""Conversations and their turns as they are kept, and the one place that reads and writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from audiokit.catalog.models import Tier
from audiokit.errors import NotFound
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import conversation as conversation_table
from audiokit.store.tables import turn as turn_table

__all__ = ["POINTS", "Conversation", "Conversations", "Heading", "KeptTurn", "Speaker", "State"]


POINTS = 400
"""How many points of its waveform a turn keeps, for its player to draw."""

_SENDING = turn_table.c.state == "sending"


class Speaker(StrEnum):
    """Whose turn it is."""

    PERSON = "person"
    MODEL = "model"


class State(StrEnum):
    """How far a turn has come."""

    RECORDED = "recorded"  # kept, and not sent yet
    SENDING = "sending"  # on its way; for the model's turn: being spoken
    ANSWERED = "answered"
    FAILED = "failed"  # ``failure`` says why; it can be sent again
    UNUSABLE = "unusable"  # kept, and not worth sending: ``failure`` says why


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTurn:
    """One side's contribution as it is kept. ``peaks`` draw the waveform, 0 to 1; None is unknown throughout.

    Of a recording, ``sent_s`` is how much is sent once it is prepared, and ``changes`` says what that does to it.
    """

    id: str
    conversation_id: str
    position: int
    speaker: Speaker
    state: State
    words: str | None
    clip_digest: str | None
    clip_media_type: str | None
    duration_s: float | None
    peaks: tuple[float, ...]
    audio_id: str | None
    audio_expires_at: datetime | None
    endpoint: str | None
    model: str | None
    first_sound_ms: int | None
    total_ms: int | None
    failure: str | None
    notes: tuple[str, ...]
    created_at: datetime
    sent_s: float | None
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A conversation without its turns."""

    id: str
    person_id: str
    title: str
    voice: str
    tier: Tier
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation with all its turns, in order."""

    heading: Heading
    turns: tuple[KeptTurn, ...]

    def turn(self, turn_id: str) -> KeptTurn:
        """Return one turn.

        Raises:
            NotFound: it is not in this conversation.
        """
        for turn in self.turns:
            if turn.id == turn_id:
                return turn
        raise NotFound("This turn is not here any more. Reload the page.")


@dataclass(frozen=True, slots=True)
class Conversations:
    """Reads and writes conversations; every call names the person, and finds only what is theirs."""

    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def start(self, person_id: str, *, voice: str, tier: Tier) -> Heading:
        """Begin an empty conversation."""
        at = self.now()
        heading = Heading(id=new_id(), person_id=person_id, title="", voice=voice, tier=tier, updated_at=at)
        with self.database.write() as connection:
            connection.execute(insert(conversation_table), {**asdict(heading), "created_at": at})
        return heading

    def headings(self, person_id: str, *, limit: int = 200) -> tuple[Heading, ...]:
        """Return this person's conversations, the latest first."""
        mine = conversation_table.c.person_id == person_id
        query = select(conversation_table).where(mine).order_by(conversation_table.c.updated_at.desc()).limit(limit)
        with self.database.read() as connection:
            return tuple(_heading(row) for row in connection.execute(query))

    def open(self, person_id: str, conversation_id: str) -> Conversation:
        """Return one conversation.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        table = conversation_table
        one = select(table).where(table.c.id == conversation_id, table.c.person_id == person_id)
        turns = (
            select(turn_table).where(turn_table.c.conversation_id == conversation_id).order_by(turn_table.c.position)
        )
        with self.database.read() as connection:
            row = connection.execute(one).one_or_none()
            if row is None:
                raise NotFound("This conversation is not here any more. Choose another one, or begin a new one.")
            return Conversation(heading=_heading(row), turns=tuple(_turn(t) for t in connection.execute(turns)))

    def change(self, person_id: str, conversation_id: str, **values: Any) -> None:
        """Change voice, tier or title."""
        mine = (conversation_table.c.id == conversation_id) & (conversation_table.c.person_id == person_id)
        with self.database.write() as connection:
            connection.execute(update(conversation_table).where(mine).values(updated_at=self.now(), **values))

    def add_turn(self, conversation_id: str, speaker: Speaker, state: State, **values: Any) -> str:
        """Append a turn and return its id."""
        turn_id, at, last = new_id(), self.now(), func.coalesce(func.max(turn_table.c.position), -1)
        with self.database.write() as connection:
            hold(connection, conversation_id)
            position = connection.execute(
                select(last).where(turn_table.c.conversation_id == conversation_id)
            ).scalar_one()
            row = {
                "id": turn_id,
                "conversation_id": conversation_id,
                "position": position + 1,
                "speaker": speaker.value,
                "state": state.value,
                "created_at": at,
                **_columns(values),
            }
            connection.execute(insert(turn_table), row)
            touched = update(conversation_table).where(conversation_table.c.id == conversation_id)
            connection.execute(touched.values(updated_at=at))
        return turn_id

    def claim(self, conversation_id: str, turn_id: str) -> str | None:
        """Mark a turn as being sent, move it to the end and append the reply to come; return the reply's id.

        None if it, or another of this conversation, is being sent already, or it was answered: of two that ask at
        once, one gets it.
        """
        free = turn_table.c.state.in_((State.RECORDED.value, State.FAILED.value))
        here = turn_table.c.conversation_id == conversation_id
        last, reply_id = select(func.max(turn_table.c.position)).where(here), new_id()
        with self.database.write() as connection:
            hold(connection, conversation_id)
            if connection.execute(select(turn_table.c.id).where(here, _SENDING).limit(1)).first():
                return None
            position = connection.execute(last).scalar_one() + 1
            claimed = update(turn_table).where(turn_table.c.id == turn_id, here, free)
            values = {"state": State.SENDING.value, "failure": None, "position": position}
            if connection.execute(claimed.values(**values)).rowcount != 1:
                return None
            reply = {
                "id": reply_id,
                "conversation_id": conversation_id,
                "position": position + 1,
                "speaker": Speaker.MODEL.value,
                "state": State.SENDING.value,
                "created_at": self.now(),
            }
            connection.execute(insert(turn_table), reply)
        return reply_id

    def change_turns(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change several turns, by id, in one transaction."""
        with self.database.write() as connection:
            for turn_id, values in changes.items():
                connection.execute(update(turn_table).where(turn_table.c.id == turn_id).values(**_columns(values)))

    def settle(self, conversation_id: str, said_id: str, reply_id: str, reply: Mapping[str, Any]) -> None:
        """Keep a reply and mark what it answers; a reply that another process gave up is appended anew."""
        answered = {"state": State.ANSWERED, "failure": None}
        with self.database.write() as connection:
            found = update(turn_table).where(turn_table.c.id == reply_id).values(**_columns(reply))
            is_there = connection.execute(found).rowcount == 1
            connection.execute(update(turn_table).where(turn_table.c.id == said_id).values(**_columns(answered)))
        if not is_there:
            values = {name: value for name, value in reply.items() if name != "state"}
            self.add_turn(conversation_id, Speaker.MODEL, State.ANSWERED, **values)

    def give_up(self, conversation_id: str, reply_ids: tuple[str, ...], failure: str) -> None:
        """Take replies that never came away, and mark what they were to answer; one that did come is left alone."""
        here = turn_table.c.conversation_id == conversation_id
        with self.database.write() as connection:
            hold(connection, conversation_id)
            for reply_id in reply_ids:
                lost = (turn_table.c.id == reply_id) & here & _SENDING
                position = connection.execute(select(turn_table.c.position).where(lost)).scalar_one_or_none()
                if position is None:
                    continue
                connection.execute(delete(turn_table).where(lost))
                asked = here & (turn_table.c.position == position - 1) & _SENDING
                values = {"state": State.FAILED.value, "failure": failure}
                connection.execute(update(turn_table).where(asked).values(**values))

    def take_out(self, conversation_id: str, turn_id: str) -> bool:
        """Remove a turn that was not sent; its clip is the caller's to forget. False if it was, or is gone."""
        free = turn_table.c.state.in_((State.RECORDED.value, State.FAILED.value, State.UNUSABLE.value))
        where = (turn_table.c.id == turn_id) & (turn_table.c.conversation_id == conversation_id) & free
        with self.database.write() as connection:
            return connection.execute(delete(turn_table).where(where)).rowcount == 1

    def remove(self, person_id: str, conversation_id: str) -> bool:
        """Remove a conversation with its turns, unless it is being answered; the clips are the caller's to forget."""
        mine = (conversation_table.c.id == conversation_id) & (conversation_table.c.person_id == person_id)
        sending = select(turn_table.c.id).where(turn_table.c.conversation_id == conversation_id, _SENDING).limit(1)
        with self.database.write() as connection:
            hold(connection, conversation_id)
            if connection.execute(sending).first():
                return False
            connection.execute(delete(conversation_table).where(mine))
        return True

    def uses_of(self, person_id: str, clip_digest: str) -> int:
        """Return how many of this person's turns have this clip."""
        joined = turn_table.join(conversation_table, conversation_table.c.id == turn_table.c.conversation_id)
        where = (conversation_table.c.person_id == person_id) & (turn_table.c.clip_digest == clip_digest)
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(joined).where(where)).scalar_one())


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write enumerations as text, and tuples as the lists that JSON has."""
    as_text = {name: value.value for name, value in values.items() if isinstance(value, StrEnum)}
    as_list = {name: list(value) for name, value in values.items() if isinstance(value, tuple)}
    return {**values, **as_text, **as_list}


def _heading(row: Row[Any]) -> Heading:
    return Heading(
        id=row.id,
        person_id=row.person_id,
        title=row.title,
        voice=row.voice,
        tier=Tier(row.tier),
        updated_at=row.updated_at,
    )


def _turn(row: Row[Any]) -> KeptTurn:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented way to a mapping
    return KeptTurn(
        **values
        | {
            "speaker": Speaker(row.speaker),
            "state": State(row.state),
            "peaks": tuple(row.peaks or ()),
            "notes": tuple(row.notes or ()),
            "changes": tuple(row.changes or ()),
        }
    )
