"""Where documents come in from outside: read in a process that may be stopped, or die, unharmed.

What a person uploads may be anything. A file that hangs a parser, or asks for all memory, takes the process that reads
it and nothing else; the person gets a sentence, and the next document is read.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any, cast

from audiokit.documents.document import Document
from audiokit.documents.limits import Limits
from audiokit.documents.reader_worker import packed
from audiokit.errors import (
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    InputError,
    NotConfigured,
    NoText,
    ProviderError,
    UnreadableDocument,
    UnsupportedFormat,
)
from audiokit.process.lanes import Lanes
from audiokit.process.pipe import Frame, Kind
from audiokit.process.worker import Sentences, Worker

__all__ = ["Reader"]

_MODULE = "audiokit.documents.reader_worker"
_WORKERS = 3  # two of them at most are one person's
_LEAST_TIMEOUT_S = 60.0  # 500 pages of PDF take some 20 s
_MOST_TIMEOUT_S = 120.0
_BYTES_PER_S = 500_000
_REFUSALS = {
    kind.__name__: kind
    for kind in (DocumentTooLarge, EmptyDocument, EncryptedDocument, NoText, UnreadableDocument, UnsupportedFormat)
}
_SAYS = Sentences(
    failed="audiokit itself failed to read this document. Save it as PDF or plain text, and upload it again.",
    died="Reading this document took too long, or too much memory, and was stopped. "
    "Split it, or save it as plain text, and upload it again.",
    missing="Documents cannot be read here: {reason}.",
    closed="audiokit is closing. Start it again.",
)


class Reader:
    """Reads documents, a few at a time; usable from any thread. Its processes start at the first document."""

    def __init__(self) -> None:
        self._is_closed = False
        self._workers = [Worker(_MODULE, _SAYS, tries=1) for _ in range(_WORKERS)]
        self._lanes = Lanes(self._workers)

    def warm(self) -> None:
        """Start one process, so that the first document does not wait for it."""
        self._workers[-1].warm()

    def close(self) -> None:
        """Stop what is being read; whoever waits for it is told so."""
        self._is_closed = True
        for worker in self._workers:
            worker.close()

    def read(self, data: bytes, name: str, *, whose: str = "", max_seconds: float | None = None) -> Document:
        """Return what a document says; ``name`` is its file's, ``whose`` the person's id.

        Nobody keeps all processes busy. Without ``max_seconds``, a document has time by its size, two minutes at most.

        Raises:
            InputError: it is no document, a locked, damaged, empty or too large one, or one that was not read in time.
            NotConfigured: the reader is closed, or was closed meanwhile.
        """
        Limits().check_size(len(data))
        by_size_s = min(_MOST_TIMEOUT_S, _LEAST_TIMEOUT_S + len(data) / _BYTES_PER_S)
        told = self._answer(packed(name, data), whose, by_size_s if max_seconds is None else max_seconds)
        if told.startswith(b'{"refused"'):
            raise _refusal(**json.loads(told)["refused"])
        return Document.from_json(told)

    def _answer(self, question: bytes, whose: str, timeout_s: float) -> bytes:
        with self._lanes.one(whose) as worker:
            try:
                answer = cast("Any", worker.ask(Frame(Kind.SOUND, question), timeout_s=timeout_s))
                with closing(answer):  # an answer that is kept half read would keep the worker
                    return b"".join(frame.payload for frame in answer)
            except ProviderError as error:  # the process died, or failed
                if self._is_closed:
                    raise NotConfigured(_SAYS.closed) from error
                raise UnreadableDocument(str(error), **error.detail) from error


def _refusal(*, kind: str, sentence: str, detail: dict[str, Any]) -> InputError:
    """Return the error that the process met, as it was there."""
    return _REFUSALS.get(kind, InputError)(sentence, **detail)
