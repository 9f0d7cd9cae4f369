"""A whole conversation as one archive, at a signed address that expires."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import claims_of
from audiokit.api.refusals import answering
from audiokit.api.written import written
from audiokit.people.addresses import Signer

__all__ = ["ExportSource", "export_routes"]


class ExportSource(Protocol):
    """Where conversations come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    def write_export(self, person_id: str, conversation_id: str, to: BinaryIO) -> str:
        """Write the archive of a person's conversation and return its name; may block.

        Raises:
            NotFound: this person has no such conversation.
        """


def export_routes(opened: Callable[[], ExportSource]) -> list[BaseRoute]:
    """Return the route of this module."""

    async def export(request: Request) -> Response:
        """Put the archive together, then send it."""
        source = opened()
        claims = await claims_of(request, source.signer, "export")
        person_id, conversation_id = claims["person"], claims["conversation"]
        return await written(lambda file: (source.write_export(person_id, conversation_id, file), "application/zip"))

    return [Route("/api/export/{token}", answering(export))]
