"""The cache of generated WAVs: what may vanish, is shared by all processes on one machine, and never costs an error.

What was paid for is kept in the blob store too (``audiokit.store.made``): losing this whole folder costs a little time.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from audiokit.errors import NotConfigured
from audiokit.store.folders import own_folder

if TYPE_CHECKING:
    from diskcache import Cache

__all__ = ["Waves"]

T = TypeVar("T")

_DIGEST_BYTES: Final = 32
_LARGEST_SHARE: Final = 20  # ten go at once when the cache is full, so that one may hold a twentieth of it at most
_TIMEOUT_S: Final = 5.0  # whoever waits longer for a cache is better off without
# Trouble that passes, or that making a new file would not mend.
_PASSING: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
    }
)


class Waves:
    """WAVs under the digest of what they were made of; the least recently used go first. Safe between threads.

    Each value begins with its own SHA-256, so that what was torn or written by others is a miss and goes. A file of
    rows that is damaged is begun anew. Nothing is opened before the first use; ``max_bytes`` 0 keeps nothing.
    ``keeps_s`` is how long one is found, however often it is used; None is as long as there is room.
    """

    def __init__(self, folder: Path, *, max_bytes: int, keeps_s: float | None = None) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._keeps_s = keeps_s
        self._lock = threading.Lock()
        self._cache: Cache | None = None

    def get(self, key: str) -> bytes | None:
        """Return what was put under ``key``; None if it is not here, or not any more."""
        return self._try(lambda cache: self._read(cache, key))

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data`` for now, unless it is more than a twentieth of all that may be kept."""
        if len(data) > self._max_bytes // _LARGEST_SHARE:
            return
        value = io.BytesIO(hashlib.sha256(data).digest() + data)
        self._try(lambda cache: cache.set(key, value, expire=self._keeps_s, read=True))

    def drop(self, key: str) -> None:
        """Let go of what is under ``key``; it is no error if there is nothing."""
        self._try(lambda cache: cache.delete(key))

    def sweep(self) -> None:
        """Remove from the disk what has been kept for long enough."""
        self._try(lambda cache: cache.expire())

    @property
    def size_bytes(self) -> int:
        """How much there is on the disk, about; 0 where that cannot be told."""
        return self._try(lambda cache: int(cache.volume())) or 0

    def close(self) -> None:
        """Forget the open cache. What is used again opens it again."""
        with self._lock:
            self._cache = None

    def _read(self, cache: Any, key: str) -> bytes | None:
        from audiokit.store.bytes_only import Refused  # noqa: PLC0415 - loaded with the cache

        try:
            file = cache.get(key, read=True)
        except Refused:
            cache.delete(key)
            return None
        if file is None:
            return None
        with file:
            value = file.read(self._max_bytes + _DIGEST_BYTES)
        data = value[_DIGEST_BYTES:]
        if hashlib.sha256(data).digest() == value[:_DIGEST_BYTES]:
            return bytes(data)
        cache.delete(key)
        return None

    def _try(self, use: Callable[[Any], T]) -> T | None:
        """Use the cache, in a connection of this thread's that is closed again; whatever fails is a miss."""
        if not self._max_bytes:
            return None
        from diskcache import Timeout  # noqa: PLC0415 - only who has a cache loads it

        try:
            with self._opened() as cache:
                return use(cache)
        except (OSError, NotConfigured, Timeout):
            return None
        except (sqlite3.Error, TypeError, ValueError, KeyError) as error:  # what a row or a setting of others leads to
            if (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in _PASSING:
                self._begin_anew()
            return None

    def _opened(self) -> Any:
        from diskcache import Cache  # noqa: PLC0415 - see above

        from audiokit.store.bytes_only import BytesOnly  # noqa: PLC0415 - the same

        with self._lock:
            if self._cache is None:
                self._cache = Cache(
                    str(own_folder(self._folder)),
                    timeout=_TIMEOUT_S,
                    disk=BytesOnly,
                    size_limit=self._max_bytes,
                    eviction_policy="least-recently-used",
                    statistics=0,
                    tag_index=0,
                    cull_limit=10,
                    sqlite_synchronous=1,
                )
            return self._cache

    def _begin_anew(self) -> None:
        with self._lock:
            self._cache = None
            shutil.rmtree(self._folder, ignore_errors=True)
