"""Who uses the product. On one machine that is one person, who need not sign in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from audiokit.errors import NotFound
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.tables import insert_once, person

__all__ = ["LOCAL", "Person", "Persons"]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who owns conversations and sound."""

    id: str
    name: str


LOCAL = Person("local", "You")

_BY_ID = select(person.c.id, person.c.name).where(person.c.id == bindparam("person_id"))
_ADD = insert_once(person)


class Persons:
    """Everyone who is known here."""

    def __init__(self, database: Database, *, now: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def get(self, person_id: str) -> Person:
        """Return the person of that id.

        Raises:
            NotFound: nobody has it.
        """
        with self._database.read() as connection:
            row = connection.execute(_BY_ID, {"person_id": person_id}).one_or_none()
        if row is None:
            raise NotFound("There is no such person here.", person_id=person_id)
        return Person(*row)

    def local(self) -> Person:
        """Return the one person of this machine, added at the first call; several first calls at once add one."""
        try:
            return self.get(LOCAL.id)
        except NotFound:
            row = {"id": LOCAL.id, "name": LOCAL.name, "created_at": self._now()}
            with self._database.write() as connection:
                connection.execute(_ADD[connection.dialect.name], row)
            return self.get(LOCAL.id)
