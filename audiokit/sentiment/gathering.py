"""Recordings come in: each kept before anything else, then looked at. Nothing is sent; a broken one stops no other."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from audiokit.errors import InputError, NotConfigured
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.kept import Batch, Options, Progress
from audiokit.sentiment.preparing import KIND, Preparing
from audiokit.sentiment.recordings import Recordings
from audiokit.sentiment.voices import Voices
from audiokit.store.clips import Clips
from audiokit.words.names import shown_name

__all__ = ["MOST_FILES", "Gathering"]

MOST_FILES = 200
_AT_ONCE = 2  # as many as the door has processes
_NO_NAME = "Recording"
_ANY = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Every call names the person."""

    batches: Batches
    recordings: Recordings
    clips: Clips
    preparing: Preparing
    voices: Voices

    @property
    def reads_voice(self) -> bool:
        """Whether voices may be read here at all."""
        return self.voices.is_allowed

    def begin(
        self,
        person_id: str,
        files: Sequence[tuple[str, bytes]],
        options: Options | None = None,
        title: str = "",
    ) -> Batch:
        """Begin a batch of files, each a name and its bytes, and look at each of them.

        Raises:
            InputError: there are none, or too many.
            StoreError: they cannot be kept.
        """
        if not files:
            raise InputError("There is no recording yet. Upload one, or record something.")
        _refuse_too_many(len(files))
        batch = self.batches.add(person_id, self.voices.allowed(options or Options()), title.strip())
        return self._with(person_id, batch.id, files)

    def add(self, person_id: str, batch_id: str, files: Sequence[tuple[str, bytes]]) -> Batch:
        """Add files to a batch; errors as for :meth:`begin`."""
        _refuse_too_many(len(self.batches.open(person_id, batch_id).recordings) + len(files))
        return self._with(person_id, batch_id, files)

    def ask_for(self, person_id: str, batch_id: str, options: Options) -> Batch:
        """Change what is asked for; what was read already stays as it was read."""
        return self.batches.change(person_id, batch_id, options=self.voices.allowed(options))

    def _with(self, person_id: str, batch_id: str, files: Sequence[tuple[str, bytes]]) -> Batch:
        """Keep all of them first: what comes after may fail."""
        added = list[str]()
        for name, data in files:
            with self.clips.keeping(person_id, data, mimetypes.guess_type(name)[0] or _ANY, KIND) as digest:
                added.append(self.recordings.add(person_id, batch_id, shown_name(name, otherwise=_NO_NAME), digest))
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="looking") as threads:
            list(threads.map(lambda recording_id: self._look(person_id, recording_id), added))
        return self.batches.open(person_id, batch_id)

    def _look(self, person_id: str, recording_id: str) -> None:
        """Make a recording ready; that nobody can write it down is said when it is begun."""
        try:
            with suppress(NotConfigured):
                self.preparing.prepare(person_id, recording_id)
        except InputError as error:
            self.recordings.change(person_id, recording_id, state=Progress.FAILED.value, trouble=str(error))


def _refuse_too_many(n_files: int) -> None:
    if n_files > MOST_FILES:
        raise InputError(f"A batch takes {MOST_FILES} recordings. Begin another one with the rest.")
