"""The parts of Spoken Summaries, put together."""

from __future__ import annotations

from dataclasses import dataclass

from audiokit.documents.fetched import fetch
from audiokit.documents.reader import Reader
from audiokit.jobs.queue import Jobs
from audiokit.speech.place import Place
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import Database
from audiokit.store.flights import Flights
from audiokit.store.made import Made
from audiokit.store.tables import programme
from audiokit.store.waves import Waves
from audiokit.summaries.editing import Editing
from audiokit.summaries.exports import Exports
from audiokit.summaries.gathering import Gathering
from audiokit.summaries.library import Library
from audiokit.summaries.making import Making
from audiokit.summaries.narrating import Narrator
from audiokit.summaries.planning import Planner
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.scripts import Scripts
from audiokit.summaries.service import SummariesService
from audiokit.summaries.workshop import Workshop
from audiokit.summaries.writer import Writer
from audiokit.usage.ledger import Ledger
from audiokit.usage.purse import Purse

__all__ = ["Stores", "open_summaries"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stores:
    """What is kept, and where."""

    database: Database
    blobs: Blobs
    clips: Clips
    waves: Waves
    exports: Exports
    flights: Flights


def open_summaries(stores: Stores, places: tuple[Place, ...], ledger: Ledger, jobs: Jobs) -> SummariesService:
    """Put the service together."""
    database, clips = stores.database, stores.clips
    programmes, scripts, made = Programmes(database), Scripts(database), Made(database)
    planner = Planner(places, made, programmes)
    narrator = Narrator(
        places=places,
        clips=clips,
        blobs=stores.blobs,
        made=made,
        waves=stores.waves,
        flights=stores.flights,
        ledger=ledger,
    )
    workshop = Workshop(
        programmes=programmes,
        scripts=scripts,
        clips=clips,
        purse=Purse(database, programme, "programme"),
        planner=planner,
        writer=Writer(places),
        narrator=narrator,
    )
    gathering = Gathering(programmes=programmes, clips=clips, reader=Reader(), fetch=fetch)
    making = Making(
        programmes=programmes,
        scripts=scripts,
        clips=clips,
        ledger=ledger,
        planner=planner,
        workshop=workshop,
        jobs=jobs,
    )
    editing = Editing(programmes=programmes, scripts=scripts, clips=clips, workshop=workshop, making=making)
    library = Library(
        programmes=programmes,
        scripts=scripts,
        clips=clips,
        exports=stores.exports,
        gathering=gathering,
        editing=editing,
        making=making,
    )
    return SummariesService(gathering=gathering, planner=planner, editing=editing, making=making, library=library)
