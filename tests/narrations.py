"""A narrator on a database of its own, over whatever answers; lines and shapes for it to speak."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx2
from places import place_over_http
from pydantic import SecretStr

from audiokit.catalog.models import Provider
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.speech.requests import Caller
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.columns import utc_now
from audiokit.store.database import open_database
from audiokit.store.flights import open_flights
from audiokit.store.made import Made
from audiokit.store.tables import person
from audiokit.store.waves import Waves
from audiokit.summaries.narrating import Narrator
from audiokit.summaries.script import KeptLine, Line
from audiokit.summaries.shape import Persona, Shape
from audiokit.usage.ledger import Ledger

__all__ = ["CHAT_DAY", "SHAPE", "TTS_DAY", "Booth", "a_line", "caller_of", "open_booth"]

TTS_DAY, CHAT_DAY = date(2026, 11, 21), date(2027, 2, 1)
"""Days on which OpenAI has a model that only speaks, and on which it has one that talks."""

SHAPE = Shape(personas=(Persona(name="Ada", voice="marin", part="explains"), Persona(name="Bob", voice="cedar")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Booth:
    """The narrator, and what stands under it."""

    narrator: Narrator
    ledger: Ledger
    clips: Clips
    blobs: Blobs
    made: Made
    waves: Waves


def a_line(text: str = "It was a bright cold day in April.", *, name: str = "line-1", speaker: int = 0) -> KeptLine:
    return KeptLine(id=name, line=Line(text=text, speaker=speaker))


def caller_of(person_id: str = "ada", line_id: str = "line-1") -> Caller:
    return Caller(person_id=person_id, page="spoken_summaries", conversation_id="programme-1", turn_id=line_id)


@contextmanager
def open_booth(
    folder: Path,
    *transports: httpx2.BaseTransport,
    providers: tuple[Provider, ...] = (Provider.OFFLINE,),
    day: date = TTS_DAY,
    cache_bytes: int = 50_000_000,
) -> Iterator[Booth]:
    """Open one over a transport for each provider, as on ``day``. Ada and Bob are there already."""
    with ExitStack() as opened:
        database, blobs = open_database(None, folder), Blobs(folder / "blobs")
        opened.callback(database.close)
        clips, ledger, made = Clips(database, blobs), Ledger(database), Made(database)
        waves = Waves(folder / "waves", max_bytes=cache_bytes)
        with database.write() as connection:
            rows = [{"id": name, "name": name, "created_at": utc_now()} for name in ("ada", "bob")]
            connection.execute(person.insert().prefix_with("OR IGNORE"), rows)
        wires = [_wire(provider, transport) for provider, transport in zip(providers, transports, strict=True)]
        for wire in wires:
            opened.callback(wire.close)
        narrator = Narrator(
            places=tuple(place_over_http(wire, ledger, day) for wire in wires),
            clips=clips,
            blobs=blobs,
            made=made,
            waves=waves,
            flights=open_flights(None, folder),
            ledger=ledger,
        )
        yield Booth(narrator=narrator, ledger=ledger, clips=clips, blobs=blobs, made=made, waves=waves)


def _wire(provider: Provider, transport: httpx2.BaseTransport) -> OnEndpoint:
    key = SecretStr("sk-made-up-0123456789")
    endpoint = Endpoint(
        name=f"The {provider}", provider=provider, base_url=f"http://{provider}.invalid/v1", api_key=key
    )
    return OnEndpoint(endpoint, open_client(endpoint, timeout_s=60, max_retries=0, transport=transport))
