"""Sound and words over HTTP, at signed addresses that expire: finished clips by range, growing replies as they grow."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from audiokit.api.identity import claims_of
from audiokit.api.ranges import Range, Unsatisfiable, attachment, parse_range
from audiokit.api.refusals import answering, refusal
from audiokit.errors import InputError, NotFound
from audiokit.people.addresses import LIFETIME_S, Signer
from audiokit.speech.growing import SAMPLE_RATE_HZ, Growing

__all__ = ["MediaSource", "OpenSource", "media_routes"]

_PIECE_BYTES = 256 * 1024  # one read of a clip on its way out
_AUDIO_TYPE = re.compile(r"audio/[a-z0-9.+-]+", re.ASCII)
_LIVE_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second: nginx passes it on at once


class MediaSource(Protocol):
    """Where sound comes from: what the studio offers."""

    @property
    def signer(self) -> Signer:
        """What signs and opens addresses."""

    def clip_size(self, person_id: str, digest: str) -> int:
        """Return how many bytes this clip has; may block.

        Raises:
            NotFound: this person has no such clip.
        """

    def read_clip_range(self, person_id: str, digest: str, start: int, end: int) -> bytes:
        """Return the bytes ``[start, end)`` of a clip; may block.

        Raises:
            NotFound: this person has no such clip.
        """

    def growing(self, turn_id: str) -> Growing | None:
        """Return the reply that is growing, or has just grown, for a turn; never blocks."""


OpenSource = Callable[[], MediaSource]
"""Called for each request, so that routes can be laid before the studio is opened; must be cheap once it is open."""


def media_routes(opened: OpenSource) -> list[BaseRoute]:
    """Return the three routes of this module."""
    media = _Media(opened)
    return [
        Route("/api/media/clip/{token}", answering(media.clip)),
        Route("/api/media/live/{token}", answering(media.live)),
        Route("/api/media/words/{token}", answering(media.words)),
    ]


@dataclass(frozen=True, slots=True)
class _Clip:
    person_id: str
    digest: str
    media_type: str
    name: str | None
    size: int

    @property
    def etag(self) -> str:
        return f'"{self.digest}"'


@dataclass(frozen=True, slots=True)
class _Media:
    opened: OpenSource

    async def clip(self, request: Request) -> Response:
        """Send a finished clip, whole or the range asked for, a piece at a time."""
        source = self.opened()
        clip = await _find(source, await claims_of(request, source.signer, "clip"))
        headers = _clip_headers(clip, download=request.query_params.get("download") == "1")
        if clip.etag in _tags(request.headers.get("if-none-match")):
            return Response(status_code=304, headers=headers)
        try:
            part = _asked_for(request, clip)
        except Unsatisfiable:
            outside = {"Content-Range": f"bytes */{clip.size}"}
            return refusal(416, f"This recording has only {clip.size} bytes.", outside)
        return _sent(source, clip, part, headers, head=request.method == "HEAD")

    async def live(self, request: Request) -> Response:
        """Send a growing reply's sound from byte ``?from=`` on, until the reply ends."""
        growing = await self._growing(request, "live")
        start = _whole_frames(request.query_params.get("from", "0"))
        # The label matters: a compressing middleware leaves audio alone, and would hold back an octet-stream.
        return StreamingResponse(
            growing.follow_sound(start), headers=_LIVE_HEADERS, media_type=f"audio/L16;rate={SAMPLE_RATE_HZ}"
        )

    async def words(self, request: Request) -> Response:
        """Send a growing reply's words as events; the last is ``end``, or ``fail`` with the sentence."""
        growing = await self._growing(request, "words")
        last_id = request.headers.get("last-event-id", "")
        start = int(last_id) if re.fullmatch(r"\d{1,9}", last_id, re.ASCII) else 0
        return StreamingResponse(_events(growing, start), headers=_LIVE_HEADERS, media_type="text/event-stream")

    async def _growing(self, request: Request, use: str) -> Growing:
        source = self.opened()
        claims = await claims_of(request, source.signer, use)
        growing = source.growing(claims["turn"])
        if growing is None:
            raise NotFound("This reply is no longer being spoken. Load the page again to hear it.")
        return growing


async def _find(source: MediaSource, claims: dict[str, str]) -> _Clip:
    person_id, digest = claims["person"], claims["digest"]
    size = await run_in_threadpool(source.clip_size, person_id, digest)
    return _Clip(person_id, digest, claims["type"], claims.get("name"), size)


def _clip_headers(clip: _Clip, *, download: bool) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={LIFETIME_S:.0f}, immutable",
        "Content-Type": clip.media_type,
        "ETag": clip.etag,
        "X-Content-Type-Options": "nosniff",
    }
    if download or not _AUDIO_TYPE.fullmatch(clip.media_type):  # nothing but sound is ever shown under our origin
        headers["Content-Disposition"] = attachment(clip.name or clip.digest)
    return headers


def _tags(header: str | None) -> list[str]:
    return [tag.strip().removeprefix("W/") for tag in (header or "").split(",")]


def _asked_for(request: Request, clip: _Clip) -> Range | None:
    if request.method != "GET" or request.headers.get("if-range", clip.etag) != clip.etag:
        return None
    return parse_range(request.headers.get("range"), clip.size)


def _sent(source: MediaSource, clip: _Clip, part: Range | None, headers: dict[str, str], *, head: bool) -> Response:
    span = part or Range(0, clip.size, clip.size)
    headers = {**headers, "Content-Length": str(span.n_bytes)}
    if part is not None:
        headers["Content-Range"] = part.content_range
    if head:
        return Response(headers=headers)
    return StreamingResponse(_pieces(source, clip, span), 206 if part else 200, headers)


async def _pieces(source: MediaSource, clip: _Clip, span: Range) -> AsyncIterator[bytes]:
    for start in range(span.start, span.end, _PIECE_BYTES):
        end = min(span.end, start + _PIECE_BYTES)
        yield await run_in_threadpool(source.read_clip_range, clip.person_id, clip.digest, start, end)


def _whole_frames(value: str) -> int:
    if not re.fullmatch(r"\d{1,12}", value, re.ASCII):
        raise InputError("`from` is a number of bytes.")
    return int(value) // 2 * 2


async def _events(growing: Growing, start: int) -> AsyncIterator[str]:
    yield "retry: 500\n\n"  # also opens the stream, so that the browser knows at once that someone is there
    async for piece in growing.follow_words(start):
        start += len(piece)
        yield f"id: {start}\ndata: {json.dumps(piece)}\n\n"
    if growing.failure is not None:
        yield f"event: fail\ndata: {json.dumps(growing.failure)}\n\n"
    else:
        yield f"event: end\ndata: {json.dumps(growing.words)}\n\n"
