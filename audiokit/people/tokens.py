"""Tokens: what a program shows in place of a person's signing in. Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import RowMapping, bindparam, insert, select, update

from audiokit.errors import InputError, NotAllowed, NotFound
from audiokit.store.columns import utc_now
from audiokit.store.database import Database
from audiokit.store.ids import new_id
from audiokit.store.tables import token

__all__ = ["Scope", "Token", "Tokens"]

_PREFIX, _SECRET_BYTES = "ak_", 32  # 256 random bits need no salt and no slow hash: nobody tries them out
_SHAPE = re.compile(r"ak_[A-Za-z0-9_-]{43}", re.ASCII)
_WRITTEN_EVERY = timedelta(minutes=1)
_MAX_NAME_CHARS, _MOST = 80, 50
_UNKNOWN = "This token is unknown, has expired or was revoked. Make another one on the Account page."


class Scope(StrEnum):
    """What a token is good for."""

    READ = "read"
    USAGE = "usage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token; not the token itself. ``expires_at`` None: it holds until it is revoked."""

    id: str
    person_id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, at: datetime) -> bool:
        """Return whether it is neither revoked nor past its end."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


_COLUMNS = tuple(token.c[name] for name in Token.__dataclass_fields__)
_BY_DIGEST = select(*_COLUMNS).where(token.c.digest == bindparam("its_digest"))
_OF_PERSON = select(*_COLUMNS).where(token.c.person_id == bindparam("owner")).order_by(token.c.created_at.desc())
_ALL = select(*_COLUMNS).order_by(token.c.person_id, token.c.created_at)
_USED = update(token).where(token.c.id == bindparam("its_id")).values(last_used_at=bindparam("at"))
_REVOKED = (
    update(token)
    .where((token.c.id == bindparam("its_id")) & (token.c.person_id == bindparam("owner")))
    .values(revoked_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Everybody's tokens."""

    database: Database
    now: Callable[[], datetime] = utc_now

    def issue(
        self, person_id: str, name: str, scopes: Collection[Scope], expires_at: datetime | None = None
    ) -> tuple[Token, str]:
        """Make a token; return what is known of it, and the token itself, which nobody can show again.

        Raises:
            InputError: it has no name, is good for nothing, has ended already, or there are fifty of them.
        """
        made, at = f"{_PREFIX}{secrets.token_urlsafe(_SECRET_BYTES)}", self.now()
        kept = Token(
            id=new_id(),
            person_id=person_id,
            name=_name(name),
            scopes=_scopes(scopes),
            created_at=at,
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
        )
        if expires_at is not None and expires_at <= at:
            raise InputError("This token would have expired already. Choose a later day.")
        if sum(one.is_good(at) for one in self.of(person_id)) >= _MOST:
            raise InputError(f"You have {_MOST} tokens. Revoke one that is not used any more.")
        row = {name: getattr(kept, name) for name in Token.__dataclass_fields__}
        row |= {"scopes": " ".join(sorted(kept.scopes)), "digest": _digest(made)}
        with self.database.write() as connection:
            connection.execute(insert(token), row)
        return kept, made

    def of(self, person_id: str) -> tuple[Token, ...]:
        """Return a person's tokens, the newest first, those that are no good any more among them."""
        with self.database.read() as connection:
            return tuple(_token(row) for row in connection.execute(_OF_PERSON, {"owner": person_id}).mappings())

    def all(self) -> tuple[Token, ...]:
        """Return everybody's tokens."""
        with self.database.read() as connection:
            return tuple(_token(row) for row in connection.execute(_ALL).mappings())

    def revoke(self, person_id: str, token_id: str) -> None:
        """End a token at once.

        Raises:
            NotFound: this person has no such token.
        """
        with self.database.write() as connection:
            done = connection.execute(_REVOKED, {"its_id": token_id, "owner": person_id, "at": self.now()})
        if done.rowcount == 0:
            raise NotFound("There is no such token. Load the page again to see those that there are.")

    def open(self, text: str) -> Token:
        """Return what is known of a token that is shown, and note that it is used: once a minute at most.

        Raises:
            NotAllowed: there is no such token, or it is no good any more; whoever asks is not told which.
        """
        row = None
        if _SHAPE.fullmatch(text):
            with self.database.read() as connection:
                row = connection.execute(_BY_DIGEST, {"its_digest": _digest(text)}).mappings().one_or_none()
        found, at = _token(row) if row else None, self.now()
        if found is None or not found.is_good(at):
            raise NotAllowed(_UNKNOWN)
        if found.last_used_at is None or at - found.last_used_at >= _WRITTEN_EVERY:
            with self.database.write() as connection:
                connection.execute(_USED, {"its_id": found.id, "at": at})
        return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _token(row: RowMapping) -> Token:
    return Token(**{**row, "scopes": frozenset(map(Scope, str(row["scopes"]).split()))})


def _name(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > _MAX_NAME_CHARS:
        raise InputError(f"A token needs a name of {_MAX_NAME_CHARS} characters at most, so that you know it again.")
    return words


def _scopes(scopes: Collection[Scope]) -> frozenset[Scope]:
    if not scopes:
        raise InputError("A token must be good for something. Choose what it may read.")
    return frozenset(map(Scope, scopes))
