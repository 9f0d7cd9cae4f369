"""All batches of a person, and their recordings: found, looked at, renamed, removed."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.sentiment.batches import Batches, BatchHeading
from audiokit.sentiment.kept import Batch, KeptRecording
from audiokit.sentiment.making import Making
from audiokit.sentiment.opinions import SecondOpinions, second_opinions
from audiokit.sentiment.recordings import Recordings
from audiokit.store.clips import Clips

__all__ = ["BatchHeading", "Library"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Every call names the person; what is not theirs raises NotFound, or is nothing where figures are asked for."""

    batches_kept: Batches
    recordings: Recordings
    clips: Clips
    making: Making

    def batches(self, person_id: str, search: str = "") -> tuple[BatchHeading, ...]:
        """Return this person's batches, the latest first; those whose title, file names or words hold ``search``."""
        return self.batches_kept.headings(person_id, search=search)

    def batch(self, person_id: str, batch_id: str) -> Batch:
        """Return one batch as it stands."""
        return self.batches_kept.open(person_id, batch_id)

    def second_opinions(self, person_id: str, batch_id: str) -> SecondOpinions:
        """Return how often the better model was asked about a batch, and what asking it of nothing else saved."""
        return second_opinions(self.batches_kept.database, person_id, batch_id)

    def recording(self, person_id: str, recording_id: str) -> KeptRecording:
        """Return one recording with all that is known of it so far."""
        return self.recordings.open(person_id, recording_id)

    def rename(self, person_id: str, batch_id: str, title: str) -> Batch:
        """Give a batch another title."""
        return self.batches_kept.change(person_id, batch_id, title=title.strip())

    def rename_recording(self, person_id: str, recording_id: str, name: str) -> KeptRecording:
        """Give a recording another name; one without letters leaves it as it is."""
        if name.strip():
            self.recordings.change(person_id, recording_id, name=name.strip())
        return self.recordings.open(person_id, recording_id)

    def remove(self, person_id: str, batch_id: str) -> None:
        """Remove a batch with its recordings and all sound of them; what is being done for it is cancelled."""
        self.making.cancel(person_id, batch_id)
        for digest in self.batches_kept.remove(person_id, batch_id):
            self.clips.forget(person_id, digest)

    def remove_recording(self, person_id: str, recording_id: str) -> Batch:
        """Remove one recording with its sound; what it cost stays in the ledger, and no longer counts for the batch."""
        batch_id = self.recordings.about(person_id, recording_id).batch_id
        self.making.cancel(person_id, batch_id, recording_id=recording_id)
        for digest in self.recordings.remove(person_id, recording_id):
            self.clips.forget(person_id, digest)
        return self.batches_kept.open(person_id, batch_id)
