"""The column types that SQLite and PostgreSQL must agree on: moments, words, JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

__all__ = ["Instant", "JsonText", "Words", "utc_now"]


def utc_now() -> datetime:
    """Return this moment as the tables want it: aware, in UTC."""
    return datetime.now(UTC)


class Instant(TypeDecorator[datetime]):
    """A moment, to the microsecond: aware on the way in, aware UTC on the way out, on both databases.

    SQLite has no such type; there it is UTC text of fixed width, which sorts by time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be a guess later."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("A time without a zone cannot be stored; give it one, such as datetime.now(UTC).")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's times their zone back, and turn the server's zone into UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    r"""Text of any length. What no database can hold, NUL and half a surrogate pair, becomes U+FFFD.

    Both reach us in JSON from a provider, as ``\u0000`` and as an emoji cut in two; neither may cost a person a turn.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Join surrogate pairs and replace what cannot be stored."""
        if value is None:
            return None
        if not value.isascii():
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")


class JsonText(TypeDecorator[Any]):
    """A JSON value as text; None is SQL NULL. NaN and infinity are refused: they are not JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """Write compactly."""
        return None if value is None else json.dumps(value, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """Read what was written."""
        return None if value is None else json.loads(value)
