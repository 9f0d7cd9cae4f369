"""The neck of the house: opens every service from the settings, and decides nothing else. Start reading here."""

from __future__ import annotations

import sys
import threading
import types
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import httpx2

from audiokit.audio.door import Door
from audiokit.catalog.models import Catalog, Provider, Role, Tier
from audiokit.catalog.prices import Price, price_on
from audiokit.catalog.roles import Choice, choose
from audiokit.converse.answer import Answering
from audiokit.converse.conversation import Conversations
from audiokit.converse.service import ConverseService
from audiokit.errors import NotConfigured
from audiokit.people.addresses import Signer, load_secret
from audiokit.people.persons import Person, Persons
from audiokit.settings import Settings
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, endpoint_of, open_client
from audiokit.speech.growing import Growing
from audiokit.speech.metered import Metered
from audiokit.speech.replies import Speech
from audiokit.speech.requests import Caller
from audiokit.speech.varied import Varied
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import Database, open_database
from audiokit.usage.ledger import Ledger

if TYPE_CHECKING:
    from audiokit.offline.engine import Engine

__all__ = ["Studio", "open_studio", "shared_studio"]

_ROLES = ((Role.CONVERSE, Tier.FULL), (Role.CONVERSE, Tier.MINI), (Role.TRANSCRIBE, Tier.FULL))
_RESTART_S = 10.0  # between claiming a turn and having it in hand
_TRIES = 4  # three variants of a request, and one more with words in place of ids
_SECRET_FILE = "signing.key"  # noqa: S105 - the file's name, not a secret


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Studio:
    """Every service, opened. ``engine`` is the offline engine where that is what answers, else None."""

    settings: Settings
    catalog: Catalog
    endpoint: Endpoint
    persons: Persons
    ledger: Ledger
    converse: ConverseService
    signer: Signer
    database: Database
    blobs: Blobs
    clips: Clips
    wire: OnEndpoint
    door: Door
    engine: Engine | None

    def person(self) -> Person:
        """Return who is here: on one machine with no sign-in, the one local person."""
        return self.persons.local()

    def choose(self, role: Role, tier: Tier) -> Choice:
        """Return the model that lives today at our endpoint for this role and tier, and why."""
        return _choice(self.settings, self.catalog, self.endpoint, role, tier)

    def clip_size(self, person_id: str, digest: str) -> int:
        """Return the bytes of a person's clip; for :class:`audiokit.api.media.MediaSource`."""
        self.clips.media_type(person_id, digest)
        return self.blobs.size(digest)

    def read_clip_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)`` of a person's clip."""
        self.clips.media_type(person_id, digest)
        return self.blobs.read_range(digest, start, end)

    def growing(self, turn_id: str) -> Growing | None:
        """Return a reply that is being spoken."""
        return self.converse.growing(turn_id)

    def warm(self) -> None:
        """Start what takes a moment, so that the first visitor does not wait for it."""
        self.door.warm()
        self.wire.warm()
        if self.engine is not None:
            self.engine.warm()

    def close(self) -> None:
        """Wait for what is being answered, and let go of everything."""
        self.converse.close()
        self.door.close()
        self.wire.close()
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
    endpoint, catalog = endpoint_of(settings), Catalog.load()
    _refuse_unplayable_roles(settings, catalog, endpoint)
    database = open_database(_database_url(settings), settings.data_dir)
    blobs = Blobs(settings.data_dir / "blobs")
    clips, ledger = Clips(database, blobs), Ledger(database)
    engine, transport = _offline(endpoint, transport)
    client = open_client(
        endpoint, timeout_s=settings.request_timeout_s, max_retries=settings.max_retries, transport=transport
    )
    on_endpoint = OnEndpoint(endpoint, client, settings.request_timeout_s)

    def price_on_day(model: str, day: date) -> Price | None:
        known = catalog.find(model)
        return price_on(known, day, endpoint.provider) if known else None

    def speech_for(caller: Caller) -> Speech:
        """Read inside out: each try of a varied request is a call of its own, and has its own entry."""
        metered = Metered(inner=on_endpoint, ledger=ledger, price_of=price_on_day, endpoint=endpoint, caller=caller)
        return Varied(metered)

    conversations, door = Conversations(database), Door()
    return Studio(
        settings=settings,
        catalog=catalog,
        endpoint=endpoint,
        persons=Persons(database),
        ledger=ledger,
        converse=ConverseService(
            conversations=conversations,
            clips=clips,
            door=door,
            ledger=ledger,
            endpoint=endpoint,
            answering=Answering(conversations, clips),
            choose=partial(_choice, settings, catalog, endpoint),
            price_of=lambda choice: price_on_day(choice.model_name, datetime.now(UTC).date()),
            speech_for=speech_for,
            interrupted_after_s=_longest_call_s(settings) if settings.database_url else _RESTART_S,
        ),
        signer=Signer(load_secret(settings.data_dir / _SECRET_FILE)),
        database=database,
        blobs=blobs,
        clips=clips,
        wire=on_endpoint,
        door=door,
        engine=engine,
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


def _longest_call_s(settings: Settings) -> float:
    """Return how long another process may be answering a turn, every repetition counted."""
    return settings.request_timeout_s * (settings.max_retries + 1) * _TRIES + _RESTART_S


def _choice(settings: Settings, catalog: Catalog, endpoint: Endpoint, role: Role, tier: Tier) -> Choice:
    today = datetime.now(UTC).date()
    return choose(catalog, role, tier, on=today, provider=endpoint.provider, overrides=settings.models)


def _refuse_unplayable_roles(settings: Settings, catalog: Catalog, endpoint: Endpoint) -> None:
    """Refuse at the start, before anything is opened, what would else fail on the page."""
    known = [role.value for role in Role]
    for name in settings.models:
        if name not in known:
            raise NotConfigured(f"AUDIOKIT_MODELS: {name} is not a role. Roles are {', '.join(known)}.")
    for role, tier in _ROLES:
        _choice(settings, catalog, endpoint, role, tier)


def _database_url(settings: Settings) -> str | None:
    return settings.database_url.get_secret_value() if settings.database_url else None


def _offline(
    endpoint: Endpoint, transport: httpx2.BaseTransport | None
) -> tuple[Engine | None, httpx2.BaseTransport | None]:
    """Open the offline engine if it is what answers; in process, with no port."""
    if endpoint.provider is not Provider.OFFLINE or transport is not None:
        return None, transport
    from audiokit.offline.engine import Engine  # noqa: PLC0415 - only here is its weight wanted
    from audiokit.offline.server import create_app  # noqa: PLC0415 - the same
    from audiokit.offline.transport import InProcessTransport  # noqa: PLC0415 - the same

    engine = Engine()
    return engine, InProcessTransport(create_app(engine))
