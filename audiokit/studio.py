"""The neck of the house: opens every service from the settings, and decides nothing else. Start reading here."""

from __future__ import annotations

import math
import sys
import threading
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
from audiokit.converse.prompting.background import Background
from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import Prompts
from audiokit.converse.prompting.stages import Stages
from audiokit.converse.rooms import Rooms
from audiokit.converse.service import ConverseService
from audiokit.converse.tools.builtin import built_in, for_person
from audiokit.converse.tools.registry import Toolbox
from audiokit.converse.trial import Trials
from audiokit.errors import AudiokitError, NotAllowed
from audiokit.jobs.queue import Jobs
from audiokit.keepers import Rooms as KeepingRooms
from audiokit.keepers import open_privacy
from audiokit.people.addresses import Signer
from audiokit.people.audit import FEED, Audit, Deed
from audiokit.people.consent import Consent
from audiokit.people.discretion import Discreet, Discretion
from audiokit.people.persons import Person, Persons
from audiokit.people.preferences import Preferences
from audiokit.people.privacy import PrivacyService
from audiokit.people.register import Register
from audiokit.people.roles import Action, allows
from audiokit.people.roles import Role as PersonRole
from audiokit.people.service import PeopleService
from audiokit.people.signing_in import ClaimRules
from audiokit.people.signing_secret import signing_secret
from audiokit.people.starting import Starting
from audiokit.people.switches import Switches
from audiokit.people.tokens import Tokens
from audiokit.process.readiness import Readiness
from audiokit.sentiment.service import SentimentService, open_service
from audiokit.settings import Mode, Settings
from audiokit.speech.admin import Admin, open_admin
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, endpoints_of, open_client
from audiokit.speech.growing import Growing
from audiokit.speech.paced import JOBS_AHEAD_S, Pace
from audiokit.speech.place import Place
from audiokit.speech.placing import Spending, choice_at, place_at, utc_today
from audiokit.speech.redacted import redacting
from audiokit.speech.served import Served
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.copies import KEPT_S
from audiokit.store.database import Database, open_database
from audiokit.store.files import Files
from audiokit.store.fleeting import FleetingClips
from audiokit.store.flights import Flights, open_flights
from audiokit.store.in_hand import InHand, open_in_hand
from audiokit.store.opening import open_blobs
from audiokit.store.rates import Rates
from audiokit.store.waves import Waves
from audiokit.summaries.exports import Exports
from audiokit.summaries.feed_keys import FeedKeys
from audiokit.summaries.feeds import Feeds
from audiokit.summaries.opening import Stores, open_summaries
from audiokit.summaries.programmes import Programmes
from audiokit.summaries.service import SummariesService
from audiokit.summaries.shelf import Listening
from audiokit.summaries.workshop import PAGE as PROGRAMMES
from audiokit.usage.budgets import Budgets
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
from audiokit.usage.zones import zone_of

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
_STARTS_PER_MINUTE = 240  # of one person, where people sign in
_RESTART_S = 10.0  # between claiming a turn and having it in hand


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Studio:
    """Every service, opened. ``engine`` is the offline engine where it is one of those that answer, else None."""

    settings: Settings
    catalog: Catalog
    persons: Persons
    people: PeopleService
    claim_rules: ClaimRules
    ledger: Ledger
    converse: ConverseService
    pipeline: PipelineService
    live: LiveService
    summaries: SummariesService
    exports: Exports
    feeds: Feeds
    sentiment: SentimentService
    usage: UsageService
    privacy: PrivacyService
    trials: Trials
    notices: Notices
    postman: Postman
    admin: Admin | None
    signer: Signer
    database: Database
    blobs: Blobs
    clips: Clips
    waves: Waves
    wires: tuple[OnEndpoint, ...]
    door: Door
    engine: Engine | None
    loopback: Loopback | None
    in_hand: InHand
    readiness: Readiness = field(default_factory=Readiness)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that is asked first."""
        return self.wires[0].endpoint

    def person(self) -> Person:
        """Return who is here where nobody signs in: the one local person.

        Raises:
            NotAllowed: people sign in here.
        """
        if self.settings.mode is not Mode.SINGLE:
            raise NotAllowed("Sign in first.")
        return self.persons.local()

    def choose(self, role: Role, tier: Tier, *, person_id: str) -> Choice:
        """Return the model that lives today at our endpoint for this role and tier, and why: a person's own first."""
        return self.converse.places[0].for_person(person_id).choose(role, tier)

    def clip_size(self, person_id: str, digest: str) -> int:
        """Return the bytes of a person's clip; for :class:`audiokit.api.media.MediaSource`."""
        return self.clips.size(person_id, digest)

    def read_clip_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)`` of a person's clip."""
        return self.clips.read_range(person_id, digest, start, end)

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
        self.privacy.require_consent(person_id)
        return self.live.open(person_id, conversation_id, LiveOptions.read(options))

    def write_export(self, person_id: str, conversation_id: str, to: BinaryIO) -> str:
        """Write a conversation as one archive and return its name; for :class:`audiokit.api.exports.ExportSource`."""
        name = _write_export(self.converse, self.door, person_id, conversation_id, to)
        self.took_away(person_id, "conversation", conversation_id)
        return name

    def took_away(self, person_id: str, kind: str, subject_id: str) -> None:
        """Note that something of a person's was downloaded, once an hour; for the sources of :mod:`audiokit.api`."""
        note = partial(self.privacy.audit.note_once, person_id, Deed.EXPORTED, person_id=person_id)
        note(subject_kind=kind, subject_id=subject_id)

    def warm(self) -> None:
        """Start what takes a moment, so that the first visitor does not wait for it."""
        self.door.warm()
        self.postman.start()
        for wire in self.wires:
            wire.warm()
        if self.engine is not None:
            self.engine.warm()

    def stores(self) -> Mapping[str, bool]:
        """Return whether the database and the recordings can be used now; for :mod:`audiokit.api.health`."""
        return {"database": _works(self.database.check), "recordings": _works(self.blobs.check)}

    @property
    def n_under_way(self) -> int:
        """How many answers, prompts and live talks there are now; for :mod:`audiokit.api.stopping`."""
        answers, prompts = self.converse.answering.n_under_way, self.pipeline.background.n_under_way
        return answers + prompts + self.live.seats.n_taken

    def end_live(self) -> None:
        """Have live talks end, and begin no more; called on the event loop."""
        self.live.seats.close()

    def tidy(self) -> None:
        """Let go of what this machine has at hand and nobody has used for long; for a timer."""
        for kept in (self.blobs, self.waves, self.exports.files):
            kept.sweep()
        self.privacy.deleting.sweep()

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
        self.in_hand.close()
        self.database.close()


