"""The register of people: who signs in is written down, and what they are here can be changed.

It asks nobody whether they may: that is :mod:`audiokit.people.service`. An operator's terminal needs no leave.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from audiokit.errors import InputError, NotAllowed, NotFound
from audiokit.people.persons import COLUMNS, LOCAL, Person, Persons, person_of
from audiokit.people.roles import Role
from audiokit.people.signing_in import Identity
from audiokit.store.columns import utc_now
from audiokit.store.database import Database, hold
from audiokit.store.ids import new_id
from audiokit.store.tables import person

__all__ = ["Recount", "Register"]

Recount = Callable[[Connection, Collection[str | None]], None]
"""Told, within the same transaction, that these teams have lost or won somebody."""

_MAX_TEAM_CHARS = 80
_LAST = "{name} is the last admin here. Make somebody else an admin first."
_LOCAL = "Nobody signs in on this machine: its one person looks after it, and cannot be changed."
_BY_SUBJECT = select(*COLUMNS).where(
    (person.c.issuer == bindparam("issuer")) & (person.c.subject == bindparam("subject"))
)
_BY_ID = select(*COLUMNS).where(person.c.id == bindparam("person_id"))
_OTHER_ADMINS = select(func.count()).where(
    (person.c.role == Role.ADMIN.value)
    & ~person.c.is_blocked
    & person.c.issuer.is_not(None)
    & (person.c.id != bindparam("person_id"))
)


class Register:
    """Writes to the table of persons, and to nothing else; ``recount`` keeps the budgets of teams right."""

    def __init__(
        self,
        database: Database,
        persons: Persons,
        *,
        recount: Recount = lambda _connection, _teams: None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database, self._persons = database, persons
        self._recount, self._now = recount, now

    def sign_in(self, who: Identity) -> Person:
        """Return the person who signed in, added at the first time; two first times at once add one.

        What the provider says is taken over, if it says it later than what is known: an older cookie changes nothing.
        """
        key = {"issuer": who.issuer, "subject": who.subject}
        with self._database.read() as connection:
            row = connection.execute(_BY_SUBJECT, key).mappings().one_or_none()
        if row is not None and not _is_news(person_of(row), who):
            return person_of(row)
        with self._database.write() as connection:
            hold(connection, f"sign-in {who.issuer} {who.subject}")
            row = connection.execute(_BY_SUBJECT, key).mappings().one_or_none()
            known = self._added(connection, who) if row is None else person_of(row)
            found = self._told(connection, known, who) if _is_news(known, who) else known
        self._persons.forget(found.id)
        return found

    def set_role(self, person_id: str, role: Role) -> Person:
        """Give a person a role, which stays whatever the provider says.

        Raises:
            NotAllowed: this is the last admin, or the one person of a machine.
            NotFound: there is no such person.
        """
        return self._changed(person_id, keeps_admin=role is Role.ADMIN, role=role, is_role_fixed=True)

    def release_role(self, person_id: str) -> Person:
        """Let the provider say a person's role again, from the next time that they sign in."""
        return self._changed(person_id, is_role_fixed=False)

    def set_team(self, person_id: str, team: str | None) -> Person:
        """Put a person into a team, or into none.

        Raises:
            InputError: its name is too long.
        """
        name = " ".join((team or "").split()) or None
        if name is not None and len(name) > _MAX_TEAM_CHARS:
            raise InputError(f"A team's name has {_MAX_TEAM_CHARS} characters at most. Shorten it.")
        return self._changed(person_id, team=name)

    def block(self, person_id: str) -> Person:
        """Keep a person out until :meth:`unblock`; errors as for :meth:`set_role`."""
        return self._changed(person_id, keeps_admin=False, is_blocked=True)

    def unblock(self, person_id: str) -> Person:
        """Let a person in again."""
        return self._changed(person_id, is_blocked=False)

    def sign_out_everywhere(self, person_id: str) -> Person:
        """End every visit of a person, and every address that was given to them; their programs' tokens stay."""
        return self._changed(person_id, signed_out_at=self._now())

    def _added(self, connection: Connection, who: Identity) -> Person:
        """Add a person whom nothing is known of yet but who they are."""
        added = Person(new_id(), who.name, role=who.role, issuer=who.issuer)
        row = {"id": added.id, "name": added.name, "issuer": who.issuer, "subject": who.subject}
        connection.execute(insert(person), {**row, "role": who.role.value, "created_at": self._now()})
        return added

    def _told(self, connection: Connection, known: Person, who: Identity) -> Person:
        told: dict[str, Any] = {"name": who.name, "email": who.email, "seen_at": who.at}
        if not known.is_role_fixed:
            told["role"] = who.role
        if who.tells_team:
            told["team"] = who.team
        return self._written(connection, known, told)

    def _changed(self, person_id: str, *, keeps_admin: bool = True, **told: Any) -> Person:
        """Change a person; where that is an admin, and ``keeps_admin`` is false, only if there is another one."""
        with self._database.write() as connection:
            hold(connection, "people: admins")
            row = connection.execute(_BY_ID, {"person_id": person_id}).mappings().one_or_none()
            if row is None:
                raise NotFound("There is no such person here.", person_id=person_id)
            known = person_of(row)
            if known.id == LOCAL.id and told.keys() & {"role", "is_blocked"}:
                raise NotAllowed(_LOCAL)
            if not keeps_admin and known.role is Role.ADMIN and not known.is_blocked:
                self._refuse_last(connection, known)
            if "signed_out_at" in told and known.seen_at is not None:  # the provider's clock may be ahead of ours
                told["signed_out_at"] = max(told["signed_out_at"], known.seen_at)
            found = self._written(connection, known, told)
        self._persons.forget(person_id)
        return found

    def _written(self, connection: Connection, known: Person, told: dict[str, Any]) -> Person:
        found = replace(known, **told)
        row = {name: value.value if isinstance(value, Role) else value for name, value in told.items()}
        connection.execute(update(person).where(person.c.id == known.id).values(**row))
        if found.team != known.team:
            self._recount(connection, {known.team, found.team})
        return found

    @staticmethod
    def _refuse_last(connection: Connection, known: Person) -> None:
        if connection.execute(_OTHER_ADMINS, {"person_id": known.id}).scalar_one() == 0:
            raise NotAllowed(_LAST.format(name=known.name))


def _is_news(known: Person, who: Identity) -> bool:
    return known.seen_at is None or who.at > known.seen_at
