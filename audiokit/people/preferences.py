"""What a person has chosen or measured once, such as their room, kept by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from audiokit.store.database import Database, hold
from audiokit.store.tables import preference

__all__ = ["Preferences"]

_THIS = (preference.c.person_id == bindparam("owner")) & (preference.c.name == bindparam("its_name"))
_VALUE = select(preference.c.value).where(_THIS)
_FORGET = delete(preference).where(_THIS)


@dataclass(frozen=True, slots=True)
class Preferences:
    """One value for each person and name; a value is what JSON can hold."""

    database: Database

    def get(self, person_id: str, name: str) -> Any | None:
        """Return a value, None where there is none."""
        with self.database.read() as connection:
            row = connection.execute(_VALUE, _which(person_id, name)).one_or_none()
        return None if row is None else row[0]

    def set(self, person_id: str, name: str, value: Any) -> None:
        """Keep a value in place of the one before."""
        with self.database.write() as connection:
            hold(connection, f"{person_id}/{name}")
            connection.execute(_FORGET, _which(person_id, name))
            connection.execute(insert(preference), {"person_id": person_id, "name": name, "value": value})

    def forget(self, person_id: str, name: str) -> None:
        """Let go of a value. It is no error if there was none."""
        with self.database.write() as connection:
            connection.execute(_FORGET, _which(person_id, name))


def _which(person_id: str, name: str) -> Mapping[str, str]:
    return {"owner": person_id, "its_name": name}
