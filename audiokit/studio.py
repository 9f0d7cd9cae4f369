"""The neck of the house: opens every service from the settings, and decides nothing else. Start reading here."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, BinaryIO
from zoneinfo import ZoneInfo

import httpx2
from pydantic import SecretStr

from audiokit.audio.door import Door
from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.roles import Choice
from audiokit.converse.answer import Answering
from audiokit.converse.conversations import Conversations
from audiokit.converse.library import OwnTurns
from audiokit.converse.live import LiveBridge, LiveOptions, LiveService
from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import Prompts
from audiokit.converse.prompting.stages import Stages
from audiokit.converse.rooms import Rooms
from audiokit.converse.service import ConverseService
from audiokit.converse.tools.builtin import built_in, for_person
from audiokit.converse.tools.registry import Toolbox
from audiokit.converse.trial import Trials
from audiokit.jobs.queue import Jobs
from audiokit.people.addresses import Signer, load_secret
from audiokit.people.persons import Person, Persons
from audiokit.people.preferences import Preferences
from audiokit.people.roles import may_see_all
from audiokit.people.switches import Switches
from audiokit.sentiment.service import SentimentService, open_service
from audiokit.settings import Settings
from audiokit.speech.admin import Admin, open_admin
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, endpoints_of, open_client
from audiokit.speech.growing import Growing
from audiokit.speech.place import Place
from audiokit.speech.placing import Spending, choice_at, place_at, utc_today
from audiokit.speech.served import Served
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import Database, open_database
from audiokit.store.files import Files
from audiokit.store.flights import Flights, open_flights
from audiokit.store.waves import Waves
from audiokit.summaries.exports import Exports
from audiokit.summaries.feed_keys import FeedKeys
from audiokit.summaries.feeds import Feeds
from audiokit.summaries.opening import Stores, open_summaries
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.service import SummariesService
from audiokit.summaries.shelf import Listening
from audiokit.usage.budgets import Budgets
from audiokit.usage.days import zone_named
from audiokit.usage.experience import Experience
from audiokit.usage.ledger import Ledger
from audiokit.usage.letters import Letters, Postman, Way
from audiokit.usage.notices import Notices
from audiokit.usage.rebuilding import ensure
from audiokit.usage.reconcile import Reconciliation
from audiokit.usage.reports import Reports
from audiokit.usage.repricing import Repricing, catalog_prices
from audiokit.usage.totals import Total, totals
from audiokit.usage.views import UsageService
from audiokit.usage.ways_out import Mail, Webhook

if TYPE_CHECKING:
    from audiokit.offline.engine import Engine
    from audiokit.offline.loopback import Loopback

__all__ = ["Studio", "open_studio", "shared_studio"]

_ROLES = (
    (Role.CONVERSE, Tier.FULL),
    (Role.CONVERSE, Tier.MINI),
    (Role.TRANSCRIBE, Tier.FULL),
    (Role.WRITE, Tier.MINI),
)
_RESTART_S = 10.0  # between claiming a turn and having it in hand
_TRIES = 4  # three variants of a request, and one more with words in place of ids
_SECRET_FILE = "signing.key"  # noqa: S105 - the file's name, not a secret


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Studio:
    """Every service, opened. ``engine`` is the offline engine where it is one of those that answer, else None."""

    settings: Settings
    catalog: Catalog
    persons: Persons
    ledger: Ledger
    converse: ConverseService
    pipeline: PipelineService
    live: LiveService
    summaries: SummariesService
    exports: Exports
    feeds: Feeds
    sentiment: SentimentService
    usage: UsageService
    trials: Trials
    notices: Notices
    postman: Postman
    admin: Admin | None
    signer: Signer
    database: Database
    blobs: Blobs
    clips: Clips
    wires: tuple[OnEndpoint, ...]
    door: Door
    engine: Engine | None
    loopback: Loopback | None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that is asked first."""
        return self.wires[0].endpoint

    def person(self) -> Person:
        """Return who is here: on one machine with no sign-in, the one local person."""
        return self.persons.local()

    def choose(self, role: Role, tier: Tier, asked: str | None = None) -> Choice:
        """Return the model that lives today at our endpoint for this role and tier, and why."""
        return self.converse.places[0].choose(role, tier, asked)

    def clip_size(self, person_id: str, digest: str) -> int:
        """Return the bytes of a person's clip; for :class:`audiokit.api.media.MediaSource`."""
        self.clips.media_type(person_id, digest)
        return self.blobs.size(digest)

    def read_clip_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)`` of a person's clip."""
        self.clips.media_type(person_id, digest)
        return self.blobs.read_range(digest, start, end)

    def totals(self) -> tuple[Total, ...]:
        """Return what everybody's calls came to; for :class:`audiokit.api.metrics.MetricsSource`."""
        return totals(self.database)

    def jobs_under_way(self) -> Mapping[tuple[str, str], int]:
        """Return how many jobs wait or run, by workflow and state."""
        return self.summaries.making.jobs.under_way()

    def growing(self, turn_id: str) -> Growing | None:
        """Return a reply that is being spoken."""
        return self.converse.growing(turn_id)

    def open_live(self, person_id: str, conversation_id: str, options: str) -> LiveBridge:
        """Return a live session of a conversation; for :class:`audiokit.api.live.LiveSource`."""
        return self.live.open(person_id, conversation_id, LiveOptions.read(options))

    def write_export(self, person_id: str, conversation_id: str, to: BinaryIO) -> str:
        """Write a conversation as one archive and return its name; for :class:`audiokit.api.exports.ExportSource`."""
        from audiokit.converse.export.levelled import levelled  # noqa: PLC0415 - the same
        from audiokit.converse.export.zipped import file_name, write_export  # noqa: PLC0415 - only who exports needs it

        exported = self.converse.exported(person_id, conversation_id)
        write_export(exported, to, samples_of=partial(levelled, self.door))
        return file_name(exported)

    def warm(self) -> None:
        """Start what takes a moment, so that the first visitor does not wait for it."""
        self.door.warm()
        self.postman.start()
        for wire in self.wires:
            wire.warm()
        if self.engine is not None:
            self.engine.warm()

    def close(self) -> None:
        """Wait for what is being answered, and let go of everything."""
        self.postman.close()
        self.live.close()
        self.converse.close()
        self.pipeline.close()
        self.summaries.close()
        self.sentiment.close()
        if self.admin is not None:
            self.admin.close()
        self.door.close()
        for wire in self.wires:
            wire.close()
        if self.loopback is not None:
            self.loopback.close()
        if self.engine is not None:
            self.engine.close()
        self.database.close()


