"""Sound of people who want nothing of it kept: in this process's memory until it was answered, and nowhere else."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from audiokit.errors import Busy, NotAllowed, NotFound
from audiokit.store.blobs import Blobs, digest_of
from audiokit.store.clips import Clips
from audiokit.store.database import Database

__all__ = ["FleetingClips"]

_HELD: Final = frozenset({"take", "reply", "trial"})
_MADE: Final = frozenset({"line", "programme", "document"})  # nobody said these
_LONGEST_S: Final = 3600.0  # somebody who has recorded and not sent by then has left
_MOST_BYTES: Final = 512 * 2**20
_NOT_HERE = (
    "Nothing of your sound is kept, as you or whoever runs audiokit wish, and this cannot work without. "
    "Change that under Account, My data, or talk in a conversation."
)
_GONE = "This recording was in memory only, and is gone by now. Record it again."
_FULL = "Too much sound is waiting in memory to be answered. Send or discard a recording, then try again."


@dataclass(slots=True)
class _Held:
    data: bytes
    media_type: str
    until: float
    waveform: bytes | None = None


class FleetingClips(Clips):
    """Clips as ever, but for persons of whom ``keeps_nothing`` is true: theirs never reach a disk or the database.

    Only the process that has taken a recording has it. ``clock`` is monotonic seconds.
    """

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        *,
        keeps_nothing: Callable[[str], bool],
        clock: Callable[[], float] = time.monotonic,
        **more: Any,
    ) -> None:
        super().__init__(database, blobs, **more)
        self._keeps_nothing, self._clock = keeps_nothing, clock
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()
        self._lock = threading.Lock()

    def keeps_sound(self, person_id: str) -> bool:
        """Whether what this person says is kept."""
        return not self._keeps_nothing(person_id)

    def keep(self, person_id: str, data: bytes, media_type: str, kind: str) -> str:
        """Keep, or hold for as long as a talk lasts.

        Raises:
            NotAllowed: it could only be kept.
            Busy: there is no room in memory just now.
        """
        if kind in _MADE or self.keeps_sound(person_id):
            return super().keep(person_id, data, media_type, kind)
        self._admit(person_id, kind)
        if kind not in _HELD:
            raise NotAllowed(_NOT_HERE)
        digest = digest_of(data)
        with self._lock:
            self._drop_old()
            if sum(len(one.data) for one in self._held.values()) + len(data) > _MOST_BYTES:
                raise Busy(_FULL)
            self._held[person_id, digest] = _Held(data, media_type, self._clock() + _LONGEST_S)
        return digest

    def keep_file(self, person_id: str, path: Path, media_type: str, kind: str) -> str:
        """Keep; errors as for :meth:`keep`."""
        if kind not in _MADE and not self.keeps_sound(person_id):
            raise NotAllowed(_NOT_HERE)
        return super().keep_file(person_id, path, media_type, kind)

    def draw(self, person_id: str, digest: str, waveform: bytes) -> None:
        """Keep a waveform where its sound is."""
        if (held := self._found(person_id, digest)) is not None:
            held.waveform = waveform
        else:
            super().draw(person_id, digest, waveform)

    def waveform(self, person_id: str, digest: str) -> bytes | None:
        """Return a clip's waveform; None if it was never drawn."""
        held = self._found(person_id, digest)
        return held.waveform if held else super().waveform(person_id, digest)

    def read(self, person_id: str, digest: str) -> bytes:
        """Return the bytes."""
        held = self._found(person_id, digest)
        return held.data if held else super().read(person_id, digest)

    def read_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        """Return ``read(...)[start:end]``."""
        held = self._found(person_id, digest)
        return held.data[start:end] if held else super().read_range(person_id, digest, start, end)

    def size(self, person_id: str, digest: str) -> int:
        """Return the number of bytes."""
        held = self._found(person_id, digest)
        return len(held.data) if held else super().size(person_id, digest)

    def write_to(self, person_id: str, digest: str, file: BinaryIO) -> None:
        """Write the bytes to ``file``."""
        if (held := self._found(person_id, digest)) is not None:
            file.write(held.data)
        else:
            super().write_to(person_id, digest, file)

    def owns(self, person_id: str, digest: str) -> bool:
        """Return whether this person keeps, or holds, sound of that name."""
        return self._found(person_id, digest) is not None or super().owns(person_id, digest)

    def media_type(self, person_id: str, digest: str) -> str:
        """Return what kind of file it is."""
        if (held := self._found(person_id, digest)) is not None:
            return held.media_type
        try:
            return super().media_type(person_id, digest)
        except NotFound as error:
            if self.keeps_sound(person_id):
                raise
            raise NotFound(_GONE) from error

    def forget(self, person_id: str, digest: str) -> None:
        """Let go of it."""
        with self._lock:
            self._held.pop((person_id, digest), None)
        super().forget(person_id, digest)

    def _found(self, person_id: str, digest: str) -> _Held | None:
        with self._lock:
            self._drop_old()
            return self._held.get((person_id, digest))

    def _drop_old(self) -> None:
        now = self._clock()
        for key in [key for key, one in self._held.items() if one.until < now]:
            del self._held[key]
