"""The process behind the reader: ``python -m audiokit.documents.reader_worker``, bytes in, documents out.

It bounds its own memory, so that hostile bytes cannot take the machine's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from audiokit.errors import AudiokitError
from audiokit.process.pipe import Answer, Frame, Kind, serve

__all__ = ["open_reader", "packed"]

_MOST_MEMORY_BYTES = 500 * 2**20  # for one document, above what the libraries take; 40 MB are usual


def packed(name: str, data: bytes) -> bytes:
    """Return one question: the name as a line of JSON, and the bytes."""
    return json.dumps(name).encode() + b"\n" + data


def open_reader() -> Answer:
    """Load what most documents need, and return what answers each with a document or with a refusal."""
    from audiokit.documents.extract import extract  # noqa: PLC0415 - before memory is bounded
    from audiokit.documents.formats import docx, html, pdf  # noqa: F401, PLC0415 - the same: half a second

    _bound_memory()

    def answer(request: Frame) -> Iterator[Frame]:
        name, data = request.payload.split(b"\n", 1)
        try:
            document = extract(data, json.loads(name) or None)
        except AudiokitError as error:
            yield _json(refused={"kind": type(error).__name__, "sentence": str(error), "detail": dict(error.detail)})
        except MemoryError as error:
            raise SystemExit from error  # the next document shall find all of it free
        else:
            yield Frame(Kind.JSON, document.to_json())

    return answer


def _json(**told: object) -> Frame:
    return Frame(Kind.JSON, json.dumps(told).encode())


def _bound_memory() -> None:
    """Let the system refuse what goes beyond; where it cannot (Windows), the deadline is the only bound."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - POSIX only

        limit = _data_bytes() + _MOST_MEMORY_BYTES
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _data_bytes() -> int:
    """Return how much memory the libraries have taken (Linux: proc_pid_statm, data and stack), or a good guess."""
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 200 * 2**20


if __name__ == "__main__":
    serve(open_reader)
