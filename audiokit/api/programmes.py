"""A programme in one of its formats, at a signed address that expires."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import BinaryIO, Protocol, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from audiokit.api.ranges import attachment
from audiokit.api.refusals import answering
from audiokit.errors import NotAllowed, NotFound
from audiokit.people.addresses import Signer
from audiokit.store.clips import Clips
from audiokit.summaries.service import SummariesService
from audiokit.summaries.view import view_of

__all__ = ["ProgrammeSource", "programme_routes"]

_PIECE_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 8 * 1024 * 1024
_NO_FORMAT = "There is no such format. Load the page again, and choose one of those it offers."
_NOT_MADE = "This programme has no recording yet. Generate its sound first."


class ProgrammeSource(Protocol):
    """Where programmes come from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    @property
    def summaries(self) -> SummariesService:
        """All programmes."""

    @property
    def clips(self) -> Clips:
        """All recordings."""


def programme_routes(opened: Callable[[], ProgrammeSource]) -> list[BaseRoute]:
    """Return the route of this module."""

    async def programme(request: Request) -> Response:
        """Make the file, then send it."""
        source = opened()
        claims = source.signer.open(request.path_params["token"])
        if claims.get("use") != "programme":
            raise NotAllowed("This address was made for something else. Load the page again to get a new one.")
        file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 - closed once it is sent
        asked = (str(claims["person"]), str(claims["programme"]), str(claims["format"]))
        try:
            name, media_type = await run_in_threadpool(_write, source, *asked, file)
            size = file.seek(0, 2)
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
        return StreamingResponse(_pieces(file), headers=headers, media_type=media_type)

    return [Route("/api/programme/{token}", answering(programme))]


def _write(source: ProgrammeSource, person_id: str, programme_id: str, to: str, file: BinaryIO) -> tuple[str, str]:
    """Write the file and return its name and type.

    Raises:
        NotFound: there is no such programme or format, or it has no recording.
    """
    from audiokit.summaries.exporting import ExportFormat, export  # noqa: PLC0415 - only who exports needs encoders

    view = view_of(source.summaries.library.open(person_id, programme_id))
    if view is None:
        raise NotFound(_NOT_MADE)
    if to not in set(ExportFormat):
        raise NotFound(_NO_FORMAT)
    exported = export(view, ExportFormat(to), partial(source.clips.read, person_id, view.master))
    exported.write(file)
    return exported.name, exported.media_type


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await run_in_threadpool(file.read, _PIECE_BYTES):
            yield piece
    finally:
        file.close()
