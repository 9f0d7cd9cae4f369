"""Sentiment Analysis for pages and programs: recordings in, what was felt in them, when and by whom, with the proof."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.audio.door import Door
from audiokit.jobs.queue import Jobs
from audiokit.sentiment.asking import Asking
from audiokit.sentiment.batches import Batches
from audiokit.sentiment.correcting import Correcting
from audiokit.sentiment.exporting.service import Exporting
from audiokit.sentiment.gathering import Gathering
from audiokit.sentiment.hearing import Hearing
from audiokit.sentiment.library import Library
from audiokit.sentiment.making import Making
from audiokit.sentiment.parts import Parts
from audiokit.sentiment.preparing import Preparing
from audiokit.sentiment.quote import Estimates
from audiokit.sentiment.recordings import Recordings
from audiokit.sentiment.segments import Segments
from audiokit.sentiment.till import Till
from audiokit.sentiment.transcribing import Transcribing
from audiokit.sentiment.voices import Voices
from audiokit.sentiment.workshop import Workshop
from audiokit.speech.place import Place
from audiokit.store.clips import Clips
from audiokit.store.database import Database
from audiokit.store.flights import Flights
from audiokit.store.tables import batch, recording
from audiokit.usage.purse import Purse

__all__ = ["NOT_READ", "SentimentService", "open_service"]

NOT_READ = (
    "How voices sound is not read here: whoever runs audiokit has switched that off. To infer emotions from voices at "
    "work or in education is prohibited in the European Union, but for medical or safety reasons (AI Act, Regulation "
    "(EU) 2024/1689, Article 5(1)(f)). What the words say, and plain measures of the sound, stay."
)
"""What a person is told where ``AUDIOKIT_READS_VOICE`` is false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentService:
    """Built once, shared by all visitors; its parts stand in the order in which a person comes to them."""

    gathering: Gathering
    making: Making
    library: Library
    correcting: Correcting
    asking: Asking
    exporting: Exporting
    workshop: Workshop

    @property
    def reads_voice(self) -> bool:
        """Whether voices may be read here at all; if not, :data:`NOT_READ` says why."""
        return self.workshop.voices.is_allowed

    def close(self) -> None:
        """Let go of what was opened."""
        self.making.jobs.close()


def open_service(
    database: Database,
    clips: Clips,
    door: Door,
    places: tuple[Place, ...],
    *,
    flights: Flights,
    jobs: Jobs,
    reads_voice: bool = True,
) -> SentimentService:
    """Put the service together; ``reads_voice`` False switches off all inference from voices (:data:`NOT_READ`)."""
    batches, recordings = Batches(database), Recordings(database)
    parts, segments = Parts(database), Segments(database)
    hearing = Hearing(places)
    estimates = Estimates(places, hearing)
    preparing = Preparing(recordings=recordings, parts=parts, clips=clips, door=door, hearing=hearing)
    till = Till(purse=Purse(database, batch, "batch", part_of=recording.c.batch_id), flights=flights)
    voices = Voices(
        segments=segments,
        preparing=preparing,
        estimates=estimates,
        till=till,
        places=places,
        is_allowed=reads_voice,
    )
    workshop = Workshop(
        recordings=recordings,
        parts=parts,
        segments=segments,
        preparing=preparing,
        transcribing=Transcribing(parts=parts, preparing=preparing, hearing=hearing, estimates=estimates, till=till),
        voices=voices,
        estimates=estimates,
        till=till,
        places=places,
    )
    making = Making(batches=batches, recordings=recordings, parts=parts, estimates=estimates, voices=voices, jobs=jobs)
    return SentimentService(
        gathering=Gathering(batches=batches, recordings=recordings, clips=clips, preparing=preparing, voices=voices),
        making=making,
        library=Library(batches_kept=batches, recordings=recordings, clips=clips, making=making),
        correcting=Correcting(recordings=recordings, segments=segments, workshop=workshop),
        asking=Asking(batches=batches, recordings=recordings, estimates=estimates, till=till, places=places),
        exporting=Exporting(batches=batches, recordings=recordings, preparing=preparing),
        workshop=workshop,
    )