def open_studio(settings: Settings | None = None, *, transport: httpx2.BaseTransport | None = None) -> Studio:
    """Open every service.

    ``transport`` takes the place of the network below the official client: recorded traffic, a faulty server.

    Raises:
        NotConfigured: a setting is wrong; the sentence names its key.
        StoreError: the database or the data folder cannot be used.
    """
    settings = settings or Settings.read()
    endpoints, catalog = endpoints_of(settings), Catalog.load()
    _refuse_unplayable_roles(catalog, endpoints[0])
    database = open_database(_database_url(settings), settings.data_dir)
    blobs = Blobs(settings.data_dir / "blobs")
    zone = zone_named(settings.time_zone)
    clips, ledger, budgets = Clips(database, blobs), Ledger(database, zone), Budgets(database, zone)
    if ensure(database, zone):
        budgets.count_anew()
    engine, transports = _transports(endpoints, transport)
    wires = tuple(
        _wire(endpoint, settings, transports.get(endpoint.provider, transport), is_last=endpoint is endpoints[-1])
        for endpoint in endpoints
    )
    conversations, prompts, door, box = Conversations(database), Prompts(database), Door(), built_in()
    spending = Spending(
        budgets=budgets,
        experience=Experience(database),
        longest_s=settings.request_timeout_s * (settings.max_retries + 1),
    )
    rooms = Rooms(Preferences(database))
    switches, persons = Switches(database), Persons(database)
    places = tuple(
        place_at(wire, Served(wire), catalog, ledger, spending=spending, switches=switches) for wire in wires
    )
    loopback, signer = _loopback(engine), Signer(load_secret(settings.data_dir / _SECRET_FILE))
    waves = Waves(settings.data_dir / "waves", max_bytes=settings.cache_mb * 10**6)

    url = _database_url(settings)
    jobs, flights = Jobs(url, settings.data_dir), open_flights(url, settings.data_dir)
    exports, admin = _exports(settings, database, clips, flights), open_admin(settings, transport=transport)
    stores = Stores(database=database, blobs=blobs, clips=clips, waves=waves, exports=exports, flights=flights)

    def toolbox_for(person_id: str, home: str | None) -> Toolbox:
        return for_person(box, OwnTurns(conversations, person_id), home=home)

    interrupted_after_s = _longest_call_s(settings) if settings.database_url else _RESTART_S
    return Studio(
        settings=settings,
        catalog=catalog,
        persons=persons,
        ledger=ledger,
        converse=ConverseService(
            conversations=conversations,
            clips=clips,
            door=door,
            rooms=rooms,
            ledger=ledger,
            places=places,
            answering=Answering(conversations, clips),
            toolbox_for=toolbox_for,
            interrupted_after_s=interrupted_after_s,
        ),
        pipeline=PipelineService(
            prompts=prompts,
            clips=clips,
            ledger=ledger,
            stages=Stages(clips=clips, door=door, rooms=rooms, places=places),
            interrupted_after_s=interrupted_after_s,
        ),
        summaries=open_summaries(stores, places, ledger, jobs),
        exports=exports,
        feeds=Feeds(keys=FeedKeys(signer, Preferences(database)), exports=exports, kept=waves),
        sentiment=open_service(
            database, clips, door, places, flights=flights, jobs=jobs, reads_voice=settings.reads_voice
        ),
        notices=Notices(database, zone),
        postman=Postman(Letters(database, _ways_out(settings))),
        usage=_usage(database, admin, catalog, places[0], budgets, zone),
        trials=Trials(
            place=places[0],
            catalog=catalog,
            conversations=conversations,
            clips=clips,
            door=door,
            rooms=rooms,
            ledger=ledger,
            switches=switches,
            may_decide=lambda person_id: may_see_all(persons.get(person_id)),
        ),
        admin=admin,
        live=LiveService(
            conversations=conversations,
            clips=clips,
            ledger=ledger,
            places=places,
            toolbox_for=toolbox_for,
            reach=partial(_with_socket, loopback),
        ),
        signer=signer,
        database=database,
        blobs=blobs,
        clips=clips,
        wires=wires,
        door=door,
        engine=engine,
        loopback=loopback,
    )


