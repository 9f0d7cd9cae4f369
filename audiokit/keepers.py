"""What every room keeps for people, put together: so that it can be found, exported and deleted over all of them."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.converse.keeper import ConversationKeeper, Export
from audiokit.converse.live.logs import Logs
from audiokit.converse.prompting.keeper import PromptKeeper
from audiokit.people.archive import Archive
from audiokit.people.consent import Consent
from audiokit.people.deleting import Deleting
from audiokit.people.discretion import Discretion
from audiokit.people.holdings import Holdings
from audiokit.people.keeping import Keeper
from audiokit.people.privacy import Permit, PrivacyService
from audiokit.people.receipts import Receipts
from audiokit.people.retention import Kind, Retention
from audiokit.sentiment.keeper import RecordingKeeper
from audiokit.sentiment.service import SentimentService
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import Database
from audiokit.store.flights import Flights
from audiokit.store.waves import Waves
from audiokit.summaries.exports import Exports
from audiokit.summaries.keeper import ProgrammeKeeper
from audiokit.summaries.service import SummariesService

__all__ = ["Rooms", "open_privacy"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rooms:
    """The rooms that keep something, and where they keep it. ``export`` writes one conversation as an archive."""

    database: Database
    blobs: Blobs
    clips: Clips
    waves: Waves
    exports: Exports
    flights: Flights
    logs: Logs
    export: Export
    summaries: SummariesService
    sentiment: SentimentService


def open_privacy(rooms: Rooms, *, discretion: Discretion, consent: Consent, permit: Permit) -> PrivacyService:
    """Put the service together."""
    database, making = rooms.database, rooms.summaries.making
    audit, receipts, retention = consent.audit, Receipts(database), Retention(database)
    keepers = _keepers(rooms)

    def forget_jobs() -> None:
        days = retention.everybody()[Kind.RAW]
        if days is not None:
            making.jobs.forget_over(days)

    return PrivacyService(
        deleting=Deleting(
            holdings=Holdings(keepers=keepers, database=database, retention=retention),
            clips=rooms.clips,
            database=database,
            flights=rooms.flights,
            receipts=receipts,
            audit=audit,
            also_sweep=forget_jobs,
        ),
        retention=retention,
        discretion=discretion,
        consent=consent,
        archive=Archive(keepers=keepers, database=database, receipts=receipts, audit=audit),
        audit=audit,
        permit=permit,
    )


def _keepers(rooms: Rooms) -> tuple[Keeper, ...]:
    library = rooms.summaries.library
    return (
        ConversationKeeper(database=rooms.database, logs=rooms.logs, export=rooms.export),
        PromptKeeper(database=rooms.database, clips=rooms.clips),
        ProgrammeKeeper(
            database=rooms.database,
            clips=rooms.clips,
            blobs=rooms.blobs,
            waves=rooms.waves,
            exports=rooms.exports,
            programmes=library.programmes,
            making=library.making,
        ),
        RecordingKeeper(
            database=rooms.database,
            clips=rooms.clips,
            exporting=rooms.sentiment.exporting,
            jobs=rooms.sentiment.making.jobs,
        ),
    )
