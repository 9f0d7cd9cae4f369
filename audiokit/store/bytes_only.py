"""diskcache without pickle: what it keeps is bytes in files of its own, and whatever else stands there is refused.

diskcache 5.6.3 unpickles what it finds, also under its JSONDisk (CVE-2025-69872, no fixed version): whoever can write
into its folder could run code. Here only strings are keys, only bytes are values, and only names that it gives itself
are opened or removed.
"""

from __future__ import annotations

import re
from typing import IO, Any, Final

from diskcache import UNKNOWN, Disk
from diskcache.core import MODE_BINARY

__all__ = ["BytesOnly", "Refused"]

_ITS_OWN: Final = re.compile(r"[0-9a-f]{2}[/\\][0-9a-f]{2}[/\\][0-9a-f]{28}\.val")


class Refused(Exception):
    """A row was not written by us."""


class BytesOnly(Disk):  # type: ignore[misc]  # diskcache publishes no types
    """Files of bytes under keys that are strings."""

    def __init__(self, directory: str, **_settings: object) -> None:
        """Keep every value in a file, whatever the settings say that stand beside the rows."""
        super().__init__(directory, min_file_size=0)

    def put(self, key: object) -> tuple[str, bool]:
        """Return a key as it is stored."""
        if type(key) is not str:
            raise TypeError("keys are strings")
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        """Return a key that was stored; a pickled one is refused."""
        if not raw or type(key) is not str:
            raise Refused("the key is pickled")
        return key

    def store(self, value: IO[bytes], read: bool, key: object = UNKNOWN) -> Any:  # noqa: FBT001 - diskcache's own
        """Write the bytes of a file."""
        if not read:
            raise TypeError("values are read from files of bytes")
        return super().store(value, read, key)

    def fetch(self, mode: object, filename: object, value: object, read: bool) -> Any:  # noqa: FBT001 - the same
        """Open what was written; what is pickled, or leads out of the folder, is refused."""
        if mode != MODE_BINARY or type(filename) is not str or not _ITS_OWN.fullmatch(filename):
            raise Refused("the value is no file of bytes")
        return super().fetch(mode, filename, value, read)

    def remove(self, file_path: object) -> None:
        """Remove a file of ours; any other name is left alone."""
        if type(file_path) is str and _ITS_OWN.fullmatch(file_path):
            super().remove(file_path)