def shared_studio() -> Studio:
    """Return the process's one studio, opened on first use.

    It lives in a module without a file: Streamlit's hot reload evicts every module that has one, and would leave the
    pages with a second studio beside the routes' first.
    """
    process = sys.modules.setdefault("_audiokit_process", types.ModuleType("_audiokit_process"))
    lock: threading.Lock = process.__dict__.setdefault("lock", threading.Lock())
    with lock:
        if "studio" not in process.__dict__:
            process.__dict__["studio"] = open_studio()
        studio: Studio = process.__dict__["studio"]
        return studio


def _usage(
    database: Database, admin: Admin | None, catalog: Catalog, place: Place, budgets: Budgets, zone: ZoneInfo
) -> UsageService:
    persons = Persons(database)
    return UsageService(
        reports=Reports(database, zone),
        budgets=budgets,
        reconciliation=Reconciliation(database, admin, catalog),
        repricing=Repricing(database, zone, catalog_prices(catalog)),
        catalog=catalog,
        provider=place.endpoint.provider,
        ends_on=place.ends_on,
        heir_of=lambda name: heir.model_name if (heir := place.heir_of(name)) else None,
        zone=zone,
        may_see_all=lambda person_id: may_see_all(persons.get(person_id)),
    )


def _ways_out(settings: Settings) -> tuple[Way, ...]:
    """Return how notices of budgets leave the house: only as far as that is set up."""
    ways = list[Way]()
    if settings.notice_webhook is not None:
        address = settings.notice_webhook.get_secret_value()
        ways.append(Webhook(address=address, allow_private=settings.notice_webhook_private))
    if settings.smtp_server is not None and settings.notice_email:
        to = tuple(part.strip() for part in settings.notice_email.split(","))
        sender = settings.notice_email_sender or to[0]
        ways.append(Mail(server=settings.smtp_server.get_secret_value(), to=to, sender=sender))
    return tuple(ways)


