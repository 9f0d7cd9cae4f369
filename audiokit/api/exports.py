"""A whole conversation as one archive, at a signed address that expires."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, Protocol, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from audiokit.api.ranges import attachment
from audiokit.api.refusals import answering
from audiokit.errors import NotAllowed
from audiokit.people.addresses import Signer

__all__ = ["ExportSource", "export_routes"]

_PIECE_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 8 * 1024 * 1024  # a larger archive is put together on the disk


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
        claims = source.signer.open(request.path_params["token"])
        if claims.get("use") != "export":
            raise NotAllowed("This address was made for something else. Load the page again to get a new one.")
        file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 - closed once it is sent
        try:
            person_id, conversation_id = str(claims["person"]), str(claims["conversation"])
            name = await run_in_threadpool(source.write_export, person_id, conversation_id, file)
            size = file.tell()
            file.seek(0)
        except BaseException:
            file.close()
            raise
        headers = {
            "Content-Disposition": attachment(name),
            "Content-Length": str(size),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return StreamingResponse(_pieces(file), headers=headers, media_type="application/zip")

    return [Route("/api/export/{token}", answering(export))]


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await run_in_threadpool(file.read, _PIECE_BYTES):
            yield piece
    finally:
        file.close()
