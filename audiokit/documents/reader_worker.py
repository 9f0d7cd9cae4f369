"""The process behind the reader: ``python -m audiokit.documents.reader_worker``, bytes in, documents out.

It bounds its own memory and work, so that hostile bytes cannot take the machine's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from audiokit.errors import AudiokitError
from audiokit.process.bounds import bound_memory, bound_work
from audiokit.process.pipe import Answer, Frame, Kind, serve

__all__ = ["open_reader", "packed"]

_MOST_MEMORY_BYTES = 500 * 2**20  # for one document, above what the libraries take; 40 MB are usual
_MOST_WORK_S, _MOST_WORK_ON_PDF_S = 30.0, 60.0  # War and Peace takes 2 s, 500 pages of PDF 20 s


def packed(name: str, data: bytes) -> bytes:
    """Return one question: the name as a line of JSON, and the bytes."""
    return json.dumps(name).encode() + b"\n" + data


def open_reader() -> Answer:
    """Load what most documents need, and return what answers each with a document or with a refusal."""
    from audiokit.documents.extract import extract  # noqa: PLC0415 - before memory is bounded
    from audiokit.documents.formats import docx, html, pdf  # noqa: F401, PLC0415 - the same: half a second
    from audiokit.documents.sniff import is_pdf  # noqa: PLC0415 - the same

    bound_memory(_MOST_MEMORY_BYTES)

    def answer(request: Frame) -> Iterator[Frame]:
        name, data = request.payload.split(b"\n", 1)
        bound_work(_MOST_WORK_ON_PDF_S if is_pdf(data) else _MOST_WORK_S)
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


if __name__ == "__main__":
    serve(open_reader)