def _exports(settings: Settings, database: Database, clips: Clips, flights: Flights) -> Exports:
    files = Files(settings.data_dir / "exports", max_bytes=settings.cache_mb * 10**6, flights=flights)
    return Exports(Listening(Programmes(database), clips), files)


def _longest_call_s(settings: Settings) -> float:
    """Return how long another process may be answering a turn, every repetition counted."""
    at_one = settings.request_timeout_s * (settings.max_retries + 1) * _TRIES
    return at_one * len(settings.engines) + _RESTART_S


def _loopback(engine: Engine | None) -> Loopback | None:
    """Return what gives the offline engine a socket, once somebody talks with it live."""
    if engine is None:
        return None
    from audiokit.offline.loopback import Loopback  # noqa: PLC0415 - only here is its weight wanted

    return Loopback(engine)


def _with_socket(loopback: Loopback | None, endpoint: Endpoint) -> Endpoint:
    """Return where an endpoint's WebSocket is: the engine in this process has one of its own."""
    if loopback is None or endpoint.provider is not Provider.OFFLINE:
        return endpoint
    return replace(endpoint, base_url=loopback.base_url, api_key=SecretStr(loopback.key))


def _wire(
    endpoint: Endpoint, settings: Settings, transport: httpx2.BaseTransport | None, *, is_last: bool
) -> OnEndpoint:
    client = open_client(
        endpoint,
        timeout_s=settings.request_timeout_s,
        max_retries=settings.max_retries,
        transport=transport,
        is_last=is_last,
    )
    return OnEndpoint(endpoint, client, settings.request_timeout_s)


def _refuse_unplayable_roles(catalog: Catalog, endpoint: Endpoint) -> None:
    """Refuse at the start, before anything is opened, what would else fail on the page."""
    for role, tier in _ROLES:
        choice_at(endpoint, catalog, role, tier, on=utc_today())


def _database_url(settings: Settings) -> str | None:
    return settings.database_url.get_secret_value() if settings.database_url else None


def _transports(
    endpoints: tuple[Endpoint, ...], transport: httpx2.BaseTransport | None
) -> tuple[Engine | None, dict[Provider, httpx2.BaseTransport]]:
    """Open the offline engine if it is one of those that answer; in process, with no port."""
    if all(endpoint.provider is not Provider.OFFLINE for endpoint in endpoints) or transport is not None:
        return None, {}
    from audiokit.offline.engine import Engine  # noqa: PLC0415 - only here is its weight wanted
    from audiokit.offline.server import create_app  # noqa: PLC0415 - the same
    from audiokit.offline.transport import InProcessTransport  # noqa: PLC0415 - the same

    engine = Engine()
    return engine, {Provider.OFFLINE: InProcessTransport(create_app(engine))}
