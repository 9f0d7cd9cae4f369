"""The reader: what comes out is what would be read here, and nothing that comes in can harm us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from made_documents import Text, made, pdf_of, picture_pdf, zip_of

from audiokit.documents.extract import extract
from audiokit.documents.reader import Reader
from audiokit.errors import (
    DocumentTooLarge,
    EmptyDocument,
    EncryptedDocument,
    InputError,
    NotConfigured,
    NoText,
    UnreadableDocument,
    UnsupportedFormat,
)

MADE = made()
LONG = pdf_of(*[[Text(f"Line {line} of page {page}.", y=780 - 12 * line) for line in range(60)] for page in range(120)])
REFUSED = {
    "nothing.txt": (b"", EmptyDocument),
    "locked.pdf": (pdf_of([Text("secret")], password="x"), EncryptedDocument),
    "scan.pdf": (picture_pdf(), NoText),
    "cut.docx": (MADE["cat.docx"][:900], UnreadableDocument),
    "photo.jpg": (b"\xff\xd8\xff\xe0" + bytes(99), UnsupportedFormat),
    "bomb.docx": (
        zip_of([("[Content_Types].xml", ""), ("word/document.xml", bytes(90_000_000))]),
        DocumentTooLarge,
    ),
    "huge.txt": (bytes(50_000_001), DocumentTooLarge),
}
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    opened = Reader()
    opened.warm()
    yield opened
    opened.close()


def processes_of(reader: Reader) -> list[int]:
    return [worker.process_id for worker in reader._workers if worker.process_id is not None]


@pytest.mark.parametrize("name", MADE)
def test_what_comes_out_is_what_is_read_here(reader: Reader, name: str) -> None:
    assert reader.read(MADE[name], name) == extract(MADE[name], name)


def test_a_name_may_be_anything(reader: Reader) -> None:
    for name in ("", 'new\nline "and" \\ more.txt', "é漢字\ud800.txt", "a" * 9_000):
        assert reader.read(b"some words", name).text == "some words"


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_comes_with_its_own_error(reader: Reader, name: str) -> None:
    data, kind = REFUSED[name]

    with pytest.raises(InputError) as refused:
        reader.read(data, name)

    assert type(refused.value) is kind
    assert reader.read(b"and the next", "a.txt").text == "and the next"


def test_what_takes_too_long_is_stopped_and_the_next_is_read(reader: Reader) -> None:
    reader.read(b"to begin with", "a.txt")
    before = processes_of(reader)

    with pytest.raises(UnreadableDocument, match="took too long"):
        reader.read(LONG, "long.pdf", max_seconds=0.2)

    assert reader.read(b"and the next", "a.txt").text == "and the next"
    assert processes_of(reader) != before


@linux_only
def test_what_takes_too_much_memory_is_stopped_and_the_next_is_read(reader: Reader) -> None:
    import resource  # noqa: PLC0415 - not on every system

    reader.read(b"to begin with", "a.txt")
    for process_id in processes_of(reader):
        resource.prlimit(process_id, resource.RLIMIT_DATA, (1, 1))

    with pytest.raises(UnreadableDocument, match="too much memory"):
        reader.read(LONG + bytes(9_000_000), "long.pdf")

    assert reader.read(b"and the next", "a.txt").text == "and the next"


@linux_only
def test_the_process_has_a_bound_on_memory(reader: Reader) -> None:
    import resource  # noqa: PLC0415 - not on every system

    reader.read(b"to begin with", "a.txt")

    for process_id in processes_of(reader):
        assert resource.prlimit(process_id, resource.RLIMIT_DATA)[0] < 1_000_000_000


@pytest.mark.skipif(os.name == "nt", reason="POSIX only")
def test_a_process_that_was_killed_between_two_documents_is_not_missed(reader: Reader) -> None:
    reader.read(b"to begin with", "a.txt")
    for process_id in processes_of(reader):
        os.kill(process_id, signal.SIGKILL)
        os.waitid(os.P_PID, process_id, os.WEXITED | os.WNOWAIT)

    assert reader.read(b"and the next", "a.txt").text == "and the next"


def test_many_ask_at_once_and_each_gets_its_own(reader: Reader) -> None:
    texts = [f"this is text number {n}" for n in range(12)]

    with ThreadPoolExecutor(6) as people:
        read = list(people.map(lambda text: reader.read(text.encode(), "a.txt").text, texts))

    assert read == texts


def test_closing_stops_what_is_being_read() -> None:
    reader, told = Reader(), list[Exception]()
    reader.warm()

    def read() -> None:
        try:
            reader.read(LONG * 3, "long.pdf")
        except (NotConfigured, InputError) as error:
            told.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    while not reader._workers[-1]._turn.locked():
        threading.Event().wait(0.001)
    reader.close()
    thread.join(30)

    assert not thread.is_alive()
    assert [type(error) for error in told] in ([NotConfigured], [])
    with pytest.raises(NotConfigured, match="closing"):
        reader.read(b"too late", "a.txt")


def test_asking_for_a_reader_loads_no_parser() -> None:
    heavy = ["lxml", "pypdf", "docx", "pptx", "openpyxl", "markdown_it", "charset_normalizer", "httpx2", "pydantic"]
    code = (
        "import sys, audiokit.documents.reader, audiokit.documents.fetched, audiokit.documents.extract;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.strip() == "[]"
