"""A PostgreSQL database that goes away and comes back, as at a failover, or where there are too many connections."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import psycopg
from postgres import fresh_database_url
from psycopg import sql
from sqlalchemy import make_url

__all__ = ["Server"]

_AWAY_S = 1.0


class Server:
    """A database that can be made to go away."""

    def __init__(self) -> None:
        self.url = fresh_database_url()
        self._coming_back = list[threading.Timer]()

    def goes_away(self) -> None:
        """Cut every connection, and take none for a while."""
        self._ask("ALTER DATABASE {} ALLOW_CONNECTIONS false")
        self._ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}", quoted=sql.Literal)
        again = threading.Timer(_AWAY_S, partial(self._ask, "ALTER DATABASE {} ALLOW_CONNECTIONS true"))
        self._coming_back.append(again)
        again.start()

    def close(self) -> None:
        for again in self._coming_back:
            again.join()

    def _ask(self, words: str, quoted: Callable[[str], sql.Composable] = sql.Identifier) -> None:
        url = make_url(self.url)
        elsewhere = url.set(database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(elsewhere, autocommit=True) as connection:
            connection.execute(sql.SQL(cast("Any", words)).format(quoted(url.database or "")))