def open_studio(
    settings: Settings | None = None, *, transport: httpx2.BaseTransport | None = None, runs_jobs: bool = False
) -> Studio:
    """Open every service.

    ``transport`` takes the place of the network below the official client: recorded traffic, a faulty server. Where
    calls wait for their turn, those of a process that ``runs_jobs`` let people go before.

    Raises:
        NotConfigured: a setting is wrong; the sentence names its key.
        StoreError: the database or the data folder cannot be used.
    """
    settings = settings or Settings.read()
    endpoints, catalog = endpoints_of(settings), Catalog.load()
    _refuse_unplayable_roles(catalog, endpoints[0])
    database = open_database(_database_url(settings), settings.data_dir)
    blobs = open_blobs(settings)
    zone = zone_of(database, settings.time_zone)
    consent = Consent(text=settings.consent, preferences=Preferences(database), audit=Audit(database))
    discretion = _discretion(settings, database)
    clips = FleetingClips(database, blobs, admit=consent.admit, keeps_nothing=discretion.keeps_nothing)
    ledger, budgets = Ledger(database, zone), Budgets(database, zone)
    if ensure(database, zone):
        budgets.count_anew()
    engine, transports = _transports(endpoints, transport)
    wires = tuple(
        _wire(endpoint, settings, transports.get(endpoint.provider, transport), is_last=endpoint is endpoints[-1])
        for endpoint in endpoints
    )
    conversations, prompts, door, box = Conversations(database), Prompts(database), Door(), built_in()
    persons = Persons(database, has_local=settings.mode is Mode.SINGLE)
    spending = Spending(
        budgets=budgets,
        experience=Experience(database),
        longest_s=settings.request_timeout_s * (settings.max_retries + 1),
        permit=partial(persons.permit, action=Action.CALL_MODELS),
        pace=_pace(settings, database, runs_jobs=runs_jobs),
    )
    rooms = Rooms(Preferences(database))
    switches = Switches(database)
    places = tuple(
        redacting(
            place_at(wire, Served(wire), catalog, ledger, spending=spending, switches=switches),
            discretion.redacts,
            leaving=PROGRAMMES,
        )
        for wire in wires
    )
    if per_minute := _starts_per_minute(settings):
        starting = Starting(places[0].permit, Rates(database), per_minute)
        places = (replace(places[0], permit=starting), *places[1:])
    loopback, signer = _loopback(engine), Signer(signing_secret(settings, database), epoch_of=persons.epoch)
    waves = Waves(settings.data_dir / "waves", max_bytes=settings.cache_mb * 10**6, keeps_s=_keeps_s(settings))

    url = _database_url(settings)
    jobs, flights = Jobs(url, settings.data_dir), open_flights(url, settings.data_dir)
    in_hand = open_in_hand(url, settings.data_dir)
    exports, admin = _exports(settings, database, clips, flights), open_admin(settings, transport=transport)
    stores = Stores(database=database, blobs=blobs, clips=clips, waves=waves, exports=exports, flights=flights)

    def toolbox_for(person_id: str, home: str | None) -> Toolbox:
        return for_person(box, OwnTurns(conversations, person_id), home=home)

    converse = ConverseService(
        conversations=conversations,
        clips=clips,
        door=door,
        rooms=rooms,
        ledger=ledger,
        places=places,
        answering=Answering(conversations, clips, as_kept=discretion.as_kept, in_hand=in_hand),
        toolbox_for=toolbox_for,
        interrupted_after_s=_RESTART_S,
    )
    live = LiveService(
        conversations=conversations,
        clips=clips,
        ledger=ledger,
        places=places,
        toolbox_for=toolbox_for,
        reach=partial(_with_socket, loopback),
        as_kept=discretion.as_kept,
    )
    summaries = open_summaries(stores, places, ledger, jobs)
    sentiment = open_service(
        database, clips, door, places, flights=flights, jobs=jobs, reads_voice=settings.reads_voice
    )
    keeping = KeepingRooms(
        database=database,
        blobs=blobs,
        clips=clips,
        waves=waves,
        exports=exports,
        flights=flights,
        logs=live.logs,
        export=partial(_write_export, converse, door),
        summaries=summaries,
        sentiment=sentiment,
    )
    return Studio(
        settings=settings,
        catalog=catalog,
        persons=persons,
        people=PeopleService(
            persons,
            Register(database, persons, recount=budgets.count_teams_anew),
            Tokens(database),
            consent.audit,
        ),
        claim_rules=_claim_rules(settings),
        ledger=ledger,
        converse=converse,
        pipeline=PipelineService(
            background=Background(in_hand),
            prompts=prompts,
            clips=clips,
            ledger=ledger,
            stages=Stages(clips=clips, door=door, rooms=rooms, places=places),
            interrupted_after_s=_RESTART_S,
        ),
        summaries=summaries,
        exports=exports,
        feeds=Feeds(
            keys=FeedKeys(signer, Preferences(database)), exports=exports, kept=waves, heard=_noted_by(consent.audit)
        ),
        sentiment=sentiment,
        privacy=open_privacy(keeping, discretion=discretion, consent=consent, permit=persons.permit),
        notices=Notices(database, zone),
        postman=Postman(Letters(database, _ways_out(settings))),
        usage=_audited(_usage(database, admin, catalog, places[0], budgets, zone, persons), consent.audit),
        trials=Trials(
            place=places[0],
            catalog=catalog,
            conversations=conversations,
            clips=clips,
            door=door,
            rooms=rooms,
            ledger=ledger,
            switches=switches,
            may_decide=lambda person_id: allows(persons.standing(person_id), Action.SWITCH_FOR_ALL),
        ),
        admin=admin,
        live=live,
        signer=signer,
        database=database,
        blobs=blobs,
        clips=clips,
        waves=waves,
        wires=wires,
        door=door,
        engine=engine,
        loopback=loopback,
        in_hand=in_hand,
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


def _write_export(converse: ConverseService, door: Door, person_id: str, conversation_id: str, to: BinaryIO) -> str:
    from audiokit.converse.export.levelled import levelled  # noqa: PLC0415 - only who exports needs it
    from audiokit.converse.export.zipped import file_name, write_export  # noqa: PLC0415 - the same

    exported = converse.exported(person_id, conversation_id)
    write_export(exported, to, samples_of=partial(levelled, door))
    return file_name(exported)


def _discretion(settings: Settings, database: Database) -> Discretion:
    here = Discreet(keeps_nothing=settings.keep_nothing, redacts=settings.redact)
    return Discretion(preferences=Preferences(database), everybody=here)


def _usage(
    database: Database,
    admin: Admin | None,
    catalog: Catalog,
    place: Place,
    budgets: Budgets,
    zone: ZoneInfo,
    persons: Persons,
) -> UsageService:
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
        may_see_all=lambda person_id: allows(persons.standing(person_id), Action.SEE_ALL),
    )


