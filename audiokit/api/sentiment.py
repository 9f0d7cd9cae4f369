"""What was read from a recording, or from a whole batch, as a file at a signed address that expires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import claims_of
from audiokit.api.refusals import answering
from audiokit.api.written import written
from audiokit.errors import NotFound
from audiokit.people.addresses import Signer
from audiokit.sentiment.service import SentimentService

__all__ = ["SentimentSource", "sentiment_routes"]


class SentimentSource(Protocol):
    """Where recordings come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    @property
    def sentiment(self) -> SentimentService:
        """All recordings with their readings."""

    def took_away(self, person_id: str, kind: str, subject_id: str) -> None:
        """Note that something of a person's was downloaded; may block."""


def sentiment_routes(opened: Callable[[], SentimentSource]) -> list[BaseRoute]:
    """Return the route of this module."""

    async def analysis(request: Request) -> Response:
        """Put the file together, then send it."""
        source = opened()
        claims = await claims_of(request, source.signer, "analysis", "batch")
        exporting = source.sentiment.exporting
        match claims:
            case {"use": "analysis", "person": person_id, "recording": recording_id, "format": to}:
                moments = claims.get("moments", "").split()
                answer = await written(lambda file: exporting.write(person_id, recording_id, to, file, moments))
                subject_id = recording_id
            case {"use": "batch", "person": person_id, "batch": batch_id, "format": to}:
                answer = await written(lambda file: exporting.write_batch(person_id, batch_id, to, file))
                subject_id = batch_id
            case _:
                raise NotFound("There is nothing at this address.")
        await run_in_threadpool(source.took_away, person_id, claims["use"], subject_id)
        return answer

    return [Route("/api/analysis/{token}", answering(analysis))]
