"""A programme in one of its formats, at a signed address that expires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import claims_of
from audiokit.api.ranges import attachment
from audiokit.api.refusals import answering
from audiokit.api.sending import sent
from audiokit.people.addresses import Signer
from audiokit.summaries.exports import Exports

__all__ = ["ProgrammeSource", "programme_routes"]


class ProgrammeSource(Protocol):
    """Where programmes come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    @property
    def exports(self) -> Exports:
        """All programmes, as files."""

    def took_away(self, person_id: str, kind: str, subject_id: str) -> None:
        """Note that something of a person's was downloaded; may block."""


def programme_routes(opened: Callable[[], ProgrammeSource]) -> list[BaseRoute]:
    """Return the route of this module."""

    async def programme(request: Request) -> Response:
        """Send the file, which is made first where it is not there yet."""
        source = opened()
        claims = await claims_of(request, source.signer, "programme")
        asked = (claims["person"], claims["programme"], claims["format"])
        file = await run_in_threadpool(source.exports.file, *asked)
        await run_in_threadpool(source.took_away, claims["person"], "programme", claims["programme"])
        headers = {
            "Content-Disposition": attachment(file.name),
            "Cache-Control": "private, no-cache",  # kept, and asked about: an edited programme is another file
            "X-Content-Type-Options": "nosniff",
        }
        return await sent(request, file, headers)

    return [Route("/api/programme/{token}", answering(programme))]
