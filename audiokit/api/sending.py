"""A file over HTTP: whole, or the range that is asked for, a piece at a time (RFC 9110, sections 13 to 15)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from audiokit.api.ranges import Range, Unsatisfiable, parse_range
from audiokit.api.refusals import refusal
from audiokit.summaries.sendable import Sendable

__all__ = ["sent"]

_PIECE_BYTES = 256 * 1024


async def sent(request: Request, wanted: Sendable, headers: Mapping[str, str]) -> Response:
    """Answer with a file, with these headers beside those that say what it is.

    Whoever has it already is told so before it is opened, and so before it is made.
    """
    etag = f'"{wanted.tag}"'
    told = {**headers, "Accept-Ranges": "bytes", "ETag": etag, "Content-Type": wanted.media_type}
    if etag in [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=told)
    file = await run_in_threadpool(wanted.open)
    try:
        size = file.seek(0, os.SEEK_END)
        part = _asked_for(request, etag, size)
    except Unsatisfiable:
        file.close()
        return refusal(416, f"This file has only {size} bytes.", {"Content-Range": f"bytes */{size}"})
    span = part or Range(0, size, size)
    told["Content-Length"] = str(span.n_bytes)
    if part is not None:
        told["Content-Range"] = part.content_range
    if request.method == "HEAD":
        file.close()
        return Response(headers=told)
    return StreamingResponse(_pieces(file, span), 206 if part else 200, told)


def _asked_for(request: Request, etag: str, size: int) -> Range | None:
    if request.method != "GET" or request.headers.get("if-range", etag) != etag:
        return None
    return parse_range(request.headers.get("range"), size)


async def _pieces(file: BinaryIO, span: Range) -> AsyncIterator[bytes]:
    """Yield the bytes; the file is closed with the last of them, or when whoever listens has gone."""
    with file:
        file.seek(span.start)
        for start in range(span.start, span.end, _PIECE_BYTES):
            yield await run_in_threadpool(file.read, min(_PIECE_BYTES, span.end - start))
