"""A pipeline from voice to prompt on a database of its own, over the offline engine behind whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx2
from places import place_over_http
from pydantic import SecretStr

from audiokit.audio.door import Door
from audiokit.catalog.models import Provider
from audiokit.converse.conversations import Conversations
from audiokit.converse.prompting.pipeline import PipelineService
from audiokit.converse.prompting.prompts import Prompts
from audiokit.converse.prompting.stages import Stages
from audiokit.converse.rooms import Rooms
from audiokit.people.persons import Persons
from audiokit.people.preferences import Preferences
from audiokit.speech.client import OnEndpoint
from audiokit.speech.endpoint import Endpoint, open_client
from audiokit.store.blobs import Blobs
from audiokit.store.clips import Clips
from audiokit.store.database import open_database
from audiokit.usage.ledger import Ledger

__all__ = ["DAY", "ME", "Desk", "open_desk"]

ME = "local"
DAY = date(2026, 11, 21)
_KEY = SecretStr("sk-made-up")
_ENDPOINTS = (
    Endpoint(name="OpenAI", provider=Provider.OPENAI, base_url="https://api.openai.com/v1", api_key=_KEY),
    Endpoint(name="Azure OpenAI", provider=Provider.AZURE, base_url="https://x.invalid/openai/v1/", api_key=_KEY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The pipeline, and what stands under it. ``conversations`` may have the same clips."""

    pipeline: PipelineService
    prompts: Prompts
    clips: Clips
    blobs: Blobs
    ledger: Ledger
    conversations: Conversations


@contextmanager
def open_desk(folder: Path, door: Door, *transports: httpx2.BaseTransport) -> Iterator[Desk]:
    """Open one at OpenAI and, with a second transport, at Azure; models and prices are those of ``DAY``.

    A call is not repeated by the SDK.
    """
    database, blobs = open_database(None, folder), Blobs(folder / "blobs")
    clips, ledger = Clips(database, blobs), Ledger(database)
    wires = [_wire(endpoint, transport) for endpoint, transport in zip(_ENDPOINTS, transports, strict=False)]
    pipeline = PipelineService(
        prompts=Prompts(database),
        clips=clips,
        ledger=ledger,
        stages=Stages(
            clips=clips,
            door=door,
            rooms=Rooms(Preferences(database)),
            places=tuple(place_over_http(wire, ledger, DAY) for wire in wires),
        ),
    )
    Persons(database).local()
    try:
        yield Desk(
            pipeline=pipeline,
            prompts=pipeline.prompts,
            clips=clips,
            blobs=blobs,
            ledger=ledger,
            conversations=Conversations(database),
        )
    finally:
        pipeline.close()
        for wire in wires:
            wire.close()
        database.close()


def _wire(endpoint: Endpoint, transport: httpx2.BaseTransport) -> OnEndpoint:
    return OnEndpoint(endpoint, open_client(endpoint, timeout_s=60, max_retries=0, transport=transport))
