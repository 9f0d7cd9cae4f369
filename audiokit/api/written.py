"""A file that is put together when it is asked for, then sent; it is kept nowhere."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from audiokit.api.ranges import attachment

__all__ = ["written"]

_PIECE_BYTES = 256 * 1024
_IN_MEMORY_BYTES = 8 * 1024 * 1024  # a larger file is put together on the disk


async def written(write: Callable[[BinaryIO], tuple[str, str]]) -> Response:
    """Answer with what ``write`` puts into a file; it returns the file's name and media type, and may block."""
    file = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES))  # noqa: SIM115 - closed once it is sent
    try:
        name, media_type = await run_in_threadpool(write, file)
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


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await run_in_threadpool(file.read, _PIECE_BYTES):
            yield piece
    finally:
        file.close()