def _noted_by(audit: Audit) -> Callable[[str, str], None]:
    """Return what notes that a programme was asked for at a private feed's address."""

    def heard(person_id: str, programme_id: str) -> None:
        note = partial(audit.note_once, FEED, Deed.EXPORTED, person_id=person_id)
        note(subject_kind="programme", subject_id=programme_id)

    return heard


def _audited(usage: UsageService, audit: Audit) -> UsageService:
    """Return the same, with a note of who looks at numbers that are not theirs, and who changes budgets."""

    def saw(actor: str, whose: str | None) -> None:
        audit.note_once(actor, Deed.SAW_NUMBERS, person_id=whose, subject_kind=None if whose else "everybody")

    def changed(actor: str, what: str, whose: str | None) -> None:
        audit.note(actor, Deed.CHANGED_BUDGET, person_id=whose, subject_kind="budget", detail={"which": what})

    return replace(usage, saw=saw, changed=changed)


def _claim_rules(settings: Settings) -> ClaimRules:
    return ClaimRules(
        role_claim=settings.oidc_role_claim,
        roles={name: PersonRole(role) for name, role in settings.oidc_roles.items()},
        team_claim=settings.oidc_team_claim,
        admins=settings.admin_addresses,
        default_role=PersonRole(settings.default_role),
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
    folder, keeps_s = settings.data_dir / "exports", _keeps_s(settings) or math.inf
    files = Files(folder, max_bytes=settings.cache_mb * 10**6, flights=flights, keeps_s=keeps_s)
    return Exports(Listening(Programmes(database), clips), files)


def _works(check: Callable[[], object]) -> bool:
    try:
        check()
    except AudiokitError:
        return False
    return True


def _keeps_s(settings: Settings) -> float | None:
    """Return how long this machine keeps what was made of people's things; None is as long as there is room.

    What is deleted on one machine is forgotten there at once, and on those that share its database by then.
    """
    return KEPT_S if settings.database_url else None


def _starts_per_minute(settings: Settings) -> int | None:
    return settings.person_calls_per_minute or (_STARTS_PER_MINUTE if settings.mode is Mode.OIDC else None)


def _pace(settings: Settings, database: Database, *, runs_jobs: bool) -> Pace:
    patience_s = settings.request_timeout_s
    ahead_s = JOBS_AHEAD_S if runs_jobs else patience_s
    return Pace(rates=Rates(database), limits=settings.rates, patience_s=patience_s, ahead_s=ahead_s)


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
