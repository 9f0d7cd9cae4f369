"""The one place that reads and writes conversations and their turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, exists, func, insert, or_, select, update

from audiokit.catalog.models import Tier
from audiokit.converse.conversation import (
    AnswerWith,
    CallMade,
    Conversation,
    Heading,
    KeptTurn,
    Memory,
    Options,
    Speaker,
    State,
    Timing,
)
from audiokit.errors import NotFound
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import conversation as conversation_table
from audiokit.store.tables import turn as turn_table

__all__ = ["Conversations"]

_SENDING = turn_table.c.state == "sending"
_HEADING = tuple(field.name for field in fields(Heading) if field.name != "options")
_OPTIONS = tuple(field.name for field in fields(Options))
_TURN = tuple(field.name for field in fields(KeptTurn))
_ESCAPE = "\\"
_GONE = "This conversation is not here any more. Choose another one, or begin a new one."
# Put together once: each run of a page asks these.
_MINE = (conversation_table.c.id == bindparam("of_id")) & (conversation_table.c.person_id == bindparam("whose"))
_ONE = select(conversation_table).where(_MINE)
_TURNS = select(turn_table).where(turn_table.c.conversation_id == bindparam("of_id")).order_by(turn_table.c.position)
_ONE_TURN = (
    select(turn_table)
    .join(conversation_table, conversation_table.c.id == turn_table.c.conversation_id)
    .where(_MINE, turn_table.c.id == bindparam("turn_id"))
)


@dataclass(frozen=True, slots=True)
class Conversations:
    """Reads and writes conversations; every call names the person, and finds only what is theirs."""

    database: Database
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def start(self, person_id: str, options: Options) -> Heading:
        """Begin an empty conversation."""
        at = self.now()
        heading = Heading(id=new_id(), person_id=person_id, title="", updated_at=at, options=options)
        with self.database.write() as connection:
            connection.execute(insert(conversation_table), _heading_row(heading) | {"created_at": at})
        return heading

    def headings(self, person_id: str, *, limit: int = 200) -> tuple[Heading, ...]:
        """Return this person's conversations in which something was said, the latest first."""
        return self._headings(conversation_table.c.person_id == person_id, limit)

    def find(self, person_id: str, words: str, *, limit: int = 200) -> tuple[Heading, ...]:
        """Return the conversations in whose title or turns ``words`` occur, the latest first; no words find all."""
        if not (sought := words.strip()):
            return self.headings(person_id, limit=limit)
        spoken = select(turn_table.c.conversation_id).where(_says(sought))
        here = _contains(conversation_table.c.title, sought) | conversation_table.c.id.in_(spoken)
        return self._headings((conversation_table.c.person_id == person_id) & here, limit)

    def turns_saying(self, person_id: str, terms: Sequence[str], *, limit: int) -> tuple[tuple[str, KeptTurn], ...]:
        """Return this person's latest answered turns in which any of ``terms`` occurs, each with its conversation."""
        mine = (conversation_table.c.person_id == person_id) & (turn_table.c.state == State.ANSWERED.value)
        joined = turn_table.join(conversation_table, conversation_table.c.id == turn_table.c.conversation_id)
        query = select(conversation_table.c.title.label("conversation_title"), *turn_table.c).select_from(joined)
        latest = (
            query.where(mine, or_(*(_says(term) for term in terms)))
            .order_by(turn_table.c.created_at.desc())
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple((row.conversation_title, _turn(row)) for row in connection.execute(latest))

    def open(self, person_id: str, conversation_id: str) -> Conversation:
        """Return one conversation.

        Raises:
            NotFound: there is none of this id that is this person's.
        """
        of = {"of_id": conversation_id}
        with self.database.read() as connection:
            row = connection.execute(_ONE, of | {"whose": person_id}).one_or_none()
            if row is None:
                raise NotFound(_GONE)
            return Conversation(heading=_heading(row), turns=tuple(_turn(t) for t in connection.execute(_TURNS, of)))

    def heading(self, person_id: str, conversation_id: str) -> Heading:
        """Return one conversation without its turns; NotFound as in :meth:`open`."""
        with self.database.read() as connection:
            row = connection.execute(_ONE, {"of_id": conversation_id, "whose": person_id}).one_or_none()
        if row is None:
            raise NotFound(_GONE)
        return _heading(row)

    def turn(self, person_id: str, conversation_id: str, turn_id: str) -> KeptTurn:
        """Return one turn.

        Raises:
            NotFound: it is not there, or not this person's.
        """
        of = {"of_id": conversation_id, "whose": person_id, "turn_id": turn_id}
        with self.database.read() as connection:
            row = connection.execute(_ONE_TURN, of).one_or_none()
        if row is None:
            raise NotFound("This turn is not here any more. Reload the page.")
        return _turn(row)

    def change(self, person_id: str, conversation_id: str, **values: Any) -> None:
        """Change a conversation: its title, its summary, or any of its :class:`Options`."""
        mine = (conversation_table.c.id == conversation_id) & (conversation_table.c.person_id == person_id)
        with self.database.write() as connection:
            changed = update(conversation_table).where(mine)
            connection.execute(changed.values(**_columns({"updated_at": self.now(), **values})))

    def branch(self, heading: Heading, turns: tuple[KeptTurn, ...]) -> str:
        """Begin a conversation with copies of another's heading and turns; they share their clips. Return its id.

        Raises:
            NotFound: some of it was removed meanwhile, and its recordings with it.
        """
        at, of = self.now(), [turn.id for turn in turns]
        branch = replace(heading, id=new_id(), branched_from=heading.id, updated_at=at)
        rows = [_turn_row(turn) | {"id": new_id(), "conversation_id": branch.id} for turn in turns]
        here = select(func.count()).where(turn_table.c.conversation_id == heading.id, turn_table.c.id.in_(of))
        with self.database.write() as connection:
            hold(connection, heading.id)
            if connection.execute(here).scalar_one() != len(of):
                raise NotFound("A part of this conversation was removed just now. Reload the page.")
            connection.execute(insert(conversation_table), _heading_row(branch) | {"created_at": at})
            if rows:
                connection.execute(insert(turn_table), rows)
        return branch.id

    def _headings(self, where: ColumnElement[bool], limit: int) -> tuple[Heading, ...]:
        has_turns = exists().where(turn_table.c.conversation_id == conversation_table.c.id)
        query = (
            select(conversation_table)
            .where(where, has_turns)
            .order_by(conversation_table.c.updated_at.desc())
            .limit(limit)
        )
        with self.database.read() as connection:
            return tuple(_heading(row) for row in connection.execute(query))

    def add_turn(
        self, conversation_id: str, speaker: Speaker, state: State, turn_id: str | None = None, /, **values: Any
    ) -> str:
        """Append a turn and return its id; one that is there already, by an id that was given, is appended once."""
        is_given, at, last = turn_id is not None, self.now(), func.coalesce(func.max(turn_table.c.position), -1)
        turn_id = turn_id or new_id()
        with self.database.write() as connection:
            hold(connection, conversation_id)
            if is_given and connection.execute(select(turn_table.c.id).where(turn_table.c.id == turn_id)).first():
                return turn_id
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

    def entitle(self, person_id: str, conversation_id: str, title: str, *, instead_of: str = "") -> None:
        """Name a conversation after what is said in it, unless it has a name other than ``instead_of`` by now."""
        table = conversation_table.c
        ours = (table.id == conversation_id) & (table.person_id == person_id) & table.title.in_(("", instead_of))
        with self.database.write() as connection:
            connection.execute(update(conversation_table).where(ours).values(title=title, updated_at=self.now()))

    def type_beside(self, conversation_id: str, turn_id: str, words: str | None) -> bool:
        """Keep what is typed beside a recording; False if it was sent meanwhile, or is gone."""
        free = turn_table.c.state.in_((State.RECORDED.value, State.FAILED.value))
        where = (turn_table.c.id == turn_id) & (turn_table.c.conversation_id == conversation_id) & free
        with self.database.write() as connection:
            return connection.execute(update(turn_table).where(where).values(typed=words)).rowcount == 1

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


def _says(words: str) -> ColumnElement[bool]:
    return or_(_contains(turn_table.c.words, words), _contains(turn_table.c.typed, words))


def _contains(column: Any, words: str) -> ColumnElement[bool]:
    """Whether text has ``words`` in it, in either case; what LIKE would take for a pattern stands for itself."""
    for char in (_ESCAPE, "%", "_"):
        words = words.replace(char, f"{_ESCAPE}{char}")
    found: ColumnElement[bool] = func.lower(column).like(f"%{words.lower()}%", escape=_ESCAPE)
    return found


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write enumerations as text, and tuples (of values) as the lists that JSON has."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [asdict(one) if is_dataclass(one) and not isinstance(one, type) else one for one in value]
    return value


def _heading(row: Row[Any]) -> Heading:
    options = {name: getattr(row, name) for name in _OPTIONS} | {
        "tier": Tier(row.tier),
        "answer_with": AnswerWith(row.answer_with),
        "memory": Memory(row.memory),
    }
    return Heading(options=Options(**options), **{name: getattr(row, name) for name in _HEADING})


def _heading_row(heading: Heading) -> dict[str, Any]:
    own = {name: getattr(heading, name) for name in _HEADING}
    return _columns(own | {name: getattr(heading.options, name) for name in _OPTIONS})


def _turn(row: Row[Any]) -> KeptTurn:
    values = {name: getattr(row, name) for name in _TURN}
    kinds = {
        "speaker": Speaker(row.speaker),
        "state": State(row.state),
        "peaks": tuple(row.peaks or ()),
        "notes": tuple(row.notes or ()),
        "changes": tuple(row.changes or ()),
        "timings": tuple(Timing(**one) for one in row.timings or ()),
        "calls": tuple(CallMade(**one) for one in row.calls or ()),
    }
    return KeptTurn(**values | kinds)


def _turn_row(turn: KeptTurn) -> dict[str, Any]:
    return _columns({name: getattr(turn, name) for name in _TURN})
