"""Looks for traces of sound and words in everything that is stored: files and tables, as they are and in base64."""

from __future__ import annotations

import base64
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

__all__ = ["files_with", "in_base64", "tables_with", "windows"]

_WINDOW = 24  # bytes: of sound, no two are the same by chance
_HEAD, _BLOCK = 8, 2**20
_FEWEST_VALUES = 14  # different bytes in a window: silence and headers say nothing


def windows(data: bytes, n: int = 12, *, seed: int = 0) -> list[bytes]:
    """Return stretches of some bytes, from all over, that are nowhere else by chance."""
    choose, found = random.Random(seed), list[bytes]()  # noqa: S311 - no secret
    for _ in range(60 * n):
        at = choose.randrange(64, max(65, len(data) - _WINDOW))
        window = data[at : at + _WINDOW]
        if len(window) == _WINDOW and len(set(window)) >= _FEWEST_VALUES:
            found.append(window)
        if len(found) == n:
            break
    return found


def in_base64(window: bytes) -> list[bytes]:
    """Return how bytes look in base64, wherever in it they stand: without what depends on their neighbours."""
    encoded = [(shift, base64.b64encode(bytes(shift) + window)) for shift in range(3)]
    return [text[4 if shift else 0 : (shift + len(window)) // 3 * 4] for shift, text in encoded]


def files_with(folder: Path, needles: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Return in which files any of these bytes are, and which."""
    pattern = _AnyOf(needles)
    found = {
        str(path.relative_to(folder)): sorted(pattern.findall(path.read_bytes()))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {name: hits for name, hits in found.items() if hits}


def tables_with(url: str, needles: Iterable[bytes]) -> dict[str, list[bytes]]:
    """Return in which columns of a PostgreSQL database any of these bytes are, in every schema that is not its own."""
    import psycopg  # noqa: PLC0415 - only who has it
    from psycopg.rows import dict_row  # noqa: PLC0415 - the same

    pattern, found = _AnyOf(needles), dict[str, list[bytes]]()
    with psycopg.connect(url, row_factory=dict_row) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for table in tables:
            name = f'"{table["table_schema"]}"."{table["table_name"]}"'
            for row in connection.execute(f"SELECT * FROM {name}"):  # noqa: S608 - the server's own names
                for column, text in _texts(row):
                    if hits := pattern.findall(text):
                        found.setdefault(f"{name}.{column}", []).extend(hits)
    return found


def _texts(row: dict[str, object]) -> Iterator[tuple[str, bytes]]:
    for column, value in row.items():
        if isinstance(value, bytes | memoryview):
            yield column, bytes(value)
        elif value is not None:
            yield column, str(value).encode(errors="replace")


class _AnyOf:
    """Finds any of many stretches of bytes in one pass, by the first eight of each."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        self._by_head = defaultdict[int, set[bytes]](set)
        for needle in needles:
            assert len(needle) >= _HEAD, needle
            self._by_head[int.from_bytes(needle[:_HEAD], "little")].add(needle)
        self._heads = np.array(sorted(self._by_head), np.uint64)

    def findall(self, data: bytes) -> set[bytes]:
        """Return those that are there."""
        found = set[bytes]()
        for begin in range(0, len(data), _BLOCK):
            block = np.frombuffer(data[begin : begin + _BLOCK + _HEAD - 1], np.uint8)
            if len(block) < _HEAD:
                break
            rolling = sum(
                (block[n : len(block) - _HEAD + 1 + n].astype(np.uint64) << np.uint64(8 * n) for n in range(_HEAD)),
                np.zeros(len(block) - _HEAD + 1, np.uint64),
            )
            for at in begin + np.flatnonzero(np.isin(rolling, self._heads)):
                head = int.from_bytes(data[at : at + _HEAD], "little")
                found.update(needle for needle in self._by_head[head] if data.startswith(needle, int(at)))
        return found
